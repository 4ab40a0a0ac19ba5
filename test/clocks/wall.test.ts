import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_TIMESTAMP_SECONDS, nextTimestamp } from '../../machines/clocks/wall.ts';

const NOW_MS = 1_704_067_200_123;

function timestamps(readingsMs: readonly number[]): number[] {
  let last: number | null = null;
  return readingsMs.map((nowMs) => {
    last = nextTimestamp(nowMs, last);
    return last;
  });
}

describe('timestamps from the wall clock', () => {
  it('are the clock in seconds while it moves on', () => {
    expect(timestamps([NOW_MS, NOW_MS + 1])).toEqual([1704067200.123, 1704067200.124]);
  });

  it('go on by a microsecond while the clock stands still', () => {
    const [first = 0, second = 0, third = 0] = timestamps([NOW_MS, NOW_MS, NOW_MS]);
    expect(second - first).toBeCloseTo(1e-6, 6);
    expect(third).toBeGreaterThan(second);
    expect(third).toBeLessThan(first + 0.001);
  });

  it('go on from where they were when the clock steps back, and follow it again when it has caught up', () => {
    const [before = 0, after = 0, later = 0] = timestamps([NOW_MS, NOW_MS - 3_600_000, NOW_MS + 1]);
    expect(after).toBeGreaterThan(before);
    expect(later).toBe((NOW_MS + 1) / 1000);
  });

  it('rise also where a microsecond is lost in rounding', () => {
    const last = 8e12;
    expect(last + 1e-6).toBe(last);
    const next = nextTimestamp(0, last);
    expect(next).toBeGreaterThan(last);
    expect(next - last).toBeLessThan(0.001);
  });

  it('stay in the range that a merge accepts', () => {
    expect(nextTimestamp(-1, null)).toBe(0);
    expect(nextTimestamp(-1, 0)).toBe(1e-6);
    expect(nextTimestamp(9e18, null)).toBe(MAX_TIMESTAMP_SECONDS);
    expect(nextTimestamp(0, MAX_TIMESTAMP_SECONDS)).toBe(MAX_TIMESTAMP_SECONDS);
  });

  it('strictly rise, whatever the clock does, and are never behind it', () => {
    const readings = fc.array(fc.double({ min: -1e12, max: 8e15, noNaN: true }), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(readings, (readingsMs) => {
        let last: number | null = null;
        for (const nowMs of readingsMs) {
          const next = nextTimestamp(nowMs, last);
          if (last !== null) expect(next).toBeGreaterThan(last);
          expect(next).toBeGreaterThanOrEqual(nowMs / 1000);
          last = next;
        }
      }),
      { seed: 4 },
    );
  });
});
