import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { progressText } from '../../src/bench/narrator.ts';
import type { ClientOperation } from '../../src/bench/operation.ts';
import { readsServedOf } from '../../src/bench/reads-served.ts';
import type { Sample } from '../../src/bench/recorder.ts';
import { availabilityOf, countsOf, median } from '../../src/bench/statistics.ts';
import { formatMs, formatNumber, formatPairs, formatTable } from '../../src/bench/text.ts';
import { LinKvWorkload, RywKvWorkload } from '../../src/bench/workload.ts';
import { Dice } from '../../src/kit/dice.ts';
import { percentilesOf } from '../../src/kit/percentiles.ts';

const ok = (beganMs: number, latencyMs = 1): Sample => ({
  f: 'read',
  beganMs,
  latencyMs,
  type: 'ok',
  served: true,
});
const failed = (beganMs: number): Sample => ({
  f: 'write',
  beganMs,
  latencyMs: 1,
  type: 'fail',
  served: false,
  error: 'code 11',
});

describe('statistics', () => {
  test('percentiles are values that occurred, at their rank', () => {
    const values = Array.from({ length: 200 }, (_, value) => 200 - value);
    expect(percentilesOf(values)).toEqual({ p50: 100, p95: 190, p99: 198, max: 200 });
    expect(percentilesOf([7])).toEqual({ p50: 7, p95: 7, p99: 7, max: 7 });
    expect(percentilesOf([])).toBeNull();
  });

  test('at least the share of a percentile is not above it', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true }), { minLength: 1 }), (values) => {
        const { p95 = Number.NaN } = percentilesOf(values) ?? {};
        expect(values).toContain(p95);
        expect(values.filter((value) => value <= p95).length / values.length).toBeGreaterThanOrEqual(0.95);
        expect(values.filter((value) => value < p95).length / values.length).toBeLessThan(0.95);
      }),
    );
  });

  test('each operation is counted once, and only the served ones are timed', () => {
    const refused: Sample = { ...failed(5), type: 'fail', served: true, latencyMs: 9 };
    const unknown: Sample = { ...failed(6), type: 'info', latencyMs: 1000 };
    const counts = countsOf([ok(1), ok(2), failed(3), refused, unknown]);
    expect(counts).toMatchObject({ total: 5, ok: 2, refused: 1, fail: 1, info: 1 });
    expect(counts.latencyMs?.max).toBe(9);
  });

  test('availability: the share by second, and the longest time without service', () => {
    const samples = [ok(0), ok(500), failed(1000), failed(1900), ok(2600, 100), ok(2900)];
    const { servedShare, perSecond, longestGap } = availabilityOf(samples, 0, 5000);
    expect(servedShare).toBeCloseTo(4 / 6);
    expect(perSecond).toEqual([1, 0, 1, null, null]);
    expect(longestGap).toEqual({ fromMs: 501, lengthMs: 2199 });
    expect(availabilityOf(samples, 0, 9000).longestGap).toEqual({ fromMs: 2901, lengthMs: 6099 });
    expect(availabilityOf([], 0, 1000)).toMatchObject({ servedShare: null, longestGap: { lengthMs: 1000 } });
  });

  test('medians', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('the workload', () => {
  const options = { mix: { read: 1, write: 1, cas: 1, rywRead: 0 }, workersPerKey: 2, opsPerKey: 10 };
  const keyOf = (operation: ClientOperation) => (operation.f === 'echo' ? undefined : operation.key);

  test('groups of workers share a key, and move on after so many operations', () => {
    const workload = new LinKvWorkload({ ...options, dice: new Dice(1) });
    const keys = Array.from({ length: 20 }, (_, turn) => keyOf(workload.next(turn % 2)));
    expect(keys).toEqual([...Array(10).fill(0), ...Array(10).fill(1)]);
    expect(keyOf(workload.next(2))).toBe(2);
    expect(keyOf(workload.next(3))).toBe(2);
    expect(keyOf(workload.next(0))).toBe(3);
    expect(workload.currentKeys().sort()).toEqual([2, 3]);
  });

  test('a key with many operations of unknown outcome is left, for the checker', () => {
    const workload = new LinKvWorkload({ ...options, opsPerKey: 1000, dice: new Dice(1) });
    for (let turn = 0; turn < 20; turn += 1) {
      const operation = workload.next(0);
      expect(keyOf(operation)).toBe(0);
      workload.settled(operation, { type: 'info', error: 'no answer' });
    }
    expect(keyOf(workload.next(0))).toBe(1);
  });

  test('draws in the proportions of the mix, the same for the same seed', () => {
    const draw = (seed: number) => {
      const workload = new LinKvWorkload({
        ...options,
        mix: { read: 6, write: 3, cas: 1, rywRead: 0 },
        dice: new Dice(seed),
      });
      return Array.from({ length: 2000 }, (_, turn) => workload.next(turn % 4));
    };
    const share = (f: string) => draw(5).filter((operation) => operation.f === f).length / 2000;
    expect(share('read')).toBeCloseTo(0.6, 1);
    expect(share('write')).toBeCloseTo(0.3, 1);
    expect(share('cas')).toBeCloseTo(0.1, 1);
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
  });
});

describe('the workload of sessions', () => {
  const options = { mix: { read: 1, write: 2, cas: 1, rywRead: 4 }, workersPerKey: 2, opsPerKey: 50 };
  const draw = (seed: number, served: boolean) => {
    const workload = new RywKvWorkload({ ...options, dice: new Dice(seed) });
    return Array.from({ length: 2000 }, (_, turn) => {
      const operation = workload.next(turn % 4);
      if (served) workload.settled(operation, { type: 'ok', value: null });
      return operation;
    });
  };

  test('writes no value twice, so that a value names its write', () => {
    const written = draw(1, true).flatMap((operation) =>
      operation.f === 'write' ? [operation.value] : operation.f === 'cas' ? [operation.to] : [],
    );
    expect(written.length).toBeGreaterThan(500);
    expect(new Set(written).size).toBe(written.length);
  });

  test('a cas asks for what was written to its key last', () => {
    const last = new Map<unknown, unknown>();
    for (const operation of draw(1, true)) {
      if (operation.f === 'cas') expect(operation.from).toBe(last.get(operation.key) ?? 0);
      if (operation.f === 'write') last.set(operation.key, operation.value);
      if (operation.f === 'cas') last.set(operation.key, operation.to);
    }
    // Nothing is known of what nobody saw succeed.
    expect(draw(1, false).every((operation) => operation.f !== 'cas' || operation.from === 0)).toBe(true);
  });

  test('draws in the proportions of the mix, the same for the same seed', () => {
    const share = (f: string) => draw(5, true).filter((operation) => operation.f === f).length / 2000;
    expect([share('ryw_read'), share('write')]).toEqual([expect.closeTo(0.5, 1), expect.closeTo(0.25, 1)]);
    expect(draw(5, true)).toEqual(draw(5, true));
  });
});

test('reads by token are summed up by who served them', () => {
  const read = (endMs: number, servedBy: string, waitedMs: number | null): Sample => ({
    ...ok(endMs - 1),
    f: 'ryw_read',
    service: { servedBy, redirected: waitedMs === null, waitedMs },
  });
  // n1 leads until 100, then n2 does.
  const leadsAt = (timeMs: number) => (timeMs < 100 ? 'n1' : 'n2');
  const samples = [
    ...[ok(1), failed(2), read(50, 'n1', 0), read(50, 'n2', 0), read(60, 'n3', 12), read(60, 'n1', null)],
    ...[read(150, 'n1', 30), read(150, 'n2', 2)],
  ];
  expect(readsServedOf(samples, leadsAt)).toEqual({
    total: 6,
    byFollower: 3,
    byLeader: 2,
    redirected: 1,
    waited: 2,
    waitedMs: { p50: 12, p95: 30, p99: 30, max: 30 },
  });
  expect(readsServedOf([ok(1)], leadsAt)).toMatchObject({ total: 0, waitedMs: null });
});

describe('what people read', () => {
  test('numbers and times', () => {
    expect([0, 0.04, 3.0625, 12.6, 1234567].map(formatNumber)).toEqual([
      '0',
      '0.04',
      '3.1',
      '13',
      '1,234,567',
    ]);
    expect([0.42, 38.4, 1240].map(formatMs)).toEqual(['0.4 ms', '38 ms', '1.2 s']);
  });

  test('tables', () => {
    expect(
      formatTable([
        ['a', '1'],
        ['bcd', '100'],
      ]),
    ).toEqual(['a      1', 'bcd  100']);
    expect(
      formatPairs([
        ['a', 'x'],
        ['bcd', 'yz'],
      ]),
    ).toEqual(['  a    x', '  bcd  yz']);
  });

  test('the progress line looks back one second', () => {
    const samples = [ok(100), failed(200), ok(1500, 3), ok(1600, 5), failed(1700)];
    expect(progressText(samples, 2000)).toBe('   2.0 s  2 ops/s  66.7 % served  p50 3 ms  p99 5 ms');
    expect(progressText([], 500)).toBe('   0.5 s  0 ops/s  - served');
  });
});
