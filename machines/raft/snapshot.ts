import type { Json } from '../json.ts';
import { withBytes } from './checkpoints.ts';
import { NOTHING_DECIDED, type RaftContext } from './context.ts';
import type { RaftEffect, SnapshotRequest } from './events.ts';
import { followLeader } from './following.ts';
import { bytesOf, emptyLog, lastIndex, termAt } from './log.ts';
import { type Membership, standingAt } from './membership.ts';

/**
 * Snapshots (paper section 7, thesis chapter 5): what they are made of, and how a follower receives one, which is paper
 * figure 13. Chunks go by key instead of by offset, and are kept aside durably before they are acknowledged, so a
 * transfer goes on after a restart of either side, and after a change of leader. Steps 1 to 8 of the figure:
 * a message of an earlier term never comes here (1, see `terms.ts`); a first chunk begins anew (2), others follow it
 * (3, 4); whatever was kept of an earlier snapshot goes (5); a log that holds the last entry of the snapshot stays, and
 * commits up to there (6); any other goes whole (7), and the state becomes the snapshot's (8).
 */

/**
 * The applied state, made durable as of an index: what stands in the log up to there is not needed any more. To take
 * one costs what has changed since the last.
 */
export type Checkpoint = {
  /** The last entry whose effect is in it. */
  readonly index: number;
  /** That entry's term. */
  readonly term: number;
  /** Who belonged to the cluster as of that entry. */
  readonly membership: Membership;
};

/**
 * A piece of the state machine's state: for Raft an opaque value under a key. The state of an index is the same on
 * every node, so that a snapshot begun with one leader can be gone on with by the next.
 */
export type StateItem = readonly [key: string, value: Json];

/** A snapshot that is being received: of which checkpoint, and after which key the next chunk begins; null for the first. */
export type Incoming = { readonly index: number; readonly term: number; readonly after: string | null };

type Patch = Partial<RaftContext>;

/**
 * Everything that the snapshot would bring is here: it is committed already, or the log holds the snapshot's last entry,
 * and so all entries before it are the leader's too (paper figure 13, step 6).
 */
export function holdsSnapshot({ log, commitIndex }: RaftContext, { checkpoint }: SnapshotRequest): boolean {
  const { index, term } = checkpoint;
  return index <= commitIndex || (index <= lastIndex(log) && termAt(log, index) === term);
}

/** The last chunk of the snapshot. It waits while a checkpoint of the state that it replaces is on its way to the disk. */
export function completesSnapshot(context: RaftContext, event: SnapshotRequest): boolean {
  return event.next === null && context.snapshots.checkpointing === null && isExpected(context, event);
}

/** A chunk that follows what is here, and is followed by others. */
export function extendsSnapshot(context: RaftContext, event: SnapshotRequest): boolean {
  return event.next !== null && isExpected(context, event);
}

/**
 * Whether this is the chunk that comes next. The first chunk of another snapshot begins anew when that is a later one,
 * or is what a new leader has to offer; a late copy of what the same leader has given up does not.
 */
function isExpected({ snapshots, term }: RaftContext, { checkpoint, after }: SnapshotRequest): boolean {
  const { incoming } = snapshots;
  if (incoming === null) return after === null;
  if (isOf(incoming, checkpoint)) return after === incoming.after;
  return after === null && (checkpoint.index > incoming.index || term > incoming.leaderTerm);
}

function isOf(incoming: Incoming, { index, term }: Checkpoint): boolean {
  return incoming.index === index && incoming.term === term;
}

/** Nothing is to be received: what is here is committed up to the snapshot's last entry. */
export function commitThroughSnapshot(context: RaftContext, event: SnapshotRequest): Patch {
  const { log, commitIndex, snapshots } = context;
  const { incoming } = snapshots;
  const newCommit = Math.max(commitIndex, event.checkpoint.index);
  return {
    ...followLeader(context, event),
    commitIndex: newCommit,
    snapshots: {
      ...withBytes(snapshots, bytesOf(log, commitIndex + 1, newCommit)),
      incoming: incoming !== null && incoming.index > newCommit ? incoming : null,
    },
    decided: { ...NOTHING_DECIDED, applyFrom: newCommit > commitIndex ? commitIndex + 1 : 0 },
  };
}

export function takeChunk(context: RaftContext, event: SnapshotRequest): Patch {
  const { index, term } = event.checkpoint;
  return {
    ...followLeader(context, event),
    snapshots: {
      ...context.snapshots,
      incoming: { index, term, after: event.next, leaderTerm: context.term },
    },
  };
}

/** The snapshot is complete: it is this node's checkpoint now, and its log begins after it (paper figure 13, 7 and 8). */
export function installSnapshot(context: RaftContext, event: SnapshotRequest): Patch {
  const { checkpoint } = event;
  const { index, term, membership } = checkpoint;
  return {
    ...followLeader(context, event),
    ...standingAt(context.settings.id, index, membership),
    log: emptyLog({ index, term }),
    stableIndex: index,
    commitIndex: index,
    snapshots: { checkpoint, checkpointing: null, appliedBytes: 0, incoming: null },
  };
}

/** Keeps the chunk aside on the disk. */
export function stageChunk(
  _context: RaftContext,
  { checkpoint, after, items, next }: SnapshotRequest,
): readonly RaftEffect[] {
  return [{ type: 'snapshot.stage', checkpoint, after, items, next }];
}

/** Writes the last chunk, and with it the whole snapshot into the place of log and state. */
export function persistSnapshot(context: RaftContext, event: SnapshotRequest): readonly RaftEffect[] {
  return [...stageChunk(context, event), { type: 'snapshot.install', checkpoint: event.checkpoint }];
}

export function restoreState(_context: RaftContext, { checkpoint }: SnapshotRequest): readonly RaftEffect[] {
  return [{ type: 'state.restore', checkpoint }];
}

/** Tells the leader that everything up to the snapshot's last entry is here and durable. */
export function acknowledgeSnapshot(context: RaftContext, event: SnapshotRequest): readonly RaftEffect[] {
  return [answer(context, event, null, true)];
}

/** Tells the leader after which key to go on: what is here up to there is durable. */
export function askForChunk(context: RaftContext, event: SnapshotRequest): readonly RaftEffect[] {
  const { incoming } = context.snapshots;
  const isKnown = incoming !== null && isOf(incoming, event.checkpoint);
  return [answer(context, event, isKnown ? incoming.after : null, false)];
}

function answer(
  { term }: RaftContext,
  { from, checkpoint, round }: SnapshotRequest,
  next: string | null,
  done: boolean,
): RaftEffect {
  const { index, term: snapshotTerm } = checkpoint;
  return {
    type: 'send',
    to: from,
    message: { type: 'snapshot.response', term, index, snapshotTerm, next, done, round },
  };
}
