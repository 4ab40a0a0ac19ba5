import type { SnapshotFrom } from 'xstate';
import type { RaftContext } from '../../machines/raft/context.ts';
import type { AppendRequest, Entry, RaftEvent, VoteRequest } from '../../machines/raft/events.ts';
import type { raftMachine } from '../../machines/raft/raft.machine.ts';

import { isHandedOver, isSettled, verdictOn } from './raft.changes.ts';

type Snapshot = SnapshotFrom<typeof raftMachine>;
type Ballot = Pick<VoteRequest, 'from' | 'lastIndex' | 'lastTerm'>;
type Of<T extends RaftEvent['type']> = Extract<RaftEvent, { type: T }>;

/** The parts that a node can play: the paper's figure 4, and what PreVote, leases and transfers make of it. */
export type Part =
  | 'follower.waiting'
  | 'follower.following'
  | 'candidate.preVote'
  | 'candidate.vote'
  | 'leader.establishing'
  | 'leader.serving'
  | 'leader.changing'
  | 'leader.transferring';

export function partOf({ value }: Pick<Snapshot, 'value'>): Part {
  return Object.entries(value)[0]?.join('.') as Part;
}

/**
 * Which part a node plays after an event: figure 4 of the paper in plain code.
 *
 * @param after what is committed after the event, and who belongs to the cluster
 */
export function partAfter(before: Snapshot, event: RaftEvent, after: RaftContext): Part {
  const part = partOf(before);
  const { context } = before;
  switch (event.type) {
    case 'term.seen':
      return isDefended(part, event) ? part : 'follower.waiting';
    case 'append.request':
    case 'snapshot.request':
      return 'follower.following';
    case 'vote.request':
      return part.startsWith('candidate') && isGranted(part, context, event) ? 'follower.waiting' : part;
    case 'campaign.request':
      return part.startsWith('follower') && votes(context) ? whoVotes(context) : part;
    case 'election.timeout':
      if (part === 'follower.following') return 'follower.waiting';
      if (part.startsWith('leader')) return part;
      if (part !== 'follower.waiting') return 'candidate.preVote';
      if (isAlone(context)) return whoVotes(context);
      return mayStand(context) ? 'candidate.preVote' : part;
    case 'prevote.response':
      return part === 'candidate.preVote' ? counted(context, event, part, 'candidate.vote') : part;
    case 'vote.response':
      return part === 'candidate.vote' ? counted(context, event, part, 'leader.establishing') : part;
    case 'quorum.timeout':
      return part.startsWith('leader') && !isHeard(context) ? 'follower.waiting' : part;
    case 'transfer.requested':
      return part === 'leader.serving' && isHandedOver(context, event) ? 'leader.transferring' : part;
    case 'change.requested':
      return part === 'leader.serving' && verdictOn(part, context, event) === 'made'
        ? 'leader.changing'
        : part;
    case 'transfer.timeout':
      return part === 'leader.transferring' ? 'leader.serving' : part;
    case 'append.response':
    case 'snapshot.response':
    case 'turn.ended': {
      const { commitIndex } = after;
      const isOfTerm = commitIndex > 0 && termOf(context, commitIndex) === context.term;
      if (part === 'leader.establishing' && isOfTerm) {
        return isSettled(after) ? 'leader.serving' : 'leader.changing';
      }
      if (part !== 'leader.changing') return part;
      if (event.type === 'turn.ended' && isSettled(context)) return 'follower.waiting';
      return isSettled(after) && votes(after) ? 'leader.serving' : part;
    }
    default:
      return part;
  }
}

/** Thesis 4.2.3: whoever follows or is a live leader does not let a campaign move it that the leader did not ask for. */
export function isDefended(part: Part, { by, transfer }: Of<'term.seen'>): boolean {
  const isLive = part === 'follower.following' || part.startsWith('leader');
  return isLive && (by === 'prevote.request' || (by === 'vote.request' && !transfer));
}

/** Paper 5.4.1: the later last term wins, and with the same last term the longer log. */
export function isUpToDate(context: RaftContext, { lastIndex, lastTerm }: Ballot): boolean {
  const { length } = context.log;
  const own = termOf(context, length) ?? 0;
  return lastTerm === own ? lastIndex >= length : lastTerm > own;
}

/** Paper 5.2 and 5.4.1: one vote a term, first come, for a log that is up to date; thesis 9.6: a pre-vote costs none. */
export function isGranted(
  part: Part,
  context: RaftContext,
  event: Ballot & { readonly type: string },
): boolean {
  const { votedFor, leader } = context;
  if (event.type === 'prevote.request') {
    return isUpToDate(context, event) && part !== 'follower.following' && !part.startsWith('leader');
  }
  const isFree = votedFor === event.from || (votedFor === null && leader === null);
  return isFree && isUpToDate(context, event);
}

/** Paper figure 2, AppendEntries 2: the log holds the entry before the new ones. What is committed is the same everywhere. */
export function isMatching(context: RaftContext, { prevIndex, prevTerm }: AppendRequest): boolean {
  return prevIndex <= context.commitIndex || termOf(context, prevIndex) === prevTerm;
}

/** The entries that the log still has. */
export function entriesOf({ log }: RaftContext): readonly Entry[] {
  return log.entries.slice(0, log.length - log.base.index);
}

/** The entries from one index to another, both included. */
export function entriesBetween(context: RaftContext, from: number, to: number): readonly Entry[] {
  const first = context.log.base.index + 1;
  return entriesOf(context).slice(from - first, to + 1 - first);
}

/** The term of the entry at an index; undefined where the log does not reach, or begins later. */
export function termOf(context: RaftContext, index: number): number | undefined {
  const { base } = context.log;
  if (index === base.index) return base.term;
  return index === 0 ? 0 : entriesOf(context)[index - base.index - 1]?.term;
}

/** Thesis 4.3: more than half of the voters, and while there are outgoing ones more than half of these. */
export function decides(
  { membership: { voters, outgoing } }: RaftContext,
  nodes: readonly string[],
): boolean {
  const isMore = (of: readonly string[]) => of.filter((node) => nodes.includes(node)).length > of.length / 2;
  return isMore(voters) && (outgoing.length === 0 || isMore(outgoing));
}

/** Whoever votes, old or new. */
export function voters({ membership }: RaftContext): readonly string[] {
  return [...new Set([...membership.voters, ...membership.outgoing])].sort();
}

export function votes(context: RaftContext): boolean {
  return voters(context).includes(context.settings.id);
}

/** Thesis 4.2.2: who has left stands on until it is committed that it has. */
function mayStand({ settings, memberships, commitIndex }: RaftContext): boolean {
  const committed = memberships.findLastIndex(({ index }) => index <= commitIndex);
  return memberships
    .slice(Math.max(0, committed))
    .some(({ membership: { voters, outgoing } }) => [...voters, ...outgoing].includes(settings.id));
}

function isAlone(context: RaftContext): boolean {
  return voters(context).join() === context.settings.id;
}

/** Whoever opens a term has one vote, which in a cluster of one is all of them. */
function whoVotes(context: RaftContext): Part {
  return isAlone(context) ? 'leader.establishing' : 'candidate.vote';
}

/** Won, lost or undecided, with this answer. Each voter is counted once. */
function counted(
  context: RaftContext,
  { from, granted }: { readonly from: string; readonly granted: boolean },
  part: Part,
  won: Part,
): Part {
  const answers = Object.entries({ [from]: granted, ...context.votes });
  const grants = answers.filter(([, vote]) => vote).map(([node]) => node);
  if (decides(context, grants)) return won;
  const refusals = answers.filter(([, vote]) => !vote).map(([node]) => node);
  const rest = voters(context).filter((node) => !refusals.includes(node));
  return decides(context, rest) ? part : 'follower.waiting';
}

/** Thesis 6.2: a majority, itself included, has answered since the last time. */
export function isHeard(context: RaftContext): boolean {
  const heard = Object.keys(context.progress).filter((peer) => context.progress[peer]?.active);
  return decides(context, [context.settings.id, ...heard]);
}
