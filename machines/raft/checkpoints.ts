import type { EventOf } from '../chart.ts';
import { NOTHING_DECIDED, type RaftContext, type Snapshots } from './context.ts';
import type { RaftEffect, RaftEvent } from './events.ts';
import { bytesOf, compact, entryAt, type Log, lastIndex, termAt } from './log.ts';
import { membershipAt, sinceBase } from './membership.ts';
import type { Checkpoint } from './snapshot.ts';

/**
 * Checkpoints and compaction (paper section 7, thesis section 5.1): every node takes its own, whatever its role, when
 * enough was applied since the last. Nothing waits for one to become durable; when it is, the log before it can go.
 */

type Patch = Partial<RaftContext>;
const NOTHING: readonly RaftEffect[] = [];

/**
 * How much further back than a checkpoint's own distance the log may reach for a follower that is being caught up. One
 * that needs more than that starts over with a later snapshot: the log of a leader is bounded whatever its followers do.
 */
const RETENTION = 4;

/** Whether so many entries or bytes were applied since the last checkpoint that another one is worth it. One at a time. */
function isDue(
  settings: RaftContext['settings'],
  { checkpoint, checkpointing, appliedBytes }: Snapshots,
  commitIndex: number,
): boolean {
  if (checkpointing !== null) return false;
  const entries = commitIndex - (checkpoint === null ? 0 : checkpoint.index);
  return entries > 0 && (entries >= settings.checkpointEntries || appliedBytes >= settings.checkpointBytes);
}

/** A checkpoint of what is committed up to `index`, all of which has been handed on to be applied. */
function checkpointAt(log: Log, memberships: RaftContext['memberships'], index: number): Checkpoint {
  return { index, term: termAt(log, index), membership: membershipAt(memberships, index) };
}

function begun({ checkpoint, incoming }: Snapshots, checkpointing: Checkpoint): Snapshots {
  return { checkpoint, checkpointing, appliedBytes: 0, incoming };
}

/**
 * What is known when everything up to `commitIndex` is handed on to be applied, and the checkpoint that is due then, which
 * is begun.
 */
export function applied(
  { settings, snapshots, commitIndex: before }: RaftContext,
  log: Log,
  memberships: RaftContext['memberships'],
  commitIndex: number,
): { readonly snapshots: Snapshots; readonly due: Checkpoint | null } {
  const grown = withBytes(snapshots, bytesOf(log, before + 1, commitIndex));
  if (!isDue(settings, grown, commitIndex)) return { snapshots: grown, due: null };
  const due = checkpointAt(log, memberships, commitIndex);
  return { snapshots: begun(grown, due), due };
}

/** The same, after so many log bytes more. */
export function withBytes(snapshots: Snapshots, bytes: number): Snapshots {
  if (bytes === 0) return snapshots;
  const { checkpoint, checkpointing, appliedBytes, incoming } = snapshots;
  return { checkpoint, checkpointing, appliedBytes: appliedBytes + bytes, incoming };
}

export function takeCheckpoint({ decided: { checkpoint } }: RaftContext): readonly RaftEffect[] {
  return checkpoint === null ? NOTHING : [{ type: 'checkpoint', checkpoint }];
}

/** Whether this is the checkpoint that was asked for. */
export function isAwaited(
  { snapshots: { checkpointing } }: RaftContext,
  event: EventOf<RaftEvent, 'checkpoint.durable'>,
): boolean {
  return checkpointing !== null && checkpointing.index === event.index;
}

/** The checkpoint would survive a crash: it stands for the log before it, which goes except for a tail. */
export function compactLog(context: RaftContext): Patch {
  const { log, memberships, snapshots } = context;
  const { checkpointing } = snapshots;
  const through = compactionPoint(context, (checkpointing as Checkpoint).index);
  const compacts = through > log.base.index;
  return {
    snapshots: { ...snapshots, checkpoint: checkpointing, checkpointing: null },
    log: compact(log, through),
    memberships: compacts ? sinceBase(memberships, through) : memberships,
    decided: { ...NOTHING_DECIDED, compactThrough: compacts ? through : 0 },
  };
}

export function persistCompaction({ log, decided }: RaftContext): readonly RaftEffect[] {
  const { compactThrough } = decided;
  return compactThrough === 0 ? [] : [{ type: 'compact', through: compactThrough, term: log.base.term }];
}

/**
 * Up to where the log goes when there is a durable checkpoint at `index`. A short tail before it stays, so that a
 * follower that is a little late need not be sent the whole state. A leader keeps what the followers that it hears from
 * still lack, and what they will lack when they have the snapshot that they are being sent, within bounds.
 */
function compactionPoint({ log, settings, progress }: RaftContext, index: number): number {
  const { trailingEntries, checkpointEntries, checkpointBytes } = settings;
  let from = tailOf(log, index, trailingEntries, checkpointBytes);
  let earliest: number | null = null;
  for (const { active, match, transfer } of Object.values(progress)) {
    const lacks = (transfer === null ? match : transfer.checkpoint.index) + 1;
    if (!active || lacks >= from) continue;
    earliest ??= tailOf(log, index, RETENTION * checkpointEntries, RETENTION * checkpointBytes);
    if (lacks >= earliest) from = lacks;
  }
  return from - 1;
}

/** The first index of the longest part of the log that ends at `through` and keeps within both limits. */
function tailOf(log: Log, through: number, maxEntries: number, maxBytes: number): number {
  const least = Math.max(log.base.index, through - maxEntries) + 1;
  let from = Math.min(through, lastIndex(log)) + 1;
  let bytes = 0;
  while (from > least) {
    bytes += entryAt(log, from - 1).bytes;
    if (bytes > maxBytes) break;
    from -= 1;
  }
  return from;
}
