import type { Json } from '../../machines/json.ts';
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
  /** The nodes of which something is remembered otherwise than when changes were last taken. */
  readonly #changed = new Set<string>();

  /**
   * Whether this copy is the first; if so, it is remembered.
   * @param number the request's number at its origin
   */
  admit({ node, incarnation, floor }: Origin, number: number): boolean {
    const life = this.#lives.get(node);
    if (life === undefined || incarnation > life.incarnation) {
      this.#changed.add(node);
      this.#lives.set(node, { incarnation, floor, applied: new Set([number]) });
      return true;
    }
    // Whoever waited for an earlier life of the node is gone with it.
    if (incarnation < life.incarnation) return false;
    if (number < life.floor || life.applied.has(number)) return false;
    this.#changed.add(node);
    life.applied.add(number);
    if (floor > life.floor) forgetBelow(life, floor);
    return true;
  }

  /**
   * What is remembered of each node of which it has changed since the last call, as JSON: its life, the floor, and
   * what was applied from there on, in ascending order, so that nodes that remember the same spell it alike.
   */
  takeChanges(): (readonly [node: string, value: Json])[] {
    const changes = [...this.#changed]
      .sort()
      .map((node) => [node, spell(this.#lives.get(node) as Life)] as const);
    this.#changed.clear();
    return changes;
  }

  /** Takes over what another has remembered of a node (see `takeChanges`). */
  restore(node: string, value: Json): void {
    const [incarnation, floor, applied] = value as readonly [number, number, readonly number[]];
    this.#lives.set(node, { incarnation, floor, applied: new Set(applied) });
  }

  /** How many numbers are remembered. */
  get size(): number {
    let size = 0;
    for (const life of this.#lives.values()) size += life.applied.size;
    return size;
  }
}

function spell({ incarnation, floor, applied }: Life): Json {
  return [incarnation, floor, [...applied].sort((a, b) => a - b)];
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
