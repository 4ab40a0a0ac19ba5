import type { Dice } from '../kit/dice.ts';
import { KeyGroups, type KeyGroupsOptions } from './key-groups.ts';
import type { ClientOperation, Outcome } from './operation.ts';

/** What the nodes are asked to be: `ryw-kv` is `lin-kv` with indices in the replies, and reads by token. */
export const WORKLOAD_NAMES = ['lin-kv', 'ryw-kv'] as const;
export type WorkloadName = (typeof WORKLOAD_NAMES)[number];

/** Where the clients' operations come from. */
export type Workload = {
  /** The next operation of worker `worker` (from 0). */
  next(worker: number): ClientOperation;
  /** Is told how it ended. */
  settled?(operation: ClientOperation, outcome: Outcome): void;
};

/** A workload that can say what is to be read at the end of a run. */
export type KeyedWorkload = Workload & {
  /** The keys in use at present. */
  currentKeys(): number[];
};

/** How often each kind of operation is drawn, as weights. */
export type Mix = {
  readonly read: number;
  readonly write: number;
  readonly cas: number;
  /** Reads by token that a follower may serve; lin-kv has none. */
  readonly rywRead: number;
};

export type WorkloadOptions = KeyGroupsOptions & { readonly dice: Dice; readonly mix: Mix };

export function createWorkload(name: WorkloadName, options: WorkloadOptions): KeyedWorkload {
  return name === 'lin-kv' ? new LinKvWorkload(options) : new RywKvWorkload(options);
}

/** Values are few, so that a cas often meets the value that it asks for. */
const VALUES = 5;

/** The workload of Jepsen's linearizable registers: groups of workers read, write and compare-and-set a key. */
export class LinKvWorkload implements KeyedWorkload {
  readonly #dice: Dice;
  readonly #mix: Mix;
  readonly #keys: KeyGroups;

  constructor(options: WorkloadOptions) {
    this.#dice = options.dice;
    this.#mix = options.mix;
    this.#keys = new KeyGroups(options);
  }

  next(worker: number): ClientOperation {
    const key = this.#keys.next(worker);
    const dice = this.#dice;
    switch (draw(this.#mix, dice)) {
      case 'read':
      case 'rywRead':
        return { f: 'read', key };
      case 'write':
        return { f: 'write', key, value: dice.below(VALUES) };
      case 'cas':
        return { f: 'cas', key, from: dice.below(VALUES), to: dice.below(VALUES), creates: false };
    }
  }

  settled(operation: ClientOperation, outcome: Outcome): void {
    if (operation.f !== 'echo') this.#keys.settled(operation.key, outcome);
  }

  currentKeys(): number[] {
    return this.#keys.current();
  }
}

/**
 * The same with reads by token, and with every value written once only, so that a value says which write a read saw.
 * A cas asks for the value that anybody was shown last, which is often still there.
 */
export class RywKvWorkload implements KeyedWorkload {
  readonly #dice: Dice;
  readonly #mix: Mix;
  readonly #keys: KeyGroups;
  readonly #lastSeen = new Map<number, number>();
  #nextValue = 1;

  constructor(options: WorkloadOptions) {
    this.#dice = options.dice;
    this.#mix = options.mix;
    this.#keys = new KeyGroups(options);
  }

  next(worker: number): ClientOperation {
    const key = this.#keys.next(worker);
    switch (draw(this.#mix, this.#dice)) {
      case 'read':
        return { f: 'read', key };
      case 'rywRead':
        return { f: 'ryw_read', key, preferFollower: true };
      case 'write':
        return { f: 'write', key, value: this.#freshValue() };
      case 'cas':
        return {
          f: 'cas',
          key,
          from: this.#lastSeen.get(key) ?? 0,
          to: this.#freshValue(),
          creates: false,
        };
    }
  }

  settled(operation: ClientOperation, outcome: Outcome): void {
    if (operation.f === 'echo') return;
    const { key } = operation;
    this.#keys.settled(key, outcome);
    if (outcome.type !== 'ok' || typeof key !== 'number') return;
    const value =
      operation.f === 'write' ? operation.value : operation.f === 'cas' ? operation.to : outcome.value;
    if (typeof value === 'number') this.#lastSeen.set(key, value);
  }

  currentKeys(): number[] {
    return this.#keys.current();
  }

  #freshValue(): number {
    const value = this.#nextValue;
    this.#nextValue += 1;
    return value;
  }
}

function draw(mix: Mix, dice: Dice): keyof Mix {
  const { read, write, cas, rywRead } = mix;
  const place = dice.fraction() * (read + write + cas + rywRead);
  if (place < read) return 'read';
  if (place < read + write) return 'write';
  return place < read + write + cas ? 'cas' : 'rywRead';
}
