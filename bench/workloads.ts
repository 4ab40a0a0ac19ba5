import type { ClientOperation, Outcome } from '../src/bench/operation.ts';
import type { Workload } from '../src/bench/workload.ts';
import { Dice } from '../src/kit/dice.ts';

/** One kind of operation at a time, so that each has a figure of its own. */

export const WORKLOADS = ['echo', 'read', 'write', 'cas'] as const;
export type WorkloadName = (typeof WORKLOADS)[number];

const KEYS = 1000;
/** About as long as the other requests are. */
const ECHO_TEXT = 'please echo 42';

/** @param round makes the keys of a cas fresh in each measurement */
export function createWorkload(name: WorkloadName, seed: number, round: number): Workload {
  const dice = new Dice(seed);
  switch (name) {
    case 'echo':
      return { next: () => ({ f: 'echo', text: ECHO_TEXT }) };
    case 'read':
      return { next: () => ({ f: 'read', key: dice.below(KEYS) }) };
    case 'write':
      return { next: () => ({ f: 'write', key: dice.below(KEYS), value: dice.below(KEYS) }) };
    case 'cas':
      return new Counting(round);
  }
}

/** How a read is asked for in a mix of reads and writes. */
export type ReadKind = 'read' | 'ryw_read of the leader' | 'ryw_read of a follower';

/** Reads of one kind and writes, of keys that all clients share. @param readShare from 0 to 1 */
export function createReadsWorkload(kind: ReadKind, readShare: number, seed: number): Workload {
  const dice = new Dice(seed);
  return {
    next() {
      const key = dice.below(KEYS);
      if (dice.fraction() >= readShare) return { f: 'write', key, value: dice.below(KEYS) };
      if (kind === 'read') return { f: 'read', key };
      return { f: 'ryw_read', key, preferFollower: kind === 'ryw_read of a follower' };
    },
  };
}

/** Each worker counts up a key of its own by cas, so that every one of them succeeds. */
class Counting implements Workload {
  readonly #round: number;
  readonly #counts: number[] = [];

  constructor(round: number) {
    this.#round = round;
  }

  next(worker: number): ClientOperation {
    const from = this.#counts[worker] ?? 0;
    const key = `${this.#round}/${worker}`;
    return { f: 'cas', key, from, to: from + 1, creates: from === 0 };
  }

  settled(operation: ClientOperation, outcome: Outcome): void {
    if (operation.f !== 'cas' || outcome.type !== 'ok') return;
    const worker = Number(String(operation.key).split('/')[1]);
    this.#counts[worker] = Number(operation.to);
  }
}
