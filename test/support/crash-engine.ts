import type { DiskFailure } from '../../src/actors/ports.ts';
import type { Engine, Key, Put } from '../../src/storage/engine.ts';
import { MemoryEngine } from '../../src/storage/memory-engine.ts';

type Flight = {
  readonly batch: readonly Put<Uint8Array>[];
  readonly done: (failure: DiskFailure | null) => void;
};

/** An engine whose commits end when the test says so: well, with a failure, or by a crash anywhere in the batch. */
export class CrashEngine implements Engine<Uint8Array> {
  readonly records: MemoryEngine<Uint8Array>;
  /** Called with every batch when its commit begins. */
  onCommit: (batch: readonly Put<Uint8Array>[]) => void = () => {};
  #flight: Flight | null = null;

  constructor(records = new MemoryEngine<Uint8Array>()) {
    this.records = records;
  }

  get inFlight(): readonly Put<Uint8Array>[] | null {
    return this.#flight?.batch ?? null;
  }

  get(key: Key): Uint8Array | null {
    return this.records.get(key);
  }

  last(from: Key, to: Key) {
    return this.records.last(from, to);
  }

  range(from: Key, to: Key) {
    return this.records.range(from, to);
  }

  keys(from: Key, to: Key) {
    return this.records.keys(from, to);
  }

  commit(batch: readonly Put<Uint8Array>[], done: (failure: DiskFailure | null) => void): void {
    if (this.#flight !== null) throw new Error('a commit begins before the one before has ended');
    if (new Set(batch.map(([key]) => key)).size < batch.length) throw new Error('a batch puts a key twice');
    // What is put must not be changed by what comes later.
    const copied = batch.map(([key, value]): Put<Uint8Array> => [key, value?.slice() ?? null]);
    this.#flight = { batch: copied, done };
    this.onCommit(copied);
  }

  /** The commit under way ends. @returns false when there is none */
  complete(): boolean {
    const flight = this.#flight;
    if (flight === null) return false;
    this.#flight = null;
    this.records.commit(flight.batch, () => {});
    flight.done(null);
    return true;
  }

  fail(failure: DiskFailure): void {
    const flight = this.#flight;
    this.#flight = null;
    flight?.done(failure);
  }

  /**
   * What is there after a crash: the first `puts` of the batch under way, and of the next one its first `bytes`
   * (a removal happens, or not).
   */
  crashed(puts: number, bytes: number | null): CrashEngine {
    const copy = new MemoryEngine<Uint8Array>();
    for (const [key, value] of this.records.range('', '\xff\xff')) copy.set(key, value);
    const batch = this.#flight?.batch ?? [];
    for (const [key, value] of batch.slice(0, puts)) copy.set(key, value);
    const torn = batch[puts];
    if (torn !== undefined && bytes !== null && torn[1] !== null) copy.set(torn[0], torn[1].slice(0, bytes));
    return new CrashEngine(copy);
  }
}
