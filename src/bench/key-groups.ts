import type { Outcome } from './operation.ts';

export type KeyGroupsOptions = {
  /** So many workers share a key at a time. */
  readonly workersPerKey: number;
  /** After so many operations its workers move on to a fresh key. */
  readonly opsPerKey: number;
};

/** An operation that may still happen doubles the work of the checker, so a key with many is left early. */
const MAX_OPEN_PER_KEY = 20;

type Group = { key: number; begun: number; open: number };

/**
 * Which key each worker uses: groups of workers have a key of their own for a while and then move on to a fresh one,
 * so that each key's history stays short enough to be checked however long the run.
 */
export class KeyGroups {
  readonly #options: KeyGroupsOptions;
  readonly #groups: Group[] = [];
  readonly #groupOfKey = new Map<number, Group>();
  #nextKey = 0;

  constructor(options: KeyGroupsOptions) {
    this.#options = options;
  }

  /** The key for the next operation of worker `worker` (from 0). */
  next(worker: number): number {
    const group = this.#groupOf(worker);
    if (group.begun >= this.#options.opsPerKey || group.open >= MAX_OPEN_PER_KEY) this.#moveOn(group);
    group.begun += 1;
    return group.key;
  }

  /** Is told how an operation on a key ended. */
  settled(key: unknown, outcome: Outcome): void {
    if (outcome.type !== 'info') return;
    const group = this.#groupOfKey.get(key as number);
    if (group !== undefined) group.open += 1;
  }

  /** The keys in use at present. */
  current(): number[] {
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
}
