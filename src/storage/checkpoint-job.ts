import type { Checkpoint, StateItem } from '../../machines/raft/snapshot.ts';
import type { Done } from './callbacks.ts';
import type { Draft } from './draft.ts';
import type { Key } from './engine.ts';
import type { Table } from './table.ts';

/** So many items of a checkpoint go with one commit, so that no write waits for long behind them. */
const SLICE_ITEMS = 128;
/** Or so many bytes, about. */
const SLICE_BYTES = 256 * 1024;

/** A checkpoint on its way to the disk, a slice with every commit. */
export class CheckpointJob<V> {
  readonly checkpoint: Checkpoint;
  readonly generation: number;
  readonly done: Done;
  readonly #table: Table<V>;
  readonly #changes: readonly StateItem[];
  readonly #bytes: (value: V) => number;
  #next = 0;
  /** The versions that this checkpoint replaces. */
  readonly #replaced: Key[] = [];

  constructor(
    { checkpoint, changes, done }: { checkpoint: Checkpoint; changes: readonly StateItem[]; done: Done },
    generation: number,
    table: Table<V>,
    bytes: (value: V) => number,
  ) {
    this.checkpoint = checkpoint;
    this.generation = generation;
    this.done = done;
    this.#changes = changes;
    this.#table = table;
    this.#bytes = bytes;
  }

  get table(): Table<V> {
    return this.#table;
  }

  get replaced(): readonly Key[] {
    return this.#replaced;
  }

  /** Puts the next slice into a batch. @returns whether it was the last */
  slice(draft: Draft<V>): boolean {
    let bytes = 0;
    for (let items = 0; items < SLICE_ITEMS && bytes < SLICE_BYTES; items += 1) {
      const item = this.#changes[this.#next];
      if (item === undefined) break;
      this.#next += 1;
      const { put, garbage } = this.#table.change(item[0], item[1], draft.batch);
      draft.put(put);
      for (const key of garbage) this.#replaced.push(key);
      bytes += this.#bytes(put[1] as V);
    }
    return this.#next === this.#changes.length;
  }
}
