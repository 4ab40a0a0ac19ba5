import { invariant } from '../assert.ts';
import type { PlannedAppend, PlannedChunk, Progress, RaftContext } from './context.ts';
import type { AppendResponse } from './events.ts';
import { bytesOf, chunkEnd, firstIndexOfTerm, type Log, lastIndex, lastIndexOfTerm } from './log.ts';

/**
 * What a leader knows of one follower, and what to send it next. Two ways of sending, as in etcd: while the place
 * where the logs part is not known, one message at a time (probing); after that as a pipeline, bounded in
 * messages and bytes.
 */

// In what follows every field is written out: copying one record into another costs V8 ten times what building one
// does, and this happens for every message that a leader hears or sends.

export function freshProgress(log: Log): Progress {
  return {
    match: 0,
    next: lastIndex(log) + 1,
    probing: true,
    paused: false,
    inflight: [],
    active: true,
    due: true,
    ackedRound: 0,
    sentRound: 0,
    sentCommit: 0,
    transfer: null,
  };
}

/** The same progress, with these two marks. */
export function marked(progress: Progress, due: boolean, active: boolean): Progress {
  const { match, next, probing, paused, inflight, ackedRound, sentRound, sentCommit, transfer } = progress;
  return { match, next, probing, paused, inflight, active, due, ackedRound, sentRound, sentCommit, transfer };
}

const NO_APPENDS: readonly PlannedAppend[] = [];

/** What a follower is sent at the end of a turn, and what is then known of it. */
export type Portion = {
  readonly progress: Progress;
  readonly appends: readonly PlannedAppend[];
  readonly chunk: PlannedChunk | null;
};

/**
 * The messages that a follower is due at the end of a turn, where the log reaches back to what it lacks: entries as far
 * as the limits allow; or, when only the commit index or the round of reads has moved, or a heartbeat is due, one
 * message without entries.
 * @param round the latest round of reads
 */
export function planAppends(context: RaftContext, to: string, progress: Progress, round: number): Portion {
  const { commitIndex } = context;
  const { match, probing, active, ackedRound } = progress;
  const { next, appends, inflight } = probing
    ? planProbe(context, to, progress)
    : planPipeline(context, to, progress);
  let sent = appends;
  if (sent.length === 0) {
    const stale =
      progress.due ||
      progress.sentRound < round ||
      progress.sentCommit < followable(context, next) ||
      progress.transfer !== null;
    if (!stale) return { progress, appends: sent, chunk: null };
    sent = [{ to, prevIndex: next - 1, count: 0 }];
  }
  const last = sent[sent.length - 1] as PlannedAppend;
  const sentCommit = Math.max(progress.sentCommit, Math.min(commitIndex, last.prevIndex + last.count));
  return {
    progress: {
      match,
      next,
      probing,
      paused: probing,
      inflight,
      active,
      due: false,
      ackedRound,
      sentRound: round,
      sentCommit,
      // If there was one, it is over: the log reaches back far enough.
      transfer: null,
    },
    appends: sent,
    chunk: null,
  };
}

/** How far a follower that is sent everything below `next` may commit. */
function followable(context: RaftContext, next: number): number {
  return Math.min(context.commitIndex, next - 1);
}

type Plan = {
  readonly next: number;
  readonly appends: readonly PlannedAppend[];
  readonly inflight: Progress['inflight'];
};

function planProbe(context: RaftContext, to: string, progress: Progress): Plan {
  const { next, inflight, paused, due } = progress;
  if (paused && !due) return { next, appends: NO_APPENDS, inflight };
  const last = lastIndex(context.log);
  const count =
    next > last ? 0 : chunkEnd(context.log, next, last, context.settings.maxMessageBytes) - next + 1;
  return { next, appends: [{ to, prevIndex: next - 1, count }], inflight };
}

function planPipeline(context: RaftContext, to: string, progress: Progress): Plan {
  const { log, settings } = context;
  const last = lastIndex(log);
  if (progress.next > last) return { next: progress.next, appends: NO_APPENDS, inflight: progress.inflight };
  const appends: PlannedAppend[] = [];
  const inflight = progress.inflight.slice();
  let bytesInflight = 0;
  for (const message of inflight) bytesInflight += message.bytes;
  let next = progress.next;
  while (
    next <= last &&
    inflight.length < settings.maxInflightMessages &&
    bytesInflight < settings.maxInflightBytes
  ) {
    const end = chunkEnd(log, next, last, settings.maxMessageBytes);
    const bytes = bytesOf(log, next, end);
    appends.push({ to, prevIndex: next - 1, count: end - next + 1 });
    inflight.push({ last: end, bytes });
    bytesInflight += bytes;
    next = end + 1;
  }
  return { next, appends, inflight };
}

/** What a follower's answer teaches about it. Late, repeated and reordered answers teach nothing wrong. */
export function learn(log: Log, progress: Progress, answer: AppendResponse): Progress {
  const ackedRound = Math.max(progress.ackedRound, answer.round);
  return answer.success
    ? learnMatch(log, progress, answer.index, ackedRound)
    : learnMismatch(log, { ...progress, active: true, ackedRound }, answer);
}

/** The follower's log is the leader's up to `index`, whether entries or a snapshot brought it there. */
export function learnMatch(log: Log, progress: Progress, index: number, ackedRound: number): Progress {
  invariant(index <= lastIndex(log), 'a follower matches no more than the leader has', () => ({
    index,
    lastIndex: lastIndex(log),
  }));
  const { probing, paused, inflight, due, sentRound, sentCommit, transfer } = progress;
  const match = Math.max(progress.match, index);
  const first = inflight[0];
  const arrives = first !== undefined && first.last <= match;
  // As most answers to heartbeats and to word of commits do: it says what is known.
  const isKnown = match === progress.match && ackedRound === progress.ackedRound && progress.active;
  if (isKnown && !probing && !arrives) return progress;
  return {
    match,
    next: probing ? match + 1 : Math.max(progress.next, match + 1),
    probing: false,
    paused: paused && !probing,
    inflight: probing ? NOTHING_INFLIGHT : arrives ? inflight.filter(({ last }) => last > match) : inflight,
    active: true,
    due,
    ackedRound,
    sentRound,
    sentCommit,
    transfer,
  };
}

const NOTHING_INFLIGHT: Progress['inflight'] = [];

function learnMismatch(log: Log, progress: Progress, answer: AppendResponse): Progress {
  const { index: rejected, conflict } = answer;
  // What is known to match cannot mismatch: this answers a message from before that was known.
  const outdated =
    rejected <= progress.match ||
    (progress.probing && rejected !== progress.next - 1) ||
    progress.transfer !== null;
  if (outdated || conflict === null) return progress;
  const next = Math.max(progress.match + 1, Math.min(rejected, nextToTry(log, conflict)));
  return { ...progress, next, probing: true, paused: false, inflight: NOTHING_INFLIGHT };
}

/**
 * Skips a whole term of a divergent log at a time (paper section 5.3, last paragraph). If the leader has entries
 * of the follower's conflicting term, the logs may agree up to the leader's last one; otherwise none of that
 * term can stay.
 */
function nextToTry(log: Log, conflict: { readonly term: number; readonly index: number }): number {
  if (conflict.term === 0) return conflict.index;
  const own = lastIndexOfTerm(log, conflict.term);
  return own === 0 ? conflict.index : own + 1;
}

/** What a follower says about a `prevIndex` that does not match its log. */
export function describeConflict(
  log: Log,
  prevIndex: number,
  termAtPrev: number,
): { readonly term: number; readonly index: number } {
  if (prevIndex > lastIndex(log)) return { term: 0, index: lastIndex(log) + 1 };
  return { term: termAtPrev, index: firstIndexOfTerm(log, termAtPrev) };
}
