import type { Dice } from '../kit/dice.ts';

/** Lets operations begin at a rate over all workers: at random moments, evenly on average, as Jepsen's stagger. */

/** How far behind its rate a run may fall and still catch up; beyond it the lost time is let go. */
const CATCH_UP_MS = 100;
/** Timers count in whole milliseconds. */
const TOLERANCE_MS = 0.5;

export class Pace {
  readonly #meanMs: number;
  readonly #dice: Dice;
  readonly #nowMs: () => number;
  readonly #waiting: ((go: boolean) => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #nextMs: number;
  #over = false;

  /** @param perSecond operations a second; 0 lets every operation begin at once */
  constructor(perSecond: number, dice: Dice, nowMs: () => number) {
    this.#meanMs = perSecond === 0 ? 0 : 1000 / perSecond;
    this.#dice = dice;
    this.#nowMs = nowMs;
    this.#nextMs = nowMs();
  }

  /** @returns whether to go on: true when the next operation may begin, false when the run is over */
  turn(): boolean | Promise<boolean> {
    if (this.#over) return false;
    if (this.#meanMs === 0) return true;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#arm();
    });
  }

  /** Ends the run: nothing begins from now on. */
  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    for (const resolve of this.#waiting.splice(0)) resolve(false);
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#waiting.length === 0) return;
    this.#timer = setTimeout(() => this.#release(), Math.max(0, this.#nextMs - this.#nowMs()));
  }

  #release(): void {
    this.#timer = undefined;
    const nowMs = this.#nowMs();
    while (this.#waiting.length > 0 && this.#nextMs <= nowMs + TOLERANCE_MS) {
      this.#waiting.shift()?.(true);
      this.#nextMs = Math.max(this.#nextMs, nowMs - CATCH_UP_MS) + this.#dice.fraction() * 2 * this.#meanMs;
    }
    this.#arm();
  }
}
