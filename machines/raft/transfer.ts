import { invariant } from '../assert.ts';
import type { Progress, RaftContext, Transfer } from './context.ts';
import type { RaftEffect, SnapshotResponse } from './events.ts';
import { learnMatch, type Portion } from './progress.ts';
import type { Checkpoint } from './snapshot.ts';

/**
 * Sending snapshots (paper figure 13, the leader's side). A follower that needs what the log has no more is sent the
 * latest durable checkpoint, one chunk at a time: the next goes out when the one before is answered, and the same one
 * again with a heartbeat when it is not. The follower's answer says where to go on, so lost, repeated and late
 * messages cost time and nothing else, and a follower that restarts goes on where it was.
 */

/** What a follower is due that cannot be sent entries: a chunk, or a sign of life. */
export function planTransfer(context: RaftContext, to: string, progress: Progress, round: number): Portion {
  const { active, due, sentRound } = progress;
  // Whoever does not answer is not sent chunks: reading them costs much, and the disk keeps what a reader still needs.
  const transfer = active ? transferTo(context, progress) : progress.transfer;
  if (transfer !== null && active && (!transfer.out || due)) {
    const { checkpoint, after } = transfer;
    const sent = { ...progress, due: false, sentRound: round, transfer: { checkpoint, after, out: true } };
    return { progress: sent, appends: [], chunk: { to, checkpoint, after } };
  }
  if (!due && sentRound >= round) return { progress, appends: [], chunk: null };
  // All logs agree at index 0: a message that starts there is a heartbeat, and carries the round of reads.
  const told = { ...progress, due: false, sentRound: round };
  return { progress: told, appends: [{ to, prevIndex: 0, count: 0 }], chunk: null };
}

/** The transfer under way, or a new one: of the latest checkpoint, when there is none or the log left it behind. */
function transferTo({ log, snapshots: { checkpoint } }: RaftContext, { transfer }: Progress): Transfer {
  if (transfer !== null && transfer.checkpoint.index >= log.base.index) return transfer;
  invariant(
    checkpoint !== null && checkpoint.index >= log.base.index,
    'a durable checkpoint stands for what was compacted away',
    () => ({ checkpoint: checkpoint?.index, base: log.base.index }),
  );
  return { checkpoint, after: null, out: false };
}

/** What a follower's answer to a chunk teaches about it. Answers about another snapshot teach nothing but life. */
export function learnChunk(context: RaftContext, progress: Progress, answer: SnapshotResponse): Progress {
  const ackedRound = Math.max(progress.ackedRound, answer.round);
  if (answer.done) return learnMatch(context.log, progress, answer.index, ackedRound);
  const alive = { ...progress, active: true, ackedRound };
  const { transfer } = progress;
  const isOfThis =
    transfer !== null &&
    transfer.checkpoint.index === answer.index &&
    transfer.checkpoint.term === answer.snapshotTerm;
  // An answer that repeats what is known sends nothing: or each copy of it would, for ever.
  if (!isOfThis || transfer.after === answer.next) return alive;
  return { ...alive, transfer: { checkpoint: transfer.checkpoint, after: answer.next, out: false } };
}

/** Whether a snapshot is on its way to the follower. */
export function isSending({ progress }: RaftContext, to: string): boolean {
  return Object.hasOwn(progress, to) && progress[to]?.transfer !== null;
}

/**
 * The transfer begins again, with the latest checkpoint. When that is the one that could not be read, the host knows
 * of a later one already and this node will in a moment: then it waits for a heartbeat.
 */
export function restarted(progress: Progress, latest: Checkpoint | null): Progress {
  const { transfer } = progress;
  invariant(transfer !== null && latest !== null, 'what is being sent was durable', () => progress);
  const out = latest.index === transfer.checkpoint.index;
  return { ...progress, transfer: { checkpoint: latest, after: null, out } };
}

/** The followers whose transfer is in the first record and not in the second. */
export function endedTransfers(
  before: RaftContext['progress'],
  after: RaftContext['progress'],
): readonly string[] {
  return Object.keys(before).filter((peer) => before[peer]?.transfer && !after[peer]?.transfer);
}

export function sendChunks({ term, reads, decided }: RaftContext): readonly RaftEffect[] {
  const { chunks, ended } = decided;
  if (chunks.length === 0 && ended.length === 0) return NOTHING;
  const { round } = reads;
  return [
    ...ended.map((to) => ({ type: 'snapshot.end', to }) as const),
    ...chunks.map((chunk) => ({ type: 'snapshot.send', ...chunk, term, round }) as const),
  ];
}

const NOTHING: readonly RaftEffect[] = [];

/** Nothing more is sent by a leader that is none any more. */
export function endTransfers({ progress }: RaftContext): readonly RaftEffect[] {
  return endedTransfers(progress, {}).map((to) => ({ type: 'snapshot.end', to }));
}
