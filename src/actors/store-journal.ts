import type { Json } from '../../machines/json.ts';
import type { PersistFirst } from './persist-first.ts';
import type { DiskWrite, Restored } from './ports.ts';

/** What of a node's part of the conflict store must survive beside the items. */
export type StoreCounters = {
  /** Names the node in the events that it mints: the same for as long as it has its memory (owner.ts). */
  readonly life: string;
  /** New events are numbered above this (owner.ts). */
  readonly floor: number;
  /** The latest timestamp that the node gave out, in seconds; null before the first. */
  readonly lastTs: number | null;
  /** Which start of the node speaks to its peers: every later one has a higher number (gossip/link.ts). */
  readonly epoch: number;
};

type StoreWrite = Extract<DiskWrite, { type: 'store' }>;

/**
 * What has changed in this turn, on its way to the disk: all of it in one write at the end of the turn. Whatever the
 * node says from the first change on rests on that write, and is held back from there.
 */
export class StoreJournal {
  readonly #outlet: PersistFirst<unknown>;
  readonly #changes = new Map<string, string | null>();
  #counters: { [name: string]: Json } = {};
  #isOpen = false;

  constructor(outlet: PersistFirst<unknown>) {
    this.#outlet = outlet;
  }

  /** @param text the item's text; null when it is gone */
  note(id: string, text: string | null): void {
    this.#open();
    this.#changes.set(id, text);
  }

  count<N extends keyof StoreCounters>(name: N, value: StoreCounters[N]): void {
    this.#open();
    this.#counters[name] = value;
  }

  /** Makes the write of this turn, if there is anything to write. */
  endTurn(): void {
    if (!this.#isOpen) return;
    const write: StoreWrite = { type: 'store', changes: [...this.#changes], counters: this.#counters };
    this.#changes.clear();
    this.#counters = {};
    this.#isOpen = false;
    this.#outlet.write(write);
  }

  #open(): void {
    this.#outlet.hold();
    this.#isOpen = true;
  }
}

/**
 * How a node goes on counting.
 *
 * @param restored what it finds on its disk; null when it has no memory
 * @param life the name of a new life, which no other has had
 * @param incarnation of this start: higher than that of every earlier one, as far as the node remembers
 */
export function resumeCounting(
  restored: Restored['store'],
  life: string,
  incarnation: number,
): StoreCounters {
  const counters = (restored?.counters ?? {}) as Partial<StoreCounters>;
  return {
    life: counters.life ?? life,
    floor: counters.floor ?? 0,
    lastTs: counters.lastTs ?? null,
    // A peer that knew of a higher epoch may have raised this one while it ran (link.ts).
    epoch: Math.max(incarnation, (counters.epoch ?? 0) + 1),
  };
}
