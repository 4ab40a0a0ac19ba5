import { invariant } from '../assert.ts';
import type { EventOf } from '../chart.ts';
import {
  type DropReason,
  drawPatience,
  NO_READS,
  NOTHING_ASKED,
  NOTHING_DECIDED,
  type Patience,
  type RaftContext,
} from './context.ts';
import type { RaftEffect, RaftEvent, RaftMessage } from './events.ts';
import { isUpToDate, lastIndex, lastTerm } from './log.ts';
import { electorate, isQuorum, isQuorumLost, isVoter, type MembershipAt } from './membership.ts';

/** Elections: paper sections 5.1, 5.2 and 5.4.1; PreVote and CheckQuorum after thesis sections 9.6 and 6.2. */

type Patch = Partial<RaftContext>;
type Ballot = EventOf<RaftEvent, 'vote.request' | 'prevote.request'>;

/** What every change of role leaves behind. */
function withoutRole(context: RaftContext): Patch & Pick<RaftContext, 'patience'> {
  return {
    patience: drawPatience(context, context.patience.random),
    votes: {},
    progress: {},
    reads: NO_READS,
    asked: NOTHING_ASKED,
    transferee: null,
    stableIndex: lastIndex(context.log),
    decided: NOTHING_DECIDED,
  };
}

/** A later term begins: nobody has this node's vote in it yet, and its leader is not known. */
export function adoptTerm(context: RaftContext, event: EventOf<RaftEvent, 'term.seen'>): Patch {
  invariant(event.term > context.term, 'terms only grow', () => ({ own: context.term, seen: event.term }));
  return { ...withoutRole(context), term: event.term, votedFor: null, leader: null };
}

/** Gives up a role, or the trust in a leader, within the same term. */
export function stepDown(context: RaftContext): Patch {
  return { ...withoutRole(context), leader: null };
}

/**
 * The leader has been silent for a whole election timeout, the shortest wait there is: from here on only the random
 * part of the wait is left, so that a lost leader is missed after one to two timeouts and not two to three.
 */
export function loseLeader(context: RaftContext): Patch {
  return { ...stepDown(context), patience: drawRest(context, 0) };
}

/**
 * Asks again, because the answers did not come or did not suffice. A pre-vote spends no term and disturbs nobody, so
 * it need not wait as long as an election; only long enough for answers to arrive.
 */
export function retryPreVote(context: RaftContext): Patch {
  return { ...startPreVote(context), patience: drawRest(context, context.settings.heartbeatMs) };
}

/** A majority would not vote for this node now; it may well ask again before long. */
export function loseCampaign(context: RaftContext): Patch {
  return { ...stepDown(context), patience: drawRest(context, context.settings.heartbeatMs) };
}

/** The random part of a wait alone, up to one election timeout, after `leastMs`. */
function drawRest(context: RaftContext, leastMs: number): Patience {
  const { random, ms } = drawPatience(context, context.patience.random);
  return { random, ms: leastMs + Math.max(1, ms - context.settings.electionTimeoutMs) };
}

/** Asks, before any term is spent, whether an election could be won (thesis section 9.6). */
export function startPreVote(context: RaftContext): Patch {
  return { ...withoutRole(context), leader: null, votes: { [context.settings.id]: true } };
}

/** Opens a new term and votes for itself in it. */
export function startVote(context: RaftContext): Patch {
  const { id, electionTimeoutMs } = context.settings;
  const { patience, ...role } = withoutRole(context);
  return {
    ...role,
    // Whoever decides alone wins at once: a wait of no time would end when it leads already.
    patience: { random: patience.random, ms: patience.ms || electionTimeoutMs },
    term: context.term + 1,
    votedFor: id,
    leader: null,
    votes: { [id]: true },
  };
}

/**
 * Whether the node may stand for election: while no membership without it is known to be committed. One that has left
 * by its own log may still be the only one whose log holds that membership, and then the others cannot elect anybody
 * but it (thesis section 4.2.2). Its own vote does not count there.
 */
export function mayStand({ settings, memberships, commitIndex }: RaftContext): boolean {
  for (let place = memberships.length - 1; place >= 0; place -= 1) {
    const { index, membership } = memberships[place] as MembershipAt;
    if (isVoter(membership, settings.id)) return true;
    if (index <= commitIndex) return false;
  }
  return false;
}

export function recordAnswer(
  context: RaftContext,
  event: EventOf<RaftEvent, 'vote.response' | 'prevote.response'>,
): Patch {
  // A voter is asked once a campaign; a repeated answer is the same answer, whatever the network made of it.
  if (Object.hasOwn(context.votes, event.from)) return {};
  return { votes: { ...context.votes, [event.from]: event.granted } };
}

/** A quorum has granted what this candidate asks for. */
export function hasMajority({ membership, votes }: RaftContext): boolean {
  return isQuorum(membership, (node) => Object.hasOwn(votes, node) && votes[node] === true);
}

/** So many have refused that no quorum can grant it any more. */
export function hasLost({ membership, votes }: RaftContext): boolean {
  return isQuorumLost(membership, (node) => Object.hasOwn(votes, node) && votes[node] === false);
}

/** Whether the candidate's log holds everything that may be committed (paper section 5.4.1). */
export function isCandidateUpToDate(context: RaftContext, event: Ballot): boolean {
  return isUpToDate(context.log, event.lastTerm, event.lastIndex);
}

/** One vote a term, to a candidate whose log is up to date, and none once the term has a leader. */
export function mayVoteFor(context: RaftContext, event: EventOf<RaftEvent, 'vote.request'>): boolean {
  const { votedFor, leader } = context;
  const free = votedFor === event.from || (votedFor === null && leader === null);
  return free && isCandidateUpToDate(context, event);
}

/** A vote given is a promise to wait: a fresh wait begins, so that the candidate has time to win. */
export function recordVote(context: RaftContext, event: EventOf<RaftEvent, 'vote.request'>): Patch {
  const { votedFor } = context;
  invariant(votedFor === null || votedFor === event.from, 'one vote a term', () => ({
    votedFor,
    for: event.from,
  }));
  return {
    patience: drawPatience(context, context.patience.random),
    votedFor: event.from,
    votes: {},
    decided: NOTHING_DECIDED,
  };
}

/** Whether a later term comes from a campaign that nobody here asked for: then a live leadership is defended. */
export function isDisruptive(_context: RaftContext, event: EventOf<RaftEvent, 'term.seen'>): boolean {
  return event.by === 'prevote.request' || (event.by === 'vote.request' && !event.transfer);
}

export function countDropped(context: RaftContext, reason: DropReason): Patch {
  return { dropped: { ...context.dropped, [reason]: context.dropped[reason] + 1 } };
}

/** The term and the vote, as they are to be found after a restart. */
export function persistHardState({ term, votedFor }: RaftContext): readonly RaftEffect[] {
  return [{ type: 'persist', hardState: { term, votedFor }, log: null }];
}

export function requestPreVotes(context: RaftContext): readonly RaftEffect[] {
  const { term, log } = context;
  return toVoters(context, {
    type: 'prevote.request',
    term,
    lastIndex: lastIndex(log),
    lastTerm: lastTerm(log),
  });
}

/** @param transfer the leader asked for this campaign: followers shall not defend it */
export function requestVotes(context: RaftContext, transfer: boolean): readonly RaftEffect[] {
  const { term, log } = context;
  return toVoters(context, {
    type: 'vote.request',
    term,
    lastIndex: lastIndex(log),
    lastTerm: lastTerm(log),
    transfer,
  });
}

function toVoters({ settings, membership }: RaftContext, message: RaftMessageBody): readonly RaftEffect[] {
  const others = electorate(membership).filter((node) => node !== settings.id);
  return others.map((to) => ({ type: 'send', to, message }));
}
type RaftMessageBody = Extract<RaftEffect, { type: 'send' }>['message'];

export function answerVote(context: RaftContext, event: RaftEvent, granted: boolean): readonly RaftEffect[] {
  const { from, type } = event as Ballot;
  const answer = type === 'vote.request' ? 'vote.response' : 'prevote.response';
  return [{ type: 'send', to: from, message: { type: answer, term: context.term, granted } }];
}

/** What a sender from an earlier term is told, so that it learns of the present one. */
const ANSWER_TO_STALE: { readonly [by in RaftMessage['type']]?: (term: number) => RaftMessageBody } = {
  'append.request': (term) => ({
    type: 'append.response',
    term,
    success: false,
    index: 0,
    conflict: null,
    round: 0,
  }),
  'snapshot.request': (term) => ({
    type: 'snapshot.response',
    term,
    index: 0,
    snapshotTerm: 0,
    next: null,
    done: false,
    round: 0,
  }),
  'vote.request': (term) => ({ type: 'vote.response', term, granted: false }),
  'prevote.request': (term) => ({ type: 'prevote.response', term, granted: false }),
};

/** The sender has to hear of the later term, or it would go on asking. */
export function needsTerm(_context: RaftContext, event: EventOf<RaftEvent, 'message.stale'>): boolean {
  return Object.hasOwn(ANSWER_TO_STALE, event.by);
}

export function answerWithTerm(
  context: RaftContext,
  event: EventOf<RaftEvent, 'message.stale'>,
): readonly RaftEffect[] {
  const answer = ANSWER_TO_STALE[event.by as RaftMessage['type']];
  return answer === undefined ? [] : [{ type: 'send', to: event.from, message: answer(context.term) }];
}
