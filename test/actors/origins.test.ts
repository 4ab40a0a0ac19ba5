import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Origin } from '../../machines/raft/events.ts';
import { Origins } from '../../src/actors/origins.ts';

/** A request, by where it came from and its number there. */
type Numbered = Origin & { readonly number: number };

/** Remembers everything, and looks through all of it. */
class NaiveOrigins {
  readonly #admitted: Numbered[] = [];

  admit(origin: Numbered): boolean {
    const ofNode = this.#admitted.filter(({ node }) => node === origin.node);
    const ofLife = ofNode.filter(({ incarnation }) => incarnation === origin.incarnation);
    const isCopy = ofLife.some(({ number }) => number === origin.number);
    const isOfPastLife = ofNode.some(({ incarnation }) => incarnation > origin.incarnation);
    const isSettled = ofLife.some(({ floor }) => floor > origin.number);
    if (isCopy || isOfPastLife || isSettled) return false;
    this.#admitted.push(origin);
    return true;
  }
}

const origin = fc
  .record({
    node: fc.constantFrom('a', 'b'),
    incarnation: fc.constantFrom(1, 1, 1, 2),
    number: fc.integer({ min: 1, max: 30 }),
    below: fc.oneof(fc.constant(30), fc.nat(6)),
  })
  // No request asks for less than itself to be forgotten: it waits at its origin.
  .map(({ below, ...rest }): Numbered => ({ ...rest, floor: Math.max(1, rest.number - below) }));

describe('Which requests have been applied', () => {
  it('is answered as by a set that remembers everything', () => {
    fc.assert(
      fc.property(fc.array(origin, { maxLength: 80 }), (all) => {
        const origins = new Origins();
        const naive = new NaiveOrigins();
        for (const one of all) expect([one, origins.admit(one, one.number)]).toEqual([one, naive.admit(one)]);
      }),
      { numRuns: 500 },
    );
  });

  it('a copy is refused however late it comes, and a request that was overtaken is not', () => {
    const origins = new Origins();
    const admit = (number: number, floor: number) =>
      origins.admit({ node: 'a', incarnation: 1, floor }, number);
    expect(admit(2, 1)).toBe(true);
    expect(admit(1, 1)).toBe(true);
    expect(admit(3, 3)).toBe(true);
    for (const number of [1, 2, 3]) expect(admit(number, 1)).toBe(false);
  });

  it('takes room only for what may still come twice', () => {
    const origins = new Origins();
    const window = 16;
    for (let number = 1; number <= 20_000; number += 1) {
      for (const node of ['a', 'b']) {
        origins.admit({ node, incarnation: 1, floor: Math.max(1, number - window) }, number);
      }
    }
    expect(origins.size).toBeLessThanOrEqual(2 * (window + 1));
    origins.admit({ node: 'a', incarnation: 2, floor: 1 }, 1);
    expect(origins.size).toBeLessThanOrEqual(window + 2);
  });

  it('meets a floor far ahead without walking there', () => {
    const origins = new Origins();
    for (const number of [1, 2, 3]) origins.admit({ node: 'a', incarnation: 1, floor: 1 }, number);
    const far = Number.MAX_SAFE_INTEGER - 1;
    expect(origins.admit({ node: 'a', incarnation: 1, floor: far }, far)).toBe(true);
    expect(origins.size).toBe(1);
  });
});
