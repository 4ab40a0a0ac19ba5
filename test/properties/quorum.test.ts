import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLost, majority, reachedByMajority } from '../../machines/raft/quorum.ts';

// The same cases every time; another seed tries others.
fc.configureGlobal({ seed: 5 });

describe('majorities', () => {
  it('are the smallest sets of which any two share a member', () => {
    for (let size = 1; size <= 99; size += 1) {
      // Two of that size cannot be disjoint; two of one less can.
      expect(2 * majority(size)).toBeGreaterThan(size);
      expect(2 * (majority(size) - 1)).toBeLessThanOrEqual(size);
    }
  });

  it('are lost when everyone else together is no majority', () => {
    for (let size = 1; size <= 20; size += 1) {
      for (let refusals = 0; refusals <= size; refusals += 1) {
        const canStillWin = Array.from({ length: size - refusals + 1 }, (_, yes) => yes).some(
          (yes) => yes > size / 2,
        );
        expect(isLost(refusals, size)).toBe(!canStillWin);
      }
    }
  });

  it('have reached the highest number that more than half have reached', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 9 }), (reached) => {
        const before = reached.slice();
        const held = (number: number) => reached.filter((one) => one >= number).length > reached.length / 2;
        const highest = Array.from({ length: 13 }, (_, number) => number).findLast(held);
        expect(reachedByMajority(reached)).toBe(highest);
        expect(reached).toEqual(before);
      }),
    );
  });
});
