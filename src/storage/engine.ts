import type { DiskFailure } from '../actors/ports.ts';

/**
 * What durable state is built on: records in the order of their keys, changed in batches. LMDB, a map in memory and
 * the simulator's faulty disk implement this; everything that makes state survive a crash stands above it
 * (durable-disk.ts), so that the simulator runs the code that a real node runs.
 */

/** Up to MAX_KEY_BYTES characters from U+0001 to U+00FF, one a byte; in ascending order of these bytes. */
export type Key = string;

/** LMDB's own limit is 511 bytes. */
export const MAX_KEY_BYTES = 500;

/** What becomes of one key: it has this value from now on, or is gone (null). */
export type Put<V> = readonly [key: Key, value: V | null];

export type Engine<V> = {
  get(key: Key): V | null;
  /** The record with the greatest key in [from, to); null when there is none. */
  last(from: Key, to: Key): readonly [key: Key, value: V] | null;
  /** The records in [from, to), ascending. Whoever goes through them does so before anything is committed. */
  range(from: Key, to: Key): Iterable<readonly [key: Key, value: V]>;
  /** The keys in [from, to), ascending, without reading what is under them. */
  keys(from: Key, to: Key): Iterable<Key>;
  /**
   * Applies the puts in their order, makes them durable with one sync, and calls back; possibly before it returns.
   * Whoever asks for one commit waits for its end before the next, and reads what was there before until then.
   *
   * After a crash before that end, the first puts of the batch may be there without the others, and the last of them
   * may be cut short: an engine need not be better than that. After a failure any of it may be there.
   */
  commit(batch: readonly Put<V>[], done: (failure: DiskFailure | null) => void): void;
};
