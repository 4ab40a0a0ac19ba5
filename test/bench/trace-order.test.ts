import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TraceOrder } from '../../src/bench/trace-order.ts';
import type { TraceRecord } from '../../src/trace/format.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const record = (t: number, id: number): TraceRecord => ({ kind: 'receive', t, id });

function ordered() {
  const startMs = performance.now();
  const records: TraceRecord[] = [];
  const order = new TraceOrder(
    (taken) => {
      records.push(taken);
      return true;
    },
    () => performance.now() - startMs,
  );
  return { order, records };
}

test('what comes a little late takes its place; time never goes back; nothing is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(200)), { maxLength: 60 }), (comings) => {
      const { order, records } = ordered();
      let nowMs = 0;
      const times: number[] = [];
      for (const [pauseMs, lateMs] of comings) {
        vi.advanceTimersByTime(pauseMs);
        nowMs += pauseMs;
        times.push(Math.max(0, nowMs - lateMs));
        order.take(record(times.at(-1) as number, times.length));
      }
      order.flush();
      const told = records.map(({ t }) => t);
      expect(told).toEqual([...told].sort((a, b) => a - b));
      expect(records).toHaveLength(comings.length);
      // Those that came in time kept their time.
      for (const [place, [, lateMs]] of comings.entries()) {
        if (lateMs >= 60) continue;
        const kept = records.find((one) => 'id' in one && one.id === place + 1);
        expect(kept?.t).toBe(times[place]);
      }
    }),
  );
});

test('what comes last comes out without anything after it', () => {
  const { order, records } = ordered();
  order.take(record(0, 1));
  vi.advanceTimersByTime(200);
  expect(records).toHaveLength(1);
});
