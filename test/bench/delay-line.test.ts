import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DelayLine } from '../../src/bench/delay-line.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('everything arrives when it is due, in the order of due times and then of sending', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(5)), { maxLength: 60 }), (sends) => {
      const line = new DelayLine(() => performance.now());
      const startMs = performance.now();
      const arrived: { number: number; atMs: number }[] = [];
      const expected: { number: number; dueMs: number }[] = [];
      for (const [number, [delayMs, pauseMs]] of sends.entries()) {
        expected.push({ number, dueMs: performance.now() - startMs + delayMs });
        line.send(delayMs, () => arrived.push({ number, atMs: performance.now() - startMs }));
        vi.advanceTimersByTime(pauseMs);
      }
      vi.advanceTimersByTime(40);
      const order = expected.sort((a, b) => a.dueMs - b.dueMs || a.number - b.number);
      expect(arrived.map(({ number }) => number)).toEqual(order.map(({ number }) => number));
      for (const [place, { atMs }] of arrived.entries()) {
        expect(Math.abs(atMs - (order[place]?.dueMs ?? Number.NaN))).toBeLessThanOrEqual(1);
      }
      expect(line.size).toBe(0);
    }),
  );
});

test('what is sent on arrival travels too, and what was forgotten never arrives', () => {
  const line = new DelayLine(() => performance.now());
  const arrived: string[] = [];
  line.send(5, () => {
    arrived.push('first');
    line.send(5, () => arrived.push('second'));
  });
  vi.advanceTimersByTime(9);
  expect(arrived).toEqual(['first']);
  vi.advanceTimersByTime(2);
  expect(arrived).toEqual(['first', 'second']);
  line.send(5, () => arrived.push('third'));
  line.clear();
  vi.advanceTimersByTime(50);
  expect(arrived).toEqual(['first', 'second']);
});
