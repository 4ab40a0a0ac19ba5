import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pace } from '../../src/bench/pace.ts';
import { Dice } from '../../src/kit/dice.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** So many workers that take a fixed time for each operation. Returns how many operations began. */
async function load(pace: Pace, workers: number, operationMs: number, forMs: number): Promise<number> {
  let begun = 0;
  const work = async (): Promise<void> => {
    while (await pace.turn()) {
      begun += 1;
      await new Promise((resolve) => setTimeout(resolve, operationMs));
    }
  };
  for (let worker = 0; worker < workers; worker += 1) void work();
  await vi.advanceTimersByTimeAsync(forMs);
  return begun;
}

test.each([50, 3000])('%i operations a second begin, also when timers are coarser', async (rate) => {
  const begun = await load(new Pace(rate, new Dice(1), () => performance.now()), 200, 1, 10_000);
  expect(begun / 10 / rate).toBeGreaterThan(0.95);
  expect(begun / 10 / rate).toBeLessThan(1.05);
});

test('when all workers are busy, the lost time is let go', async () => {
  const pace = new Pace(100, new Dice(1), () => performance.now());
  expect(await load(pace, 1, 2000, 1999)).toBe(1);
  // Had every missed moment been kept, 200 operations would now begin at once.
  const begun = await load(pace, 500, 10_000, 1000);
  expect(begun).toBeGreaterThan(80);
  expect(begun).toBeLessThan(140);
});

test('after the end nothing begins, and whoever waits is sent home', async () => {
  const pace = new Pace(1, new Dice(1), () => performance.now());
  const first = pace.turn();
  const second = pace.turn();
  pace.end();
  expect(await Promise.all([first, second])).toEqual([false, false]);
  expect(await pace.turn()).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

test('without a rate every operation may begin at once', async () => {
  const pace = new Pace(0, new Dice(1), () => performance.now());
  expect(pace.turn()).toBe(true);
  pace.end();
  expect(pace.turn()).toBe(false);
});
