import type { Origin } from '../../machines/raft/events.ts';

type Life = {
  incarnation: number;
  /** Everything below was settled at the origin. */
  floor: number;
  /** What was applied from `floor` on. */
  readonly applied: Set<number>;
};

/**
 * Which requests have been applied, so that a request that stands in the log twice is applied once (the idea of
 * thesis section 6.3). Part of the replicated state: every node makes the same decisions from the same log. Its
 * size is bounded by the requests that wait at their origins, because every origin says below which number all
 * are settled.
 */
export class Origins {
  readonly #lives = new Map<string, Life>();

  /** Whether this copy is the first; if so, it is remembered. */
  admit({ node, incarnation, number, floor }: Origin): boolean {
    const life = this.#lives.get(node);
    if (life === undefined || incarnation > life.incarnation) {
      this.#lives.set(node, { incarnation, floor, applied: new Set([number]) });
      return true;
    }
    // Whoever waited for an earlier life of the node is gone with it.
    if (incarnation < life.incarnation) return false;
    if (number < life.floor || life.applied.has(number)) return false;
    life.applied.add(number);
    if (floor > life.floor) forgetBelow(life, floor);
    return true;
  }

  /** How many numbers are remembered. */
  get size(): number {
    let size = 0;
    for (const life of this.#lives.values()) size += life.applied.size;
    return size;
  }
}

function forgetBelow(life: Life, floor: number): void {
  // A floor far ahead (a long quiet life) is cheaper met from the other side.
  if (floor - life.floor > life.applied.size) {
    for (const number of life.applied) if (number < floor) life.applied.delete(number);
  } else {
    for (let number = life.floor; number < floor; number += 1) life.applied.delete(number);
  }
  life.floor = floor;
}
