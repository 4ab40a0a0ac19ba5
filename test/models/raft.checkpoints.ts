import assert from 'node:assert/strict';
import type { RaftContext, RaftInput } from '../../machines/raft/context.ts';
import type { RaftEvent } from '../../machines/raft/events.ts';
import { membershipOf } from '../../machines/raft/membership.ts';
import type { Checkpoint } from '../../machines/raft/snapshot.ts';
import { entriesBetween, entriesOf, isMatching, type Part, termOf } from './raft.parts.ts';
import type { Seen } from './raft.rules.ts';

/**
 * Section 7 of the paper, from the side of whoever takes a checkpoint: when one is due, that it is of what is applied
 * and nothing else, and that the log goes when the checkpoint is durable, not before and not further.
 */
export function takingCheckpoints({ restored, voters }: RaftInput): (seen: Seen) => void {
  const nothing: Checkpoint = { index: 0, term: 0, membership: membershipOf(voters) };
  let durable = restored?.checkpoint ?? nothing;
  let pending: Checkpoint | null = null;
  let bytes = 0;

  return function takesCheckpoints({ before, event, after, effects, from }) {
    const { context } = after;
    let taken: Checkpoint | null = null;
    for (const effect of effects) {
      if (effect.type === 'apply') for (const entry of effect.entries) bytes += entry.bytes;
      if (effect.type === 'checkpoint') taken = effect.checkpoint;
      if (effect.type === 'state.restore') {
        assert.equal(pending, null, 'no checkpoint is on its way that the new state would take the place of');
        durable = effect.checkpoint;
        bytes = 0;
      }
    }
    const isTime = event.type === 'turn.ended' ? isLeader(from) : isAccepted(before.context, event);
    const isDue = isTime && pending === null && isWorthIt(context, durable, bytes);
    assert.deepEqual(taken, isDue ? checkpointOf(context, durable) : null);
    if (taken !== null) {
      pending = taken;
      bytes = 0;
    }
    const compactions = effects.filter(({ type }) => type === 'compact');
    if (event.type === 'checkpoint.durable' && event.index === pending?.index) {
      durable = pending;
      pending = null;
      const through = compactedThrough(before.context, durable.index);
      const isAny = through > before.context.log.base.index;
      const { base } = context.log;
      assert.deepEqual(
        base,
        isAny ? { index: through, term: termOf(before.context, through) } : before.context.log.base,
      );
      assert.deepEqual(compactions, isAny ? [{ type: 'compact', through, term: base.term }] : []);
      assert.deepEqual(
        entriesOf(context),
        entriesBetween(before.context, base.index + 1, context.log.length),
      );
    } else {
      assert.deepEqual(compactions, []);
      if (event.type !== 'snapshot.request') assert.equal(context.log.base, before.context.log.base);
    }
    assert.deepEqual(context.snapshots.checkpoint ?? nothing, durable);
    assert.deepEqual(context.snapshots.checkpointing, pending);
  };
}

const isLeader = (part: Part) => part.startsWith('leader');

/** A follower hears what is committed with the entries of its leader. */
function isAccepted(context: RaftContext, event: RaftEvent): boolean {
  return event.type === 'append.request' && isMatching(context, event);
}

function isWorthIt({ settings, commitIndex }: RaftContext, { index }: Checkpoint, bytes: number): boolean {
  const entries = commitIndex - index;
  return entries > 0 && (entries >= settings.checkpointEntries || bytes >= settings.checkpointBytes);
}

/** Of what is committed, with the membership that the log names last up to there. */
function checkpointOf(context: RaftContext, durable: Checkpoint): Checkpoint {
  const { commitIndex: index } = context;
  const change = entriesBetween(context, durable.index + 1, index).findLast(
    ({ op }) => op?.type === 'members',
  );
  const membership = change?.op?.type === 'members' ? change.op.membership : durable.membership;
  return { index, term: termOf(context, index) as number, membership };
}

/** A tail within the limits stays, or more of it, if a follower that answers needs more, and no more than four times the distance of checkpoints. */
function compactedThrough(context: RaftContext, index: number): number {
  const { log, settings, progress } = context;
  const fits = (from: number, entries: number, bytes: number) =>
    index - from + 1 <= entries &&
    entriesBetween(context, from, index).reduce((sum, entry) => sum + entry.bytes, 0) <= bytes;
  const lacking = Object.values(progress)
    .filter(({ active }) => active)
    .map(({ match, transfer }) => (transfer === null ? match : transfer.checkpoint.index) + 1);
  const { trailingEntries, checkpointEntries, checkpointBytes } = settings;
  let from = index + 1;
  for (let first = index; first > log.base.index; first -= 1) {
    const isTail = fits(first, trailingEntries, checkpointBytes);
    const isLacking = lacking.includes(first) && fits(first, 4 * checkpointEntries, 4 * checkpointBytes);
    if (isTail || isLacking) from = first;
  }
  return from - 1;
}
