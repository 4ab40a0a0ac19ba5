/** Messages on their way: a heap of what is due when, and one timer for the earliest of them. */

type Delayed = { readonly dueMs: number; readonly number: number; readonly deliver: () => void };

/** How much too early a message may arrive, since timers count in whole milliseconds. */
const TOLERANCE_MS = 0.5;

export class DelayLine {
  readonly #nowMs: () => number;
  readonly #heap: Delayed[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #count = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** How many are on their way. */
  get size(): number {
    return this.#heap.length;
  }

  /** Calls `deliver` in `delayMs`. What is due at the same time is delivered in the order of these calls. */
  send(delayMs: number, deliver: () => void): void {
    this.#push({ dueMs: this.#nowMs() + delayMs, number: this.#count, deliver });
    this.#count += 1;
    this.#arm();
  }

  /** Forgets everything that is on its way. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    this.#heap.length = 0;
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || first.dueMs >= this.#timerDueMs) return;
    clearTimeout(this.#timer);
    this.#timerDueMs = first.dueMs;
    this.#timer = setTimeout(() => this.#deliverDue(), Math.max(0, first.dueMs - this.#nowMs()));
  }

  #deliverDue(): void {
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    const untilMs = this.#nowMs() + TOLERANCE_MS;
    for (let first = this.#heap[0]; first !== undefined && first.dueMs <= untilMs; first = this.#heap[0]) {
      this.#pop();
      first.deliver();
    }
    this.#arm();
  }

  #push(item: Delayed): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(item);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as Delayed;
      if (isBefore(above, item)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = item;
  }

  /** Takes the first away. */
  #pop(): void {
    const heap = this.#heap;
    const item = heap.pop();
    if (item === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const below =
        right < heap.length && isBefore(heap[right] as Delayed, heap[left] as Delayed) ? right : left;
      if (isBefore(item, heap[below] as Delayed)) break;
      heap[place] = heap[below] as Delayed;
      place = below;
    }
    heap[place] = item;
  }
}

function isBefore(a: Delayed, b: Delayed): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.number < b.number);
}
