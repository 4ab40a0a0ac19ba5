import type { Json } from '../../machines/json.ts';
import type { RaftEffect } from '../../machines/raft/events.ts';

/** What a node needs of the world. The host implements these for real, the simulator for virtual time. */

/** Named one-shot timers. Setting a name again replaces its timer; a cleared or replaced timer never fires. */
export type Timers = {
  set(name: string, delayMs: number, fire: () => void): void;
  clear(name: string): void;
};

/** One write of durable state, as the raft chart asks for it. */
export type DiskWrite = Extract<RaftEffect, { type: 'persist' }>;

/** Durable state. Writes are made in order; those of one turn are made durable together. */
export type Disk = {
  write(write: DiskWrite): void;
  /** Calls `durable` once everything written so far would survive a crash. Calls come back in order. */
  sync(durable: () => void): void;
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
