import { DueQueue } from '../kit/due-queue.ts';

/** How much too early a message may arrive, since timers count in whole milliseconds. */
const TOLERANCE_MS = 0.5;

/** Messages on their way: what is due when, and one timer for the earliest of them. */
export class DelayLine {
  readonly #nowMs: () => number;
  readonly #queue = new DueQueue<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** How many are on their way. */
  get size(): number {
    return this.#queue.size;
  }

  /** Calls `deliver` in `delayMs`. What is due at the same time is delivered in the order of these calls. */
  send(delayMs: number, deliver: () => void): void {
    this.#queue.add(this.#nowMs() + delayMs, deliver);
    this.#arm();
  }

  /** Forgets everything that is on its way. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    this.#queue.clear();
  }

  #arm(): void {
    const dueMs = this.#queue.firstDueMs;
    if (dueMs === undefined || dueMs >= this.#timerDueMs) return;
    clearTimeout(this.#timer);
    this.#timerDueMs = dueMs;
    this.#timer = setTimeout(() => this.#deliverDue(), Math.max(0, dueMs - this.#nowMs()));
  }

  #deliverDue(): void {
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    const untilMs = this.#nowMs() + TOLERANCE_MS;
    while ((this.#queue.firstDueMs ?? Number.POSITIVE_INFINITY) <= untilMs) this.#queue.takeFirst()?.();
    this.#arm();
  }
}
