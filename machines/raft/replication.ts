import { invariant } from '../assert.ts';
import type { EventOf } from '../chart.ts';
import {
  type Decision,
  drawPatience,
  NO_READS,
  NOTHING_DECIDED,
  type PlannedAppend,
  type Progress,
  type RaftContext,
  type Reads,
} from './context.ts';
import type { AppendRequest, AppendResponse, Entry, QueuedRead, RaftEffect, RaftEvent } from './events.ts';
import { append, keepThrough, type Log, lastIndex, slice, termAt } from './log.ts';
import { followLog, isQuorum, reachedByQuorum } from './membership.ts';
import { describeConflict, freshProgress, learn, marked, planAppends } from './progress.ts';
import { confirmRounds, openRound } from './reads.ts';

/** Log replication: paper sections 5.3 and 5.4.2. */

type Patch = Partial<RaftContext>;
/**
 * A leader's progress in the making. It is copied and then set, peer by peer: every peer stands in it already, so that
 * one named `__proto__` is set like any other.
 */
type ProgressRecord = { [node: string]: Progress };

/** Enters office: nothing is known of the followers' logs, and the term is opened with a no-op (paper section 8). */
export function takeOffice(context: RaftContext): Patch {
  const { log, settings, peers, term } = context;
  const noOp: Entry = { term, op: null, origin: null, bytes: 64 };
  const progress = Object.fromEntries(peers.map((peer) => [peer, freshProgress(log)]));
  return {
    leader: settings.id,
    votes: {},
    log: append(log, [noOp]),
    progress,
    reads: NO_READS,
    transferee: null,
    decided: NOTHING_DECIDED,
  };
}

/** Puts client requests into the log, and reads into the queue for the next round. */
export function acceptRequests(context: RaftContext, event: EventOf<RaftEvent, 'requests.proposed'>): Patch {
  const { term, log, reads } = context;
  const { from, incarnation, floor } = event;
  const entries: Entry[] = [];
  const asked: QueuedRead[] = [];
  for (const { number, op, bytes } of event.requests) {
    if (op.type === 'read' || op.type === 'members') asked.push({ node: from, incarnation, number, op });
    else entries.push({ term, op, origin: { node: from, incarnation, number, floor }, bytes });
  }
  const queued = asked.length === 0 ? reads : { ...reads, waiting: [...reads.waiting, ...asked] };
  return { log: append(log, entries), reads: queued, decided: NOTHING_DECIDED };
}

/**
 * The end of a turn: one write for all that was appended, and for each follower what it lacks.
 * @param startsRounds whether waiting reads may begin a round: only a leader that serves may
 */
export function planTurn(context: RaftContext, startsRounds: boolean): Patch {
  const { log } = context;
  const begun = startsRounds ? openRound(context) : context.reads;
  const { progress, appends } = planAll(context, begun.round);
  const stableIndex = lastIndex(log);
  const persistFrom = context.stableIndex < stableIndex ? context.stableIndex + 1 : 0;
  const { commitIndex, reads, applyFrom, confirmed } = advance(context, progress, stableIndex, begun);
  const campaigner = readyTransferee(context);
  return {
    progress,
    stableIndex,
    commitIndex,
    reads,
    decided: { appends, persistFrom, applyFrom, confirmed, campaigner },
  };
}

/** What the followers are due: the peers of this context, from its log. */
export function planAll(
  context: RaftContext,
  round: number,
): Pick<RaftContext, 'progress'> & { appends: readonly PlannedAppend[] } {
  const appends: PlannedAppend[] = [];
  let changed: ProgressRecord | null = null;
  for (const to of context.peers) {
    const before = progressOf(context, to);
    const plan = planAppends(context, to, before, round);
    if (plan.progress === before) continue;
    changed ??= { ...context.progress };
    changed[to] = plan.progress;
    for (const planned of plan.appends) appends.push(planned);
  }
  return { progress: changed ?? context.progress, appends };
}

/** The follower that leadership is being transferred to, once it lacks nothing (thesis section 3.10). */
function readyTransferee(context: RaftContext): string | null {
  const { transferee, log } = context;
  if (transferee === null) return null;
  return progressOf(context, transferee).match === lastIndex(log) ? transferee : null;
}

/** A follower's answer: what is known of it, and what that commits and confirms. */
export function recordAcknowledgement(context: RaftContext, event: AppendResponse): Patch {
  invariant(event.term === context.term, 'a leader hears answers of its own term only', () => event);
  const before = progressOf(context, event.from);
  const progress: ProgressRecord = { ...context.progress };
  progress[event.from] = learn(context.log, before, event);
  const { stableIndex } = context;
  const { commitIndex, reads, applyFrom, confirmed } = advance(context, progress, stableIndex, context.reads);
  return {
    progress,
    commitIndex,
    reads,
    decided: { appends: NOTHING_DECIDED.appends, persistFrom: 0, applyFrom, confirmed, campaigner: null },
  };
}

/** Whether the message comes from a node that belongs to this leader's cluster. */
export function isFromPeer(context: RaftContext, event: AppendResponse): boolean {
  return Object.hasOwn(context.progress, event.from);
}

/** What a quorum has by now: entries to commit and to apply from here on (0 for none), and reads to confirm. */
export function advance(
  { settings, membership, log, term, commitIndex }: RaftContext,
  progress: RaftContext['progress'],
  stableIndex: number,
  reads: Reads,
): Pick<RaftContext, 'commitIndex' | 'reads'> & Pick<Decision, 'applyFrom' | 'confirmed'> {
  const match = (node: string) => (node === settings.id ? stableIndex : (progress[node] as Progress).match);
  const reached = committable(reachedByQuorum(membership, match), log, term, commitIndex);
  const rounds = confirmRounds({ reads, settings, membership, progress });
  const applyFrom = reached > commitIndex ? commitIndex + 1 : 0;
  return { commitIndex: reached, reads: rounds.reads, applyFrom, confirmed: rounds.confirmed };
}

/**
 * The highest index that is on a quorum *and* of the leader's own term: an older entry is committed only by
 * being followed by one of these (paper section 5.4.2, figure 8). The leader counts itself up to what it has
 * given out to be written: nothing that follows from it leaves before that write is durable.
 * @param candidate up to where a quorum holds the leader's log
 */
function committable(candidate: number, log: Log, term: number, commitIndex: number): number {
  return candidate > commitIndex && termAt(log, candidate) === term ? candidate : commitIndex;
}

/** Whether this leader has committed an entry of its own term, and so knows what is committed (thesis section 6.4). */
export function isEstablished({ commitIndex, log, term }: RaftContext): boolean {
  return termAt(log, commitIndex) === term;
}

/** The time for a heartbeat: every follower is due a message at the end of this turn. */
export function markHeartbeat(context: RaftContext): Patch {
  const mark = (progress: Progress) => marked(progress, true, progress.active);
  return { progress: eachProgress(context, mark), decided: NOTHING_DECIDED };
}

/** CheckQuorum: whether a quorum has been heard from since the last time (thesis section 6.2). */
export function hasActiveMajority({ settings, membership, progress }: RaftContext): boolean {
  return isQuorum(membership, (node) => node === settings.id || (progress[node] as Progress).active);
}

export function forgetActivity(context: RaftContext): Patch {
  const mark = (progress: Progress) => marked(progress, progress.due, false);
  return { progress: eachProgress(context, mark), decided: NOTHING_DECIDED };
}

/** Whether the follower's log agrees with the leader's up to where the message starts (paper figure 2, step 2). */
export function matchesLog({ log, commitIndex }: RaftContext, event: AppendRequest): boolean {
  const { prevIndex, prevTerm } = event;
  // What is committed here is in every later leader's log, so it need not be compared (leader completeness).
  if (prevIndex <= commitIndex) return true;
  return prevIndex <= lastIndex(log) && termAt(log, prevIndex) === prevTerm;
}

/**
 * A message that fits: only what disagrees is cut, so a late or repeated message, which agrees as far as it
 * goes, cuts nothing (paper figure 2, steps 3 to 5).
 */
export function acceptEntries(context: RaftContext, event: AppendRequest): Patch {
  const { log, commitIndex } = context;
  const verified = event.prevIndex + event.entries.length;
  const from = firstDifference(context, event);
  const kept = event.entries.slice(from - event.prevIndex - 1);
  const newLog = kept.length === 0 ? log : append(keepThrough(log, from - 1), kept);
  // Only what this message verified may be committed by it: beyond may stand another leader's leftovers.
  const newCommit = Math.max(commitIndex, Math.min(event.commitIndex, verified));
  const { random, patienceMs } = patienceFor(context, event);
  const patch: Patch = {
    random,
    patienceMs,
    leader: event.from,
    votes: NO_VOTES,
    log: newLog,
    stableIndex: lastIndex(newLog),
    commitIndex: newCommit,
    decided: {
      appends: NOTHING_DECIDED.appends,
      persistFrom: kept.length === 0 ? 0 : from,
      applyFrom: newCommit > commitIndex ? commitIndex + 1 : 0,
      confirmed: NOTHING_DECIDED.confirmed,
      campaigner: null,
    },
  };
  const standing =
    kept.length === 0 ? null : followLog(context.settings.id, context.memberships, from - 1, kept);
  return standing === null ? patch : { ...patch, ...standing };
}

/** The first index of the message whose entry this log lacks or has of another term; past its end when there is none. */
function firstDifference({ log, commitIndex }: RaftContext, event: AppendRequest): number {
  const end = event.prevIndex + event.entries.length;
  // Committed entries need no comparing, which keeps a message from the distant past cheap.
  for (let index = Math.max(event.prevIndex, commitIndex) + 1; index <= end; index += 1) {
    const entry = event.entries[index - event.prevIndex - 1] as Entry;
    if (index > lastIndex(log)) return index;
    if (termAt(log, index) !== entry.term) {
      invariant(index > commitIndex, 'a committed entry is never cut', () => ({ index, commitIndex }));
      return index;
    }
  }
  return end + 1;
}

/** The sender leads this term: whatever role this node had in it is over. */
export function followLeader(context: RaftContext, event: AppendRequest): Patch {
  const { random, patienceMs } = patienceFor(context, event);
  return { random, patienceMs, leader: event.from, votes: NO_VOTES, decided: NOTHING_DECIDED };
}

const NO_VOTES: RaftContext['votes'] = {};

/** How long this node will wait for the sender to be heard again: drawn when it is heard for the first time. */
function patienceFor(context: RaftContext, event: AppendRequest): Pick<RaftContext, 'random' | 'patienceMs'> {
  const { leader, random, term } = context;
  invariant(event.term === term, 'a follower hears leaders of its own term only', () => event.term);
  invariant(leader === null || leader === event.from, 'one leader a term', () => ({
    leader,
    and: event.from,
  }));
  return leader === event.from ? context : drawPatience(context, random);
}

/** Writes what the update decided to write. */
export function persistLog({ log, decided }: RaftContext): readonly RaftEffect[] {
  return decided.persistFrom === 0 ? [] : writeFrom(log, decided.persistFrom);
}

/** Writes what a leader had appended and not yet written, because its office ends before its turn does. */
export function persistUnstable({ log, stableIndex }: RaftContext): readonly RaftEffect[] {
  return stableIndex === lastIndex(log) ? [] : writeFrom(log, stableIndex + 1);
}

function writeFrom(log: RaftContext['log'], from: number): readonly RaftEffect[] {
  return [{ type: 'persist', hardState: null, log: { from, entries: slice(log, from, lastIndex(log)) } }];
}

export function sendAppends(context: RaftContext): readonly RaftEffect[] {
  const { term, log, reads, decided } = context;
  // A sole voter has committed what it is about to write; its learners are told when that is durable.
  const { persistFrom } = decided;
  const commitIndex =
    persistFrom === 0 ? context.commitIndex : Math.min(context.commitIndex, persistFrom - 1);
  return decided.appends.map(({ to, prevIndex, count }) => ({
    type: 'send',
    to,
    message: {
      type: 'append.request',
      term,
      prevIndex,
      prevTerm: termAt(log, prevIndex),
      entries: slice(log, prevIndex + 1, prevIndex + count),
      commitIndex,
      round: reads.round,
    },
  }));
}

/** Tells the leader that everything up to the end of its message is here and durable. */
export function acknowledge({ term }: RaftContext, event: AppendRequest): readonly RaftEffect[] {
  const index = event.prevIndex + event.entries.length;
  return [
    answer(event, {
      type: 'append.response',
      term,
      success: true,
      index,
      conflict: null,
      round: event.round,
    }),
  ];
}

export function reject({ term, log }: RaftContext, event: AppendRequest): readonly RaftEffect[] {
  const { prevIndex, round } = event;
  const own = prevIndex <= lastIndex(log) ? termAt(log, prevIndex) : 0;
  const conflict = describeConflict(log, prevIndex, own);
  return [
    answer(event, { type: 'append.response', term, success: false, index: prevIndex, conflict, round }),
  ];
}

function answer(event: AppendRequest, message: Omit<AppendResponse, 'from'>): RaftEffect {
  return { type: 'send', to: event.from, message };
}

export function applyCommitted({ log, commitIndex, decided }: RaftContext): readonly RaftEffect[] {
  const { applyFrom } = decided;
  if (applyFrom === 0) return [];
  return [{ type: 'apply', firstIndex: applyFrom, entries: slice(log, applyFrom, commitIndex) }];
}

function eachProgress(context: RaftContext, change: (progress: Progress) => Progress): ProgressRecord {
  const changed: ProgressRecord = { ...context.progress };
  for (const peer of context.peers) changed[peer] = change(progressOf(context, peer));
  return changed;
}

function progressOf(context: RaftContext, peer: string): Progress {
  const progress = context.progress[peer];
  invariant(progress !== undefined, 'a leader keeps the progress of every peer', () => peer);
  return progress;
}
