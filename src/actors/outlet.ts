import type { RaftEffect } from '../../machines/raft/events.ts';
import { PersistFirst, type PersistFirstHost } from './persist-first.ts';
import type { Disk, DiskFailure } from './ports.ts';

/** The effects that are writes; the disk makes them, and nobody else. */
type Written = 'persist' | 'compact' | 'snapshot.stage' | 'snapshot.install';
/** What is left for the node to carry out. A checkpoint is no write here: nothing waits for it. */
export type Released = Exclude<RaftEffect, { type: Written }>;

/**
 * The effects of the raft chart, on their way to the world: what the chart emits after a write is let out only when
 * that write is durable (PersistFirst). Timers are not held back: they say nothing to anyone.
 */
export class Outlet {
  readonly #queue: PersistFirst<Released>;
  readonly #release: (effect: Released) => void;
  /** The latest checkpoint of another node's that took the place of this one's state; 0 for none. */
  #installedIndex = 0;

  constructor(disk: Disk, host: PersistFirstHost<Released>) {
    this.#release = (effect) => host.release(effect);
    this.#queue = new PersistFirst(disk, {
      released: () => host.released(),
      failed: (failure, heldBack) => host.failed(failure, heldBack),
      release: (effect) => {
        if (!this.#isOvertaken(effect)) host.release(effect);
      },
    });
  }

  /** Nothing is being held back: every write that something rests on is durable. */
  get isClear(): boolean {
    return this.#queue.isClear;
  }

  take(effect: RaftEffect): void {
    switch (effect.type) {
      case 'persist':
      case 'snapshot.stage':
        return this.#queue.write(effect);
      case 'snapshot.install':
        this.#installedIndex = effect.checkpoint.index;
        return this.#queue.write(effect);
      case 'compact':
        return this.#queue.writeAside(effect);
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

  /** A checkpoint that waited here while a later one was installed would take the state on the disk back. */
  #isOvertaken(effect: Released): boolean {
    return effect.type === 'checkpoint' && effect.checkpoint.index <= this.#installedIndex;
  }
}
