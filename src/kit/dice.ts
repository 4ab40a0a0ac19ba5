import { fraction, nextRandom } from '../../machines/random.ts';

/** A seeded source of chance: the same seed and the same questions, in the same order, get the same answers. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  fraction(): number {
    this.#state = nextRandom(this.#state);
    return fraction(this.#state);
  }

  /** In [min, max). */
  between(min: number, max: number): number {
    return min + this.fraction() * (max - min);
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    return Math.floor(this.fraction() * below);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('cannot pick from nothing');
    return item;
  }

  shuffled<T>(items: readonly T[]): T[] {
    const shuffled = items.slice();
    for (let i = shuffled.length - 1; i > 0; i -= 1) {
      const j = this.below(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
    }
    return shuffled;
  }

  /** How long until the next of something that happens so many times a second (a Poisson process). */
  waitMs(perSecond: number): number {
    return (-Math.log(1 - this.fraction()) / perSecond) * 1000;
  }

  /** A generator of its own, so that what one part of a run draws does not depend on how often another does. */
  fork(): Dice {
    return new Dice(this.seed());
  }

  /** An independent seed. */
  seed(): number {
    return this.below(2 ** 32);
  }
}
