import { DueQueue } from '../kit/due-queue.ts';

/** Something that will happen, unless it is cancelled: then `run` is null. */
export type Scheduled = { run: (() => void) | null };

/** Virtual time: it stands still while something happens, and jumps to whatever is due next. */
export class Schedule {
  readonly #queue = new DueQueue<Scheduled>();
  #nowMs = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  /** The present in milliseconds, to the microsecond: `1234.567`. */
  get moment(): string {
    return this.#nowMs.toFixed(3);
  }

  /** Lets `run` happen after `delayMs` of virtual time. */
  after(delayMs: number, run: () => void): Scheduled {
    return this.at(this.#nowMs + delayMs, run);
  }

  /** Lets `run` happen at this time, which is not past. */
  at(dueMs: number, run: () => void): Scheduled {
    const scheduled: Scheduled = { run };
    this.#queue.add(dueMs, scheduled);
    return scheduled;
  }

  cancel(scheduled: Scheduled): void {
    scheduled.run = null;
  }

  /** Runs what is due next. @returns false when nothing is left, or nothing before `untilMs` */
  runNext(untilMs: number): boolean {
    for (;;) {
      const dueMs = this.#queue.firstDueMs;
      if (dueMs === undefined || dueMs > untilMs) {
        this.#nowMs = Math.max(this.#nowMs, untilMs);
        return false;
      }
      const run = this.#queue.takeFirst()?.run;
      if (run === null || run === undefined) continue;
      this.#nowMs = dueMs;
      run();
      return true;
    }
  }
}
