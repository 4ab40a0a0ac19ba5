import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commitTimestamp,
  commitWait,
  hasPassed,
  interval,
  isAhead,
} from '../../machines/clocks/true-time.ts';

describe('a clock that knows its error (Corbett et al. 2012)', () => {
  it('says what it can be sure of', () => {
    const now = interval(1000, 7);
    expect(now).toEqual({ earliest: 993, latest: 1007 });
    expect([992, 993, 1007, 1008].map((t) => hasPassed(now, t))).toEqual([true, false, false, false]);
    expect([992, 993, 1007, 1008].map((t) => isAhead(now, t))).toEqual([false, false, false, true]);
  });

  it('waits twice its error for a fresh timestamp, and not at all for one that has passed', () => {
    const now = interval(1000, 7);
    const timestamp = commitTimestamp(now, null);
    expect(timestamp).toBe(1007);
    expect(commitWait(now, timestamp)).toBe(15);
    expect(hasPassed(interval(1014, 7), timestamp)).toBe(false);
    expect(hasPassed(interval(1015, 7), timestamp)).toBe(true);
    expect(commitWait(interval(1015, 7), timestamp)).toBe(0);
  });

  it("goes above the node's last timestamp", () => {
    expect(commitTimestamp(interval(1000, 7), 1006)).toBe(1007);
    expect(commitTimestamp(interval(1000, 7), 1007)).toBe(1008);
    expect(commitTimestamp(interval(1000, 7), 2000)).toBe(2001);
  });

  /** One write: at which of the nodes, and how long after the one before was made known. */
  const writes = fc.array(fc.record({ node: fc.nat(2), afterMs: fc.integer({ min: 0, max: 30 }) }), {
    maxLength: 20,
  });
  const clocks = fc.array(fc.integer({ min: -7, max: 7 }), { minLength: 3, maxLength: 3 });

  it('gives a write that begins after another was made known the higher timestamp, on any clocks within the error', () => {
    fc.assert(
      fc.property(writes, clocks, (schedule, offsets) => {
        const last: (number | null)[] = [null, null, null];
        let trueMs = 1000;
        let known = 0;
        for (const { node, afterMs } of schedule) {
          trueMs += afterMs;
          const now = interval(trueMs + (offsets[node] ?? 0), 7);
          const timestamp = commitTimestamp(now, last[node] ?? null);
          last[node] = timestamp;
          expect(timestamp).toBeGreaterThan(known);
          trueMs += commitWait(now, timestamp);
          known = timestamp;
        }
      }),
      { seed: 4 },
    );
  });
});
