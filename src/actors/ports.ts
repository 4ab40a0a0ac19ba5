import type { Json } from '../../machines/json.ts';
import type { RestoredState } from '../../machines/raft/context.ts';
import type { RaftEffect } from '../../machines/raft/events.ts';
import type { Checkpoint, StateItem } from '../../machines/raft/snapshot.ts';

/** What a node needs of the world. The host implements these for real, the simulator for virtual time. */

/** Named one-shot timers. Setting a name again replaces its timer; a cleared or replaced timer never fires. */
export type Timers = {
  set(name: string, delayMs: number, fire: () => void): void;
  clear(name: string): void;
};

/** One write of durable state. Those that are made between two syncs become durable together, or not at all. */
export type DiskWrite =
  /** What Raft writes: term, vote and log, what of the log may go, and snapshots of other nodes. */
  | Extract<RaftEffect, { type: 'persist' | 'compact' | 'snapshot.stage' | 'snapshot.install' }>
  /** Items of the conflict store and its counters: those named here change, all others stay. */
  | {
      readonly type: 'store';
      readonly changes: readonly StoreChange[];
      readonly counters: { readonly [name: string]: Json };
    };

/** An item's id and its text; null when the item is gone. */
export type StoreChange = readonly [id: string, text: string | null];

/** Why nothing will ever be durable again. */
export type DiskFailure = {
  /**
   * No room is left on the device; a write failed; a sync failed, so that what it was to make durable may be lost and a
   * second attempt would not tell; what is there is not what was written.
   */
  readonly kind: 'full' | 'io' | 'sync' | 'damaged';
  /** What failed, where, and what to do about it. */
  readonly text: string;
};

/**
 * Durable state. Writes are made in order, and while some are on their way to the disk, later ones gather: one sync
 * makes all of them durable. The first failure is final: nothing is tried again.
 */
export type Disk = {
  write(write: DiskWrite): void;
  /**
   * Calls back once everything written so far would survive a crash, or with the failure after which nothing is ever
   * durable again. Calls come back in order; possibly before `sync` returns.
   */
  sync(done: (failure: DiskFailure | null) => void): void;
  /**
   * Makes the state as of `checkpoint` durable: `changes` are the items that have changed since the last checkpoint
   * that was asked for. This goes on in the background, beside writes and syncs, which do not wait for it. Calls back
   * once, when this checkpoint or a later one is durable, or with the failure. One at a time.
   */
  checkpoint(
    checkpoint: Checkpoint,
    changes: readonly StateItem[],
    done: (failure: DiskFailure | null) => void,
  ): void;
  /** A consistent view of the state at the latest durable checkpoint; null when there is none. Later writes do not show in it. */
  openSnapshot(): SnapshotReader | null;
};

/** The state at a checkpoint, chunk by chunk. The disk keeps what a reader still has to read until it is closed. */
export type SnapshotReader = {
  readonly checkpoint: Checkpoint;
  /**
   * The items that follow the key `after` (null for the beginning), about `maxBytes` of them but at least one if there
   * is one; `next` is the last item's key, null when nothing follows. Keys ascend by code unit; keys above 400 bytes
   * that begin alike are in an order of their own, the same on every node.
   * @throws StorageError when what is there is not what was written
   */
  read(
    after: string | null,
    maxBytes: number,
  ): { readonly items: readonly StateItem[]; readonly next: string | null };
  close(): void;
};

/** What a node finds on its disk when it starts. */
export type Restored = {
  /** Which life of the node this is: greater than any before, and durable. */
  readonly incarnation: number;
  /** Null when nothing of Raft was ever written. The state at its checkpoint is read with `openSnapshot`. */
  readonly raft: RestoredState | null;
  /** Null when nothing of the conflict store was ever written. Items can be gone through once. */
  readonly store: {
    readonly items: Iterable<readonly [id: string, text: string]>;
    readonly counters: { readonly [name: string]: Json };
  } | null;
};

export type Wire = {
  send(src: string, dest: string, body: { readonly [name: string]: Json }): void;
};

export type Ports = {
  /** Monotonic time in milliseconds. */
  nowMs(): number;
  /** Milliseconds since 1970 as this node's clock has them: it may stand still, jump and step back. */
  wallMs(): number;
  readonly timers: Timers;
  readonly disk: Disk;
  readonly wire: Wire;
};
