import { describe, expect, it } from 'vitest';
import { drawOptions } from '../../src/sim/options.ts';
import { simulate } from '../../src/sim/simulation.ts';

// Catches a clock, a generator or an order that does not come from the seed.
describe('a seed means one run', () => {
  for (const seed of [2, 3, 58, 1234567]) {
    it(`seed ${seed} gives the same trace, history and counts twice`, () => {
      const [first, second] = [simulate(drawOptions(seed)), simulate(drawOptions(seed))];
      expect(second.traceHash).toBe(first.traceHash);
      expect(second.history).toEqual(first.history);
      expect(second.stats).toEqual(first.stats);
    });
  }

  it('and another seed another run', () => {
    const hashes = [1, 2, 3, 4, 5, 6].map((seed) => simulate({ ...drawOptions(seed), seconds: 1 }).traceHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('even a neighbouring option gives another run', () => {
    const options = { ...drawOptions(3), seconds: 1 };
    const [a, b] = [simulate(options), simulate({ ...options, opsPerSecond: options.opsPerSecond + 1 })];
    expect(a.traceHash).not.toBe(b.traceHash);
  });
});
