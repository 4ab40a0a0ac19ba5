import type { Done } from './callbacks.ts';
import type { Key, Put } from './engine.ts';
import type { Garbage } from './garbage.ts';
import { logKey } from './keys.ts';
import type { Change } from './table.ts';

/** A batch while it gathers. */
export class Draft<V> {
  readonly batch: number;
  /** Who waits for it. */
  readonly callbacks: Done[] = [];
  /** What may go once it is durable; of the state, once also nobody reads it any more. */
  readonly garbage: Garbage[] = [];
  readonly stateGarbage: Garbage[] = [];
  readonly #replaced = new Set<Key>();
  readonly #items = new Map<Key, V | null>();
  /** The end of the log as far as it is new: records from this index on. */
  #logFrom = 0;
  #log: V[] = [];

  constructor(batch: number) {
    this.batch = batch;
  }

  put([key, value]: Put<V>): void {
    this.#items.set(key, value);
  }

  change({ put, garbage }: Change<V>, isRemoval: boolean): void {
    this.put(put);
    for (const key of garbage) this.#replaced.add(key);
    // An item that was removed and came back, all in this batch.
    if (!isRemoval) this.#replaced.delete(put[0]);
  }

  /** The log ends with these records from `from` on. */
  append(from: number, records: readonly V[]): void {
    if (this.#log.length === 0 || from < this.#logFrom) {
      this.#logFrom = from;
      this.#log = [];
    }
    this.#log.length = from - this.#logFrom;
    for (const record of records) this.#log.push(record);
  }

  dropLog(): void {
    this.#log = [];
  }

  /** What is to be written, the log's entries above `base`. */
  puts(base: number): Put<V>[] {
    const puts: Put<V>[] = [];
    for (const [i, value] of this.#log.entries()) {
      const index = this.#logFrom + i;
      if (index > base) puts.push([logKey(index, this.batch), value]);
    }
    for (const put of this.#items) puts.push(put);
    return puts;
  }

  /** Everything that may go when this is durable, of the state only what nobody reads. */
  get settledGarbage(): Garbage[] {
    return [{ keys: [...this.#replaced] }, ...this.garbage];
  }
}
