import assert from 'node:assert/strict';
import type { RaftContext } from '../../machines/raft/context.ts';
import type { RaftEffect, SnapshotRequest } from '../../machines/raft/events.ts';
import { termOf } from './raft.parts.ts';
import type { Seen } from './raft.rules.ts';

/** What section 7 and figure 13 of the paper say of any step of one node. */
export const SNAPSHOT_RULES: readonly ((seen: Seen) => void)[] = [
  receivesSnapshots,
  sendsSnapshots,
  learnsFromChunks,
  endsTransfers,
];

/** What becomes of a chunk. */
type Receipt = {
  /** It has to be kept. */
  readonly kept: boolean;
  /** The snapshot is all here now, or was before. */
  readonly done: boolean;
  /** What is kept of this snapshot after it: up to which key. */
  readonly next: string | null;
};

/** Figure 13, from the follower's side: what is here stays, what comes next is kept, anything else is asked for. */
export function receiptOf(context: RaftContext, event: SnapshotRequest): Receipt {
  const { checkpoint, after, next } = event;
  const { index, term } = checkpoint;
  const { commitIndex, snapshots } = context;
  const { incoming } = snapshots;
  if (index <= commitIndex || termOf(context, index) === term) return { kept: false, done: true, next: null };
  const isSame = incoming !== null && incoming.index === index && incoming.term === term;
  const here = isSame ? incoming.after : null;
  const isOutdated =
    incoming !== null && !isSame && index <= incoming.index && context.term <= incoming.leaderTerm;
  const mustWait = next === null && snapshots.checkpointing !== null;
  if (after !== here || isOutdated || mustWait) return { kept: false, done: false, next: here };
  return { kept: true, done: next === null, next };
}

export function answerToChunk(context: RaftContext, event: SnapshotRequest, term: number): unknown {
  const { done, next } = receiptOf(context, event);
  const { index, term: snapshotTerm } = event.checkpoint;
  const answer = { type: 'snapshot.response', term, index, snapshotTerm, done, round: event.round };
  return { to: event.from, ...answer, next: done ? null : next };
}

/** Figure 13, 2 to 8: chunks are kept aside until there are no more; then the whole takes the place of log and state. */
function receivesSnapshots({ before, event, after, effects }: Seen): void {
  const types = ['snapshot.stage', 'snapshot.install', 'state.restore'];
  const done = effects.filter(({ type }) => types.includes(type));
  if (event.type !== 'snapshot.request') {
    assert.deepEqual(done, []);
    return assert.equal(after.context.snapshots.incoming, before.context.snapshots.incoming);
  }
  const { checkpoint, after: key, items, next } = event;
  const receipt = receiptOf(before.context, event);
  const expected: unknown[] = [];
  if (receipt.kept) expected.push({ type: 'snapshot.stage', checkpoint, after: key, items, next });
  if (receipt.kept && receipt.done) {
    expected.push({ type: 'snapshot.install', checkpoint }, { type: 'state.restore', checkpoint });
  }
  assert.deepEqual(done, expected);
  const { snapshots, log, stableIndex, commitIndex, membership, memberships } = after.context;
  const { incoming } = snapshots;
  const { index, term } = checkpoint;
  if (receipt.kept && receipt.done) {
    assert.deepEqual([log.base, log.length, stableIndex], [{ index, term }, index, index]);
    assert.deepEqual([membership, memberships], [checkpoint.membership, [{ index, membership }]]);
    assert.deepEqual(snapshots.checkpoint, checkpoint);
    return assert.equal(incoming, null);
  }
  assert.equal(log, before.context.log);
  if (receipt.kept) {
    return assert.deepEqual(incoming, { index, term, after: next, leaderTerm: after.context.term });
  }
  const was = before.context.snapshots.incoming;
  assert.deepEqual(incoming, receipt.done && was !== null && was.index <= commitIndex ? null : was);
}

/** Section 7: who lacks what the leader's log has no more is sent its checkpoint instead, a chunk at a time. */
function sendsSnapshots({ before, event, after, effects, from, to: part }: Seen): void {
  const chunks = effects.filter((effect) => effect.type === 'snapshot.send');
  if (!from.startsWith('leader') || event.type !== 'turn.ended') return assert.deepEqual(chunks, []);
  const { log, term } = after.context;
  const { checkpoint } = after.context.snapshots;
  // A leader whose last turn this is keeps nothing of its office.
  const isLast = !part.startsWith('leader');
  const { reads } = isLast ? before.context : after.context;
  const expected: RaftEffect[] = [];
  for (const to of before.context.peers.filter((peer) => after.context.peers.includes(peer))) {
    const known = before.context.progress[to];
    if (known === undefined || !known.active || known.next > log.base.index) continue;
    const { transfer } = known;
    const isCurrent = transfer !== null && transfer.checkpoint.index >= log.base.index;
    if (isCurrent && transfer.out && !known.due) continue;
    const offer = isCurrent ? transfer.checkpoint : checkpoint;
    assert.ok(offer !== null && offer.index >= log.base.index, 'a checkpoint stands for what is gone');
    const key = isCurrent ? transfer.after : null;
    expected.push({ type: 'snapshot.send', to, term, round: reads.round, checkpoint: offer, after: key });
    if (isLast) continue;
    assert.deepEqual(after.context.progress[to]?.transfer, { checkpoint: offer, after: key, out: true });
  }
  assert.deepEqual(chunks, expected);
}

/** Answers to chunks: the follower says where to go on; what repeats itself, or is about another snapshot, sends nothing. */
function learnsFromChunks({ before, event, after, from }: Seen): void {
  if (!from.startsWith('leader')) return;
  if (event.type === 'snapshot.unavailable') {
    const known = before.context.progress[event.to]?.transfer;
    if (!known) return;
    const { checkpoint } = after.context.snapshots;
    const out = checkpoint?.index === known.checkpoint.index;
    return assert.deepEqual(after.context.progress[event.to]?.transfer, { checkpoint, after: null, out });
  }
  if (event.type !== 'snapshot.response') return;
  const [was, is] = [before.context.progress[event.from], after.context.progress[event.from]];
  if (was === undefined || is === undefined) return;
  assert.equal(is.ackedRound, Math.max(was.ackedRound, event.round));
  if (event.done) {
    assert.equal(is.match, Math.max(was.match, event.index));
    return assert.ok(is.next > is.match);
  }
  assert.equal(is.match, was.match);
  const { transfer } = was;
  const { index, snapshotTerm, next } = event;
  const isNew =
    transfer !== null &&
    transfer.checkpoint.index === index &&
    transfer.checkpoint.term === snapshotTerm &&
    transfer.after !== next;
  const moved = isNew ? { checkpoint: transfer.checkpoint, after: next, out: false } : transfer;
  assert.deepEqual(is.transfer, moved);
}

/** Whoever is sent no more chunks is told of to the host, once: it holds on to what the next chunk would be read from. */
function endsTransfers({ before, event, after, effects }: Seen): void {
  const ended = effects.flatMap((effect) => (effect.type === 'snapshot.end' ? [effect.to] : []));
  const [was, is] = [before.context.progress, after.context.progress];
  const begun = effects.flatMap((effect) => (effect.type === 'snapshot.send' ? [effect.to] : []));
  const sending = Object.keys(was).filter((peer) => was[peer]?.transfer || begun.includes(peer));
  const expected = sending.filter((peer) => !is[peer]?.transfer);
  assert.deepEqual([...ended].sort(), expected.sort());
  if (event.type !== 'quorum.timeout') return;
  for (const peer of Object.keys(is)) {
    assert.equal(
      is[peer]?.transfer,
      was[peer]?.active ? was[peer]?.transfer : null,
      'the silent are sent nothing',
    );
  }
}
