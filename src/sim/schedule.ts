/**
 * Virtual time: what is to happen, ordered by when, and among things due at the same time by who was first. A
 * binary heap ordered by (due time, sequence), so that a seed means one run and no other.
 */
export type Scheduled = { readonly dueMs: number; readonly sequence: number; run: (() => void) | null };

export class Schedule {
  readonly #heap: Scheduled[] = [];
  #nowMs = 0;
  #sequence = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Lets `run` happen after `delayMs` of virtual time. */
  after(delayMs: number, run: () => void): Scheduled {
    const entry: Scheduled = { dueMs: this.#nowMs + delayMs, sequence: this.#sequence, run };
    this.#sequence += 1;
    this.#push(entry);
    return entry;
  }

  cancel(entry: Scheduled): void {
    entry.run = null;
  }

  /** Runs what is due next. @returns false when nothing is left, or nothing before `untilMs` */
  runNext(untilMs: number): boolean {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.dueMs > untilMs) {
        this.#nowMs = Math.max(this.#nowMs, untilMs);
        return false;
      }
      this.#pop();
      if (next.run === null) continue;
      this.#nowMs = next.dueMs;
      next.run();
      return true;
    }
  }

  #push(entry: Scheduled): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent] as Scheduled;
      if (!isBefore(entry, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Scheduled;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Scheduled)) child += 1;
      const below = heap[child] as Scheduled;
      if (!isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Scheduled, b: Scheduled): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.sequence < b.sequence);
}
