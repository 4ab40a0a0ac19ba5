import { invariant } from '../assert.ts';
import type { EventOf } from '../chart.ts';
import { applied, withBytes } from './checkpoints.ts';
import {
  type Decision,
  NO_READS,
  NOTHING_DECIDED,
  type PlannedAppend,
  type Progress,
  type RaftContext,
  type Reads,
} from './context.ts';
import type { AppendResponse, Entry, RaftEffect, RaftEvent, SnapshotResponse } from './events.ts';
import { append, bytesOf, type Log, lastIndex, slice, termAt } from './log.ts';
import { isQuorum, reachedByQuorum } from './membership.ts';
import { freshProgress, learn, marked, planAppends } from './progress.ts';
import { confirmRounds, openRound } from './reads.ts';
import { endedTransfers, learnChunk, planTransfer, restarted } from './transfer.ts';

/** Log replication, the leader's side: paper sections 5.3 and 5.4.2. */

type Patch = Partial<RaftContext>;
/**
 * A leader's progress in the making. It is copied and then set, peer by peer: every peer stands in it already, so that
 * one named `__proto__` is set like any other.
 */
type ProgressRecord = { [node: string]: Progress };

/** Enters office: nothing is known of the followers' logs, and the term is opened with a no-op (paper section 8). */
export function takeOffice(context: RaftContext): Patch {
  const { log, settings, peers, term } = context;
  const noOp: Entry = { term, op: null, origin: null, number: 0, bytes: 64 };
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
  const { log, reads } = context;
  const asked = event.reads;
  const queued = asked.length === 0 ? reads : { ...reads, waiting: [...reads.waiting, ...asked] };
  return { log: append(log, event.entries), reads: queued, decided: NOTHING_DECIDED };
}

/**
 * The end of a turn: one write for all that was appended, and for each follower what it lacks.
 * @param startsRounds whether waiting reads may begin a round: only a leader that serves may
 */
export function planTurn(context: RaftContext, startsRounds: boolean): Patch {
  const { log } = context;
  const begun = startsRounds ? openRound(context) : context.reads;
  const { progress, appends, chunks, ended } = planAll(context, begun.round);
  const stableIndex = lastIndex(log);
  const persistFrom = context.stableIndex < stableIndex ? context.stableIndex + 1 : 0;
  // Followers have what they had. A quorum has more only by what this node writes now, or is asked now.
  const { commitIndex, reads, applyFrom, confirmed } =
    persistFrom > 0 || begun !== context.reads
      ? advance(context, progress, stableIndex, begun)
      : {
          commitIndex: context.commitIndex,
          reads: begun,
          applyFrom: 0,
          confirmed: NOTHING_DECIDED.confirmed,
        };
  const campaigner = readyTransferee(context);
  const { snapshots, due } = applied(context, log, context.memberships, commitIndex);
  return {
    progress,
    stableIndex,
    commitIndex,
    reads,
    snapshots,
    decided: {
      appends,
      persistFrom,
      applyFrom,
      confirmed,
      campaigner,
      chunks,
      ended,
      checkpoint: due,
      compactThrough: 0,
    },
  };
}

/** What the followers are due: the peers of this context, from its log. */
export function planAll(
  context: RaftContext,
  round: number,
): Pick<RaftContext, 'progress'> & Pick<Decision, 'appends' | 'chunks' | 'ended'> {
  const { base } = context.log;
  const appends: PlannedAppend[] = [];
  let chunks = NOTHING_DECIDED.chunks;
  let ended = NOTHING_DECIDED.ended;
  let changed: ProgressRecord | null = null;
  for (const to of context.peers) {
    const before = progressOf(context, to);
    // Where the log does not reach back to what a follower lacks, it is sent a snapshot.
    const plan =
      before.next <= base.index
        ? planTransfer(context, to, before, round)
        : planAppends(context, to, before, round);
    if (plan.progress === before) continue;
    changed ??= { ...context.progress };
    changed[to] = plan.progress;
    for (const planned of plan.appends) appends.push(planned);
    if (plan.chunk !== null) chunks = [...chunks, plan.chunk];
    if (before.transfer !== null && plan.progress.transfer === null) ended = [...ended, to];
  }
  return { progress: changed ?? context.progress, appends, chunks, ended };
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
  const after = learn(context.log, before, event);
  return after === before ? NOTHING_LEARNT : progressed(context, event.from, after);
}

const NOTHING_LEARNT: Patch = { decided: NOTHING_DECIDED };

/** The answer to a chunk of a snapshot: where to go on, or that the follower has it all. */
export function recordSnapshotAnswer(context: RaftContext, event: SnapshotResponse): Patch {
  return progressed(context, event.from, learnChunk(context, progressOf(context, event.from), event));
}

/** What is known of a follower has changed, and with it, perhaps, what is committed and confirmed. */
function progressed(context: RaftContext, follower: string, known: Progress): Patch {
  const { stableIndex } = context;
  const progress: ProgressRecord = { ...context.progress };
  progress[follower] = known;
  // Who has no more than is committed adds nothing to what a quorum has.
  if (known.match <= context.commitIndex && context.reads.pending.length === 0) {
    return { progress, decided: NOTHING_DECIDED };
  }
  const { commitIndex, reads, applyFrom, confirmed } = advance(context, progress, stableIndex, context.reads);
  const bytes = bytesOf(context.log, context.commitIndex + 1, commitIndex);
  return {
    progress,
    commitIndex,
    reads,
    snapshots: withBytes(context.snapshots, bytes),
    decided: {
      appends: NOTHING_DECIDED.appends,
      persistFrom: 0,
      applyFrom,
      confirmed,
      campaigner: null,
      chunks: NOTHING_DECIDED.chunks,
      ended: NOTHING_DECIDED.ended,
      checkpoint: null,
      compactThrough: 0,
    },
  };
}

/** The checkpoint that a follower was being sent is gone: it is sent the latest one, from the beginning. */
export function restartTransfer(
  context: RaftContext,
  { to }: EventOf<RaftEvent, 'snapshot.unavailable'>,
): Patch {
  const progress: ProgressRecord = { ...context.progress };
  progress[to] = restarted(progressOf(context, to), context.snapshots.checkpoint);
  return { progress, decided: NOTHING_DECIDED };
}

/** Whether the message comes from a node that belongs to this leader's cluster. */
export function isFromPeer(context: RaftContext, event: AppendResponse | SnapshotResponse): boolean {
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
  return {
    commitIndex: reached,
    reads: rounds.reads,
    applyFrom,
    confirmed: rounds.confirmed,
  };
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
  const mark = (progress: Progress) => {
    const silent = marked(progress, progress.due, false);
    // Who has not answered since the last time is sent no more chunks: it will say where to go on when it is back.
    return progress.active || progress.transfer === null ? silent : { ...silent, transfer: null };
  };
  const progress = eachProgress(context, mark);
  return { progress, decided: { ...NOTHING_DECIDED, ended: endedTransfers(context.progress, progress) } };
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

const NO_ENTRIES: readonly Entry[] = [];

export function sendAppends(context: RaftContext): readonly RaftEffect[] {
  const { term, log, reads, decided } = context;
  // A sole voter has committed what it is about to write; its learners are told when that is durable.
  const { persistFrom } = decided;
  const commitIndex =
    persistFrom === 0 ? context.commitIndex : Math.min(context.commitIndex, persistFrom - 1);
  const { round } = reads;
  const effects: RaftEffect[] = [];
  // As a rule all followers are sent the same entries: then they share one list of them.
  let from = 0;
  let entries: readonly Entry[] = NO_ENTRIES;
  for (const { to, prevIndex, count } of decided.appends) {
    if (count !== entries.length || (count > 0 && prevIndex !== from)) {
      from = prevIndex;
      entries = slice(log, prevIndex + 1, prevIndex + count);
    }
    const prevTerm = termAt(log, prevIndex);
    const message = {
      type: 'append.request',
      term,
      prevIndex,
      prevTerm,
      entries,
      commitIndex,
      round,
    } as const;
    effects.push({ type: 'send', to, message });
  }
  return effects;
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
