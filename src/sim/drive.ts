import type { DiskFailure } from '../actors/ports.ts';
import type { Dice } from '../kit/dice.ts';
import type { Engine, Key, Put } from '../storage/engine.ts';
import { MemoryEngine } from '../storage/memory-engine.ts';
import type { Damage } from './damage.ts';

/** What a crash leaves of a batch that was on its way to the disk: nothing, a first part, or all of it. */
export type Fate = 'lost' | 'torn' | 'kept';

/** Above every key. */
const LAST = '\u0100';

type Commit<V> = {
  readonly batch: readonly Put<V>[];
  readonly done: (failure: DiskFailure | null) => void;
};

/**
 * A drive of a simulated machine, which does all that a drive may do to a node: it takes its time, and until a batch
 * is synced any first part of it may survive a crash, the last record of that part torn; it fails a write or a sync,
 * fills up, and forgets a bit of what it had. It never loses what it has synced, and never reorders: that much a
 * drive has to promise (docs/durability.md).
 */
export class SimulatedDrive<V> implements Engine<V> {
  /** What survives. */
  readonly #records = new MemoryEngine<V>();
  readonly #dice: Dice;
  readonly #damage: Damage<V>;
  readonly #later: (run: () => void) => void;
  /** Is told of every commit before it begins. @returns whether it never ends, because the machine is about to crash */
  readonly #onCommit: (number: number) => boolean;
  #commit: Commit<V> | null = null;
  /** The next commit fails so. */
  #failing: 'io' | 'sync' | null = null;
  /** No room is left: whatever would write fails. */
  isFull = false;
  /** How many commits were asked for, in all lives. */
  commits = 0;

  /** @param later runs something when a sync is through; never, if the machine has crashed by then */
  constructor(
    dice: Dice,
    damage: Damage<V>,
    later: (run: () => void) => void,
    onCommit: (number: number) => boolean = () => false,
  ) {
    this.#onCommit = onCommit;
    this.#dice = dice;
    this.#damage = damage;
    this.#later = later;
  }

  get(key: Key): V | null {
    return this.#records.get(key);
  }

  last(from: Key, to: Key): readonly [key: Key, value: V] | null {
    return this.#records.last(from, to);
  }

  range(from: Key, to: Key): Iterable<readonly [key: Key, value: V]> {
    return this.#records.range(from, to);
  }

  keys(from: Key, to: Key): Iterable<Key> {
    return this.#records.keys(from, to);
  }

  commit(batch: readonly Put<V>[], done: (failure: DiskFailure | null) => void): void {
    if (this.#commit !== null) throw new Error('a commit is asked for before the one before it has ended');
    this.commits += 1;
    const commit = { batch, done };
    this.#commit = commit;
    if (this.#onCommit(this.commits)) return;
    this.#later(() => {
      if (this.#commit !== commit) return;
      this.#commit = null;
      const failure = this.#fail(batch);
      if (failure === null) for (const put of batch) this.#apply(put);
      done(failure);
    });
  }

  /** The power is gone. @returns how many puts of the batch on its way are there all the same; null when there was none */
  crash(fate: Fate): number | null {
    const commit = this.#commit;
    this.#commit = null;
    this.#failing = null;
    if (commit === null) return null;
    if (fate === 'torn') return this.#applySome(commit.batch);
    if (fate === 'lost') return 0;
    for (const put of commit.batch) this.#apply(put);
    return commit.batch.length;
  }

  /** Lets the next commit fail; null, to let it succeed after all. */
  failNext(kind: 'io' | 'sync' | null): void {
    this.#failing = kind;
  }

  /** Forgets a bit of a record that was synced. @returns the record's key; null when there is none */
  flipBit(): Key | null {
    const keys = [...this.#records.keys('', LAST)];
    if (keys.length === 0) return null;
    const key = this.#dice.pick(keys);
    this.#records.set(key, this.#damage.flipped(this.#records.get(key) as V, this.#dice));
    return key;
  }

  #fail(batch: readonly Put<V>[]): DiskFailure | null {
    if (this.isFull && batch.some(([, value]) => value !== null)) {
      return { kind: 'full', text: 'no space left on the simulated drive: make room and start again' };
    }
    const kind = this.#failing;
    if (kind === null) return null;
    this.#failing = null;
    // Nobody knows how far it came.
    this.#applySome(batch);
    const what = kind === 'io' ? 'a write to' : 'a sync of';
    return { kind, text: `${what} the simulated drive failed: start again, the drive may be dying` };
  }

  /** The first puts, as many as may be, and the last of those torn as likely as not. @returns how many */
  #applySome(batch: readonly Put<V>[]): number {
    const count = this.#dice.below(batch.length + 1);
    for (let i = 0; i < count; i += 1) {
      const put = batch[i] as Put<V>;
      const [key, value] = put;
      const isTorn = i === count - 1 && value !== null && this.#dice.chance(0.5);
      this.#apply(isTorn ? [key, this.#damage.torn(value, this.#dice)] : put);
    }
    return count;
  }

  #apply([key, value]: Put<V>): void {
    this.#records.set(key, value);
  }
}
