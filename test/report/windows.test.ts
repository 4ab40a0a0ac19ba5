import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { availabilityOf } from '../../src/report/availability.ts';
import type { Outcome, RunOperation } from '../../src/report/record.ts';
import { levelOf, levelsOf } from '../../src/report/windows.ts';

const END = 1000;
const outcomes = ['ok', 'refused', 'fail', 'info'] as const;

function operation(beganMs: number, endedMs: number, outcome: Outcome, node = 'n1'): RunOperation {
  return { process: 0, f: 'read', key: '1', value: '', node, outcome, beganMs, endedMs, error: '' };
}

const operations = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: END }), fc.integer({ min: 0, max: 400 }), fc.constantFrom(...outcomes))
    .map(([beganMs, tookMs, outcome]) => operation(beganMs, Math.min(END, beganMs + tookMs), outcome)),
  { maxLength: 80 },
);

/** The least value that at least such a share of all does not exceed. */
function quantile(values: readonly number[], share: number): number | null {
  const fitting = values.filter(
    (one) => values.filter((other) => other <= one).length >= share * values.length,
  );
  return fitting.length === 0 ? null : Math.min(...fitting);
}

describe('windows of time', () => {
  it('count every operation where it ended, and rank what was served as a brute force does', () => {
    fc.assert(
      fc.property(operations, fc.constantFrom(50, 100, 300), (all, widthMs) => {
        const level = levelOf(all, END, widthMs);
        const size = Math.ceil(END / widthMs);
        for (let i = 0; i < size; i += 1) {
          const isLast = i === size - 1;
          const here = all.filter(
            ({ endedMs }) => endedMs >= i * widthMs && (isLast || endedMs < (i + 1) * widthMs),
          );
          for (const outcome of outcomes) {
            expect(level.counts[outcome][i]).toBe(here.filter((one) => one.outcome === outcome).length);
          }
          const served = here.filter(({ outcome }) => outcome === 'ok' || outcome === 'refused');
          const latencies = served.map(({ beganMs, endedMs }) => endedMs - beganMs);
          expect(level.p50[i]).toBe(quantile(latencies, 0.5));
          expect(level.p95[i]).toBe(quantile(latencies, 0.95));
          expect(level.p99[i]).toBe(quantile(latencies, 0.99));
          expect(level.max[i]).toBe(quantile(latencies, 1));
        }
      }),
    );
  });

  it('come in ever wider ones, bounded in number, and none loses an operation', () => {
    const all = Array.from({ length: 20_000 }, (_, i) => operation(i * 30, i * 30 + 5, 'ok'));
    const levels = levelsOf(all, 600_000);
    expect(levels.length).toBeGreaterThan(3);
    expect(levels[0]?.counts.ok.length).toBeLessThanOrEqual(1000);
    expect(levels.at(-1)?.counts.ok.length).toBeLessThanOrEqual(24);
    for (const { counts } of levels) expect(counts.ok.reduce((a, b) => a + b, 0)).toBe(20_000);
    const widths = levels.map(({ widthMs }) => widthMs);
    expect(widths).toEqual(widths.toSorted((a, b) => a - b));
    expect(new Set(widths).size).toBe(widths.length);
  });

  it('are there for a run in which nothing happened', () => {
    expect(levelsOf([], 1).at(-1)?.p50).toEqual([null]);
  });
});

describe('availability', () => {
  const states = (all: readonly RunOperation[], load = { fromMs: 0, toMs: END }) =>
    availabilityOf(all, ['n1', 'n2'], END, load);

  it('is served where one was, vain where others were not, and idle where nobody asked', () => {
    const { widthMs, rows } = states([
      operation(10, 20, 'ok'),
      operation(30, 40, 'fail'),
      operation(210, 220, 'fail', 'n2'),
      operation(410, 450, 'refused', 'n2'),
    ]);
    expect(widthMs).toBe(200);
    expect(rows.map(({ name, states: some }) => [name, ...some.map(([letter]) => letter)].join(''))).toEqual([
      'allsvsii',
      'n1siiii',
      'n2ivsii',
    ]);
    expect(rows.map(({ share }) => share)).toEqual([2 / 3, 1, 1 / 2]);
  });

  it('counts a window through which somebody waited as vain, and not one that was only begun in', () => {
    const [, n1] = states([operation(150, 790, 'ok')]).rows;
    expect(n1?.states).toEqual(['idle', 'vain', 'vain', 'served', 'idle']);
  });

  it('takes its shares from the load alone, and says of a node that nobody asked nothing', () => {
    const rows = states([operation(10, 20, 'fail'), operation(410, 420, 'ok')], {
      fromMs: 200,
      toMs: 800,
    }).rows;
    expect(rows.map(({ share }) => share)).toEqual([1, 1, null]);
  });
});
