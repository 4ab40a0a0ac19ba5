import type { Done } from './callbacks.ts';
import type { Key, Put } from './engine.ts';
import type { Garbage } from './garbage.ts';
import type { Change } from './table.ts';

export type LogRecord<V> = { readonly first: number; readonly last: number; readonly put: Put<V> };

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
  /** Records of the log, each with the index of its first entry and of its last. */
  #log: LogRecord<V>[] = [];

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

  /** The log ends with this record; what of this batch begins there or later was never there. */
  append(record: LogRecord<V> | null, from: number): void {
    this.#log = this.#log.filter(({ first }) => first < from);
    if (record !== null) this.#log.push(record);
  }

  dropLog(): void {
    this.#log = [];
  }

  /** What is to be written, of the log what ends above `base`. */
  puts(base: number): Put<V>[] {
    const log = this.#log.filter(({ last }) => last > base);
    return [...log.map(({ put }) => put), ...this.#items];
  }

  /** Everything that may go when this is durable, of the state only what nobody reads. */
  get settledGarbage(): Garbage[] {
    return [{ keys: [...this.#replaced] }, ...this.garbage];
  }
}
