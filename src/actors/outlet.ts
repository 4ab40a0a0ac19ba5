import type { RaftEffect } from '../../machines/raft/events.ts';
import { PersistFirst, type PersistFirstHost } from './persist-first.ts';
import type { Disk, DiskFailure } from './ports.ts';

/** What is left for the node to carry out: all but the writes, which the disk makes. */
export type Released = Exclude<RaftEffect, { type: 'persist' }>;

/**
 * The effects of the raft chart, on their way to the world: what the chart emits after a write is let out only when
 * that write is durable (PersistFirst). Timers are not held back: they say nothing to anyone.
 */
export class Outlet {
  readonly #queue: PersistFirst<Released>;
  readonly #release: (effect: Released) => void;

  constructor(disk: Disk, host: PersistFirstHost<Released>) {
    this.#release = (effect) => host.release(effect);
    this.#queue = new PersistFirst(disk, host);
  }

  /** Nothing is being held back: every write that something rests on is durable. */
  get isClear(): boolean {
    return this.#queue.isClear;
  }

  take(effect: RaftEffect): void {
    switch (effect.type) {
      case 'persist':
        return this.#queue.write(effect);
      case 'timer.set':
      case 'timer.clear':
        if (!this.#queue.hasFailed) this.#release(effect);
        return;
      default:
        return this.#queue.put(effect);
    }
  }

  /** Makes what this turn wrote durable, and then lets out what waited for it. */
  endTurn(): void {
    this.#queue.endTurn();
  }

  /** The disk was found to have failed by somebody else who uses it. */
  fail(failure: DiskFailure): void {
    this.#queue.fail(failure);
  }
}
