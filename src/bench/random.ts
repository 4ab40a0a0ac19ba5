import { fraction, nextRandom, type RandomState } from '../../machines/random.ts';

/** A seeded source of chance. The same seed and the same questions in the same order get the same answers. */
export class Random {
  #state: RandomState;

  /** @param seed an unsigned 32-bit integer */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number in [0, 1). */
  fraction(): number {
    this.#state = nextRandom(this.#state);
    return fraction(this.#state);
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** One of the items, each as likely. @throws RangeError when there are none */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('there is nothing to pick from');
    return items[this.below(items.length)] as T;
  }

  /** The items in random order (Fisher and Yates); the argument stays as it is. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last -= 1) {
      const other = this.below(last + 1);
      [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
    }
    return shuffled;
  }

  /** A generator of its own, so that what one part of a run draws does not depend on how often another does. */
  fork(): Random {
    return new Random(Math.floor(this.fraction() * 2 ** 32));
  }
}
