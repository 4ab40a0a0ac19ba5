import type { RaftEffect } from '../../machines/raft/events.ts';
import type { Disk } from './ports.ts';

type Barrier = { durable: boolean };
type Released = Exclude<RaftEffect, { type: 'persist' }>;

/**
 * Persist first: what a chart emits after a write is let out only when that write is durable. All writes of a
 * turn share one sync. Timers are not held back: they say nothing to anyone.
 */
export class Outlet {
  readonly #disk: Disk;
  readonly #release: (effect: Released) => void;
  readonly #queue: (Released | Barrier)[] = [];
  #unsynced: Barrier | null = null;
  readonly #released: () => void;
  #releasing = false;

  /** @param released is called after effects that had to wait were let out */
  constructor(disk: Disk, release: (effect: Released) => void, released: () => void) {
    this.#disk = disk;
    this.#release = release;
    this.#released = released;
  }

  /** Nothing is being held back: every write that was asked for is durable. */
  get isClear(): boolean {
    return this.#queue.length === 0;
  }

  take(effect: RaftEffect): void {
    if (effect.type === 'persist') {
      this.#disk.write(effect);
      this.#unsynced ??= { durable: false };
      // Writes that follow each other with nothing between them share a barrier.
      if (this.#queue.at(-1) !== this.#unsynced) this.#queue.push(this.#unsynced);
    } else if (effect.type === 'timer.set' || effect.type === 'timer.clear' || this.#queue.length === 0) {
      this.#release(effect);
    } else {
      this.#queue.push(effect);
    }
  }

  /** Makes what this turn wrote durable, and then lets out what waited for it. */
  endTurn(): void {
    const barrier = this.#unsynced;
    if (barrier === null) return;
    this.#unsynced = null;
    this.#disk.sync((failure) => {
      // What is not durable is never let out.
      if (failure !== null) return;
      barrier.durable = true;
      this.#drain();
    });
  }

  #drain(): void {
    if (this.#releasing) return;
    this.#releasing = true;
    let released = 0;
    for (const item of this.#queue) {
      if ('durable' in item) {
        if (!item.durable) break;
      } else {
        this.#release(item);
      }
      released += 1;
    }
    this.#queue.splice(0, released);
    this.#releasing = false;
    this.#released();
  }
}
