import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Fault, FaultName, Strike } from '../../../src/bench/nemesis/fault.ts';
import { rhythmOf } from '../../../src/bench/nemesis/rhythm.ts';
import { Nemesis } from '../../../src/bench/nemesis/scheduler.ts';
import { Dice } from '../../../src/kit/dice.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A fault that takes so long to be undone, and what has become of it. */
function fake(name: FaultName, mendMs = 0, more: Partial<Strike> = {}): Fault {
  return {
    name,
    strike: () => ({
      nodes: ['n1'],
      text: name,
      end: () =>
        mendMs === 0
          ? `${name} mended`
          : new Promise((resolve) => setTimeout(() => resolve(`${name} mended`), mendMs)),
      ...more,
    }),
  };
}

function told(faults: readonly Fault[], rhythms = [{ first: 100, wait: 100, length: 100 }]) {
  const startMs = performance.now();
  const log: string[] = [];
  const note = (what: string): void => {
    log.push(`${Math.round(performance.now() - startMs)} ${what}`);
  };
  const nemesis = new Nemesis(
    faults.map((fault, place) => {
      const { first, wait, length } = rhythms[place] ?? (rhythms[0] as (typeof rhythms)[0]);
      return { fault, rhythm: { firstMs: first, waitMs: () => wait, lengthMs: () => length } };
    }),
    { began: (fault) => note(fault), ended: (fault, _, text) => note(`${fault}-end: ${text}`) },
  );
  return { nemesis, log };
}

describe('the nemesis', () => {
  test('begins and ends by turns, and waits anew when it has ended', async () => {
    const { nemesis, log } = told([fake('pause', 30)]);
    nemesis.start();
    await vi.advanceTimersByTimeAsync(500);
    expect(log).toEqual([
      '100 pause',
      '230 pause-end: pause mended',
      '330 pause',
      '460 pause-end: pause mended',
    ]);
  });

  test('lets each fault follow its own rhythm, whatever the others do', async () => {
    const rhythms = [
      { first: 100, wait: 100, length: 100 },
      { first: 50, wait: 1000, length: 300 },
    ];
    const { nemesis, log } = told([fake('kill'), fake('loss')], rhythms);
    nemesis.start();
    await vi.advanceTimersByTimeAsync(420);
    expect(log).toEqual([
      '50 loss',
      '100 kill',
      '200 kill-end: kill mended',
      '300 kill',
      '350 loss-end: loss mended',
      '400 kill-end: kill mended',
    ]);
  });

  test('ends everything when it is stopped, waits for that, and begins nothing after', async () => {
    const { nemesis, log } = told([fake('kill', 70), fake('loss')]);
    nemesis.start();
    await vi.advanceTimersByTimeAsync(120);
    let stopped = false;
    void nemesis.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(60);
    expect(log).toEqual(['100 kill', '100 loss', '120 loss-end: loss mended']);
    expect(stopped).toBe(false);
    await vi.advanceTimersByTimeAsync(20);
    expect(stopped).toBe(true);
    await vi.advanceTimersByTimeAsync(1000);
    expect(log.at(-1)).toBe('190 kill-end: kill mended');
    expect(log).toHaveLength(4);
  });

  test('lets a dozen faults wait at once without a warning of Node', async () => {
    const warnings: Error[] = [];
    const keep = (warning: Error) => warnings.push(warning);
    process.on('warning', keep);
    const { nemesis, log } = told(Array.from({ length: 12 }, () => fake('pause')));
    nemesis.start();
    await vi.advanceTimersByTimeAsync(150);
    await nemesis.stop();
    process.off('warning', keep);
    expect(log).toHaveLength(24);
    expect(warnings).toEqual([]);
  });

  test('begins nothing when it is stopped before its first strike', async () => {
    const { nemesis, log } = told([fake('kill')]);
    nemesis.start();
    await nemesis.stop();
    await vi.advanceTimersByTimeAsync(1000);
    expect(log).toEqual([]);
  });

  test('ends what is over before its time, and tells nothing of what cannot strike', async () => {
    const over = new Promise<void>((resolve) => setTimeout(resolve, 125));
    const never: Fault = { name: 'pause', strike: () => null };
    const { nemesis, log } = told([fake('clock-skew', 0, { over }), never]);
    nemesis.start();
    await vi.advanceTimersByTimeAsync(150);
    expect(log).toEqual(['100 clock-skew', '125 clock-skew-end: clock-skew mended']);
  });
});

describe('rhythms', () => {
  const rhythm = (more: Partial<Parameters<typeof rhythmOf>[0]> = {}) =>
    rhythmOf({
      intervalMs: 3000,
      perSecond: undefined,
      lengthShare: 1,
      place: 0,
      of: 1,
      dice: new Dice(5),
      ...more,
    });

  test('alone and without a rate: so long calm, then so long struck', () => {
    const { firstMs, waitMs, lengthMs } = rhythm();
    expect([firstMs, lengthMs(), waitMs()]).toEqual([3000, 3000, 3000]);
  });

  test('a short strike leaves the period as it is', () => {
    const { firstMs, waitMs, lengthMs } = rhythm({ lengthShare: 1 / 3 });
    expect([firstMs, lengthMs(), waitMs()]).toEqual([3000, 1000, 5000]);
  });

  test('several begin one after another within the first interval, and drift', () => {
    const all = [0, 1, 2].map((place) => rhythm({ place, of: 3, dice: new Dice(place) }));
    expect(all.map(({ firstMs }) => firstMs)).toEqual([1000, 2000, 3000]);
    const waits = all.flatMap(({ waitMs }) => Array.from({ length: 50 }, waitMs));
    expect(new Set(waits).size).toBe(150);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1500);
    expect(Math.max(...waits)).toBeLessThan(4500);
  });

  test('with a rate: so many a second on average, each from half to one and a half of the interval', () => {
    const { waitMs, lengthMs } = rhythm({ perSecond: 4 });
    const waits = Array.from({ length: 4000 }, waitMs);
    expect(waits.reduce((sum, ms) => sum + ms, 0) / waits.length / 250).toBeCloseTo(1, 1);
    const lengths = Array.from({ length: 1000 }, lengthMs);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(1500);
    expect(Math.max(...lengths)).toBeLessThan(4500);
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeGreaterThan(2500);
  });
});
