import type { Dice } from '../../kit/dice.ts';

/** When a fault strikes, and for how long. All in milliseconds. */
export type Rhythm = {
  /** From the beginning of the load to the first strike. */
  readonly firstMs: number;
  /** From the end of a strike to the next; drawn anew each time. */
  waitMs(): number;
  /** How long a strike lasts; drawn anew each time. */
  lengthMs(): number;
};

export type RhythmOptions = {
  /** So long calm, then so long struck, and so on; and the mean length when there is a rate. */
  readonly intervalMs: number;
  /** Strikes a second on average, at random moments; undefined: by turns, as the interval says. */
  readonly perSecond: number | undefined;
  /** How much of the interval a strike of this fault lasts: 1 for all of it. */
  readonly lengthShare: number;
  /** Which of how many faults that are on at once this is, from 0: those that go by turns begin one after another. */
  readonly place: number;
  readonly of: number;
  readonly dice: Dice;
};

/**
 * By turns: calm for an interval, struck for an interval. Several faults are shifted against each other and are calm
 * for half to one and a half of the interval, so that they drift, and each also strikes while another is on and while
 * none is. At a rate: a Poisson process, with lengths from half to one and a half of the interval.
 */
export function rhythmOf(options: RhythmOptions): Rhythm {
  const { intervalMs, perSecond, lengthShare, place, of, dice } = options;
  if (perSecond === undefined) {
    const lengthMs = intervalMs * lengthShare;
    return {
      firstMs: (intervalMs * (place + 1)) / of,
      waitMs: () => 2 * intervalMs - lengthMs + (of === 1 ? 0 : dice.between(-0.5, 0.5) * intervalMs),
      lengthMs: () => lengthMs,
    };
  }
  return {
    firstMs: dice.waitMs(perSecond),
    waitMs: () => dice.waitMs(perSecond),
    lengthMs: () => dice.between(0.5, 1.5) * intervalMs * lengthShare,
  };
}
