/** Something that is due at some time. */
type Due<T> = { readonly dueMs: number; readonly sequence: number; readonly item: T };

/**
 * What is to come, ordered by when, and among things due at the same time by who was first: a binary heap ordered by
 * (due time, sequence), so that the order never depends on how the heap happens to lie.
 */
export class DueQueue<T> {
  readonly #heap: Due<T>[] = [];
  #sequence = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** When the first is due; undefined when nothing is. */
  get firstDueMs(): number | undefined {
    return this.#heap[0]?.dueMs;
  }

  add(dueMs: number, item: T): void {
    const due: Due<T> = { dueMs, sequence: this.#sequence, item };
    this.#sequence += 1;
    const heap = this.#heap;
    let place = heap.length;
    heap.push(due);
    while (place > 0) {
      const parent = (place - 1) >>> 1;
      const above = heap[parent] as Due<T>;
      if (!isBefore(due, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = due;
  }

  /** Takes the first away; undefined when there is none. */
  takeFirst(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first?.item;
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Due<T>)) child += 1;
      const below = heap[child] as Due<T>;
      if (!isBefore(below, last)) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = last;
    return first.item;
  }

  clear(): void {
    this.#heap.length = 0;
  }
}

function isBefore<T>(a: Due<T>, b: Due<T>): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.sequence < b.sequence);
}
