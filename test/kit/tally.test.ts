import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tally } from '../../src/kit/tally.ts';

const moments = fc.array(fc.tuple(fc.constantFrom('a', '__proto__'), fc.nat({ max: 3_000_000 })), {
  maxLength: 60,
});

describe('a tally', () => {
  it('says for every window what counting the moments in it says, whatever their order', () => {
    fc.assert(
      fc.property(moments, (all) => {
        const tally = new Tally();
        for (const [kind, timeMs] of all) tally.count(kind, timeMs);
        for (const [kind, counts] of tally.counts) {
          const expected = new Array<number>(counts.length).fill(0);
          for (const [other, timeMs] of all) {
            const window = Math.floor(timeMs / tally.widthMs);
            if (other === kind) expected[window] = (expected[window] ?? 0) + 1;
          }
          expect(counts).toEqual(expected);
        }
      }),
    );
  });

  it('takes no more room for a day than for a minute', () => {
    const tally = new Tally();
    for (let timeMs = 0; timeMs <= 86_400_000; timeMs += 10_000) tally.count('append', timeMs);
    expect(tally.counts.get('append')?.length).toBeLessThanOrEqual(2048);
    expect(tally.widthMs).toBe(51_200);
  });
});
