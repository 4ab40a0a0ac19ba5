import { DueQueue } from '../kit/due-queue.ts';
import type { TraceRecord, TraceSink } from '../trace/format.ts';

/** A record waits so long for an earlier one from another process. */
const HOLD_MS = 60;

/**
 * Puts records of many processes into the order of their times, so that a step stands before the message that came of
 * it. A record that comes too late even so is let out at the time of the one before it: time never goes back in a trace.
 */
export class TraceOrder {
  readonly #sink: TraceSink;
  readonly #sinceStartMs: () => number;
  readonly #waiting = new DueQueue<TraceRecord>();
  #timer: NodeJS.Timeout | undefined;
  #latestMs = 0;

  constructor(sink: TraceSink, sinceStartMs: () => number) {
    this.#sink = sink;
    this.#sinceStartMs = sinceStartMs;
  }

  /** A sink: it takes every record. */
  take(record: TraceRecord): true {
    this.#waiting.add(record.t, record);
    this.#timer ??= setTimeout(() => this.#letOutDue(), HOLD_MS);
    return true;
  }

  /** Lets out everything. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#letOut(Number.POSITIVE_INFINITY);
  }

  #letOutDue(): void {
    this.#letOut(this.#sinceStartMs() - HOLD_MS);
    this.#timer = this.#waiting.size === 0 ? undefined : setTimeout(() => this.#letOutDue(), HOLD_MS);
  }

  #letOut(untilMs: number): void {
    while ((this.#waiting.firstDueMs ?? Number.POSITIVE_INFINITY) <= untilMs) {
      const record = this.#waiting.takeFirst();
      if (record === undefined) return;
      this.#latestMs = Math.max(this.#latestMs, record.t);
      this.#sink(record.t === this.#latestMs ? record : { ...record, t: this.#latestMs });
    }
  }
}
