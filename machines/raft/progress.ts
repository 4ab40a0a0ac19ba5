import { invariant } from '../assert.ts';
import { patched } from '../patched.ts';
import type { PlannedAppend, Progress, RaftContext } from './context.ts';
import type { AppendResponse } from './events.ts';
import { chunkEnd, firstIndexOfTerm, type Log, lastIndex, lastIndexOfTerm, slice } from './log.ts';

/**
 * What a leader knows of one follower, and what to send it next. Two ways of sending, as in etcd: while the place
 * where the logs part is not known, one message at a time (probing); after that as a pipeline, bounded in
 * messages and bytes.
 */

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
  };
}

/**
 * The messages that a follower is due at the end of a turn: entries as far as the limits allow; or, when only
 * the commit index or the round of reads has moved, or a heartbeat is due, one message without entries.
 */
export function planAppends(
  context: RaftContext,
  to: string,
  progress: Progress,
): { progress: Progress; appends: readonly PlannedAppend[] } {
  const { next, appends, inflight } = progress.probing
    ? planProbe(context, to, progress)
    : planPipeline(context, to, progress);
  const round = context.reads.round;
  const stale = progress.due || progress.sentRound < round || progress.sentCommit < followable(context, next);
  if (appends.length === 0) {
    if (!stale) return { progress, appends };
    appends.push({ to, prevIndex: next - 1, count: 0 });
  }
  const last = appends.at(-1) as PlannedAppend;
  const sentCommit = Math.max(
    progress.sentCommit,
    Math.min(context.commitIndex, last.prevIndex + last.count),
  );
  const sent = { paused: progress.probing, due: false, sentRound: round, sentCommit, next, inflight };
  return { progress: patched(progress, sent), appends };
}

/** How far a follower that is sent everything below `next` may commit. */
function followable(context: RaftContext, next: number): number {
  return Math.min(context.commitIndex, next - 1);
}

type Plan = { next: number; appends: PlannedAppend[]; inflight: Progress['inflight'] };

function planProbe(context: RaftContext, to: string, progress: Progress): Plan {
  const { next, inflight, paused, due } = progress;
  if (paused && !due) return { next, appends: [], inflight };
  const last = lastIndex(context.log);
  const count =
    next > last ? 0 : chunkEnd(context.log, next, last, context.settings.maxMessageBytes) - next + 1;
  return { next, appends: [{ to, prevIndex: next - 1, count }], inflight };
}

function planPipeline(context: RaftContext, to: string, progress: Progress): Plan {
  const { log, settings } = context;
  const last = lastIndex(log);
  const appends: PlannedAppend[] = [];
  const inflight = progress.inflight.slice();
  let bytesInflight = inflight.reduce((sum, message) => sum + message.bytes, 0);
  let next = progress.next;
  while (
    next <= last &&
    inflight.length < settings.maxInflightMessages &&
    bytesInflight < settings.maxInflightBytes
  ) {
    const end = chunkEnd(log, next, last, settings.maxMessageBytes);
    const bytes = slice(log, next, end).reduce((sum, entry) => sum + entry.bytes, 0);
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
  const heard = patched(progress, { active: true, ackedRound });
  return answer.success ? learnMatch(log, heard, answer.index) : learnMismatch(log, heard, answer);
}

function learnMatch(log: Log, progress: Progress, index: number): Progress {
  invariant(index <= lastIndex(log), 'a follower matches no more than the leader has', () => ({
    index,
    lastIndex: lastIndex(log),
  }));
  const match = Math.max(progress.match, index);
  if (progress.probing)
    return patched(progress, { match, next: match + 1, probing: false, paused: false, inflight: [] });
  const first = progress.inflight[0];
  const inflight =
    first !== undefined && first.last <= match
      ? progress.inflight.filter((message) => message.last > match)
      : progress.inflight;
  return patched(progress, { match, next: Math.max(progress.next, match + 1), inflight });
}

function learnMismatch(log: Log, progress: Progress, answer: AppendResponse): Progress {
  const { index: rejected, conflict } = answer;
  // What is known to match cannot mismatch: this answers a message from before that was known.
  const outdated = rejected <= progress.match || (progress.probing && rejected !== progress.next - 1);
  if (outdated || conflict === null) return progress;
  const next = Math.max(progress.match + 1, Math.min(rejected, nextToTry(log, conflict)));
  return patched(progress, { next, probing: true, paused: false, inflight: [] });
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
