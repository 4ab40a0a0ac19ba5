import type { ClientOperation, Outcome } from './operation.ts';
import type { Random } from './random.ts';

/** Where the clients' operations come from. */
export type Workload = {
  /** The next operation of worker `worker` (from 0). */
  next(worker: number): ClientOperation;
  /** Is told how it ended. */
  settled?(operation: ClientOperation, outcome: Outcome): void;
};

/** How often each kind of operation is drawn, as weights. */
export type Mix = { readonly read: number; readonly write: number; readonly cas: number };

export type LinKvOptions = {
  readonly random: Random;
  readonly mix: Mix;
  /** So many workers share a key at a time. */
  readonly workersPerKey: number;
  /** After so many operations its workers move on to a fresh key. */
  readonly opsPerKey: number;
};

/** Values are few, so that a cas often meets the value that it asks for. */
const VALUES = 5;
/** An operation that may still happen doubles the work of the checker, so a key with many is left early. */
const MAX_OPEN_PER_KEY = 20;

type Group = { key: number; begun: number; open: number };

/**
 * The workload of Jepsen's linearizable registers: groups of workers read, write and compare-and-set a key of
 * their own for a while and then move on to a fresh one, so that each key's history stays short enough to be
 * checked however long the run.
 */
export class LinKvWorkload implements Workload {
  readonly #options: LinKvOptions;
  readonly #groups: Group[] = [];
  readonly #groupOfKey = new Map<number, Group>();
  #nextKey = 0;

  constructor(options: LinKvOptions) {
    this.#options = options;
  }

  next(worker: number): ClientOperation {
    const group = this.#groupOf(worker);
    if (group.begun >= this.#options.opsPerKey || group.open >= MAX_OPEN_PER_KEY) this.#moveOn(group);
    group.begun += 1;
    return this.#draw(group.key);
  }

  settled(operation: ClientOperation, outcome: Outcome): void {
    if (outcome.type !== 'info' || operation.f === 'echo') return;
    const group = this.#groupOfKey.get(operation.key as number);
    if (group !== undefined) group.open += 1;
  }

  /** The keys in use at present. */
  currentKeys(): number[] {
    return [...this.#groupOfKey.keys()];
  }

  #groupOf(worker: number): Group {
    const place = Math.floor(worker / this.#options.workersPerKey);
    let group = this.#groups[place];
    if (group === undefined) {
      group = { key: -1, begun: 0, open: 0 };
      this.#groups[place] = group;
      this.#moveOn(group);
    }
    return group;
  }

  #moveOn(group: Group): void {
    this.#groupOfKey.delete(group.key);
    group.key = this.#nextKey;
    group.begun = 0;
    group.open = 0;
    this.#nextKey += 1;
    this.#groupOfKey.set(group.key, group);
  }

  #draw(key: number): ClientOperation {
    const { random, mix } = this.#options;
    const place = random.fraction() * (mix.read + mix.write + mix.cas);
    if (place < mix.read) return { f: 'read', key };
    if (place < mix.read + mix.write) return { f: 'write', key, value: random.below(VALUES) };
    return { f: 'cas', key, from: random.below(VALUES), to: random.below(VALUES), creates: false };
  }
}
