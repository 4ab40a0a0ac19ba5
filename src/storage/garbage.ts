import type { Engine, Key } from './engine.ts';
import { batchOf, type KeyRange, lastOf } from './keys.ts';

/** Records that nothing speaks of any more: some keys, or all in a range that were written before a batch. */
export type Garbage = { readonly keys: readonly Key[] } | GarbageRange;
export type GarbageRange = {
  readonly range: KeyRange;
  readonly below: number;
  /** Of the log: only records that end here or before. */
  readonly through?: number;
};

/**
 * What is to be removed, a little with every commit. It must not be removed in the batch that makes it garbage, for a
 * crash may leave the removal without the rest of that batch.
 */
export class GarbageQueue<V> {
  readonly #engine: Engine<V>;
  readonly #queue: Garbage[] = [];
  /** How many keys of the first in the queue are taken; where to go on in it, if it is a range. */
  #taken = 0;
  #resume: Key | null = null;

  constructor(engine: Engine<V>) {
    this.#engine = engine;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** Adds what may go from now on; where nothing is to be found, nothing is added. */
  add(garbage: readonly Garbage[]): void {
    for (const one of garbage) {
      const isThere = 'keys' in one ? one.keys.length > 0 : this.#next(one, one.range.from) !== null;
      if (isThere) this.#queue.push(one);
    }
  }

  /** Up to `max` keys to remove in the next commit; each once, also where ranges overlap. */
  take(max: number): ReadonlySet<Key> {
    const keys = new Set<Key>();
    for (let first = this.#queue[0]; first !== undefined && keys.size < max; first = this.#queue[0]) {
      const isDone =
        'keys' in first ? this.#takeKeys(first.keys, keys, max) : this.#takeRange(first, keys, max);
      if (!isDone) break;
      this.#queue.shift();
      this.#taken = 0;
      this.#resume = null;
    }
    return keys;
  }

  #takeKeys(from: readonly Key[], keys: Set<Key>, max: number): boolean {
    while (this.#taken < from.length && keys.size < max) {
      keys.add(from[this.#taken] as Key);
      this.#taken += 1;
    }
    return this.#taken === from.length;
  }

  #takeRange(garbage: GarbageRange, keys: Set<Key>, max: number): boolean {
    for (const key of this.#garbageIn(garbage, this.#resume ?? garbage.range.from)) {
      if (keys.size >= max) {
        this.#resume = key;
        return false;
      }
      keys.add(key);
    }
    return true;
  }

  #next(garbage: GarbageRange, from: Key): Key | null {
    for (const key of this.#garbageIn(garbage, from)) return key;
    return null;
  }

  *#garbageIn({ range, below, through }: GarbageRange, from: Key): Iterable<Key> {
    for (const key of this.#engine.keys(from, range.to)) {
      if (batchOf(key) < below && (through === undefined || lastOf(key) <= through)) yield key;
    }
  }
}
