import { percentilesOf } from '../kit/percentiles.ts';
import { roundUp } from '../page/ticks.ts';
import type { Outcome, RunOperation } from './record.ts';

/** A run in windows of one width, from its beginning to its end: what ended in each. */
export type Level = {
  readonly widthMs: number;
  readonly counts: { readonly [outcome in Outcome]: readonly number[] };
  /** Of the operations that were served, in milliseconds; null for a window in which none was. */
  readonly p50: readonly (number | null)[];
  readonly p95: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
  readonly max: readonly (number | null)[];
};

const LEAST_WIDTH_MS = 50;
const MOST_WINDOWS = 1000;
/** Fewer operations than that in a window on average say nothing of a rate, and nothing at all of a quantile. */
const LEAST_A_WINDOW = 5;
const LEAST_WINDOWS = 24;
/** The widest windows are so few. */
const FEWEST = 12;

/** The run in ever wider windows: whoever looks at all of it wants few, and whoever looks closely many. */
export function levelsOf(operations: readonly RunOperation[], endMs: number): Level[] {
  const finest = roundUp(
    Math.max(
      LEAST_WIDTH_MS,
      endMs / MOST_WINDOWS,
      Math.min((endMs * LEAST_A_WINDOW) / Math.max(1, operations.length), endMs / LEAST_WINDOWS),
    ),
  );
  const levels = [levelOf(operations, endMs, finest)];
  for (let widthMs = finest; endMs / widthMs > 2 * FEWEST; ) {
    widthMs = roundUp(widthMs * 1.5);
    levels.push(levelOf(operations, endMs, widthMs));
  }
  return levels;
}

/** One level. An operation counts where it ended; one that never did, at the end of the run. */
export function levelOf(operations: readonly RunOperation[], endMs: number, widthMs: number): Level {
  const size = Math.max(1, Math.ceil(endMs / widthMs));
  const empty = () => new Array<number>(size).fill(0);
  const counts = { ok: empty(), refused: empty(), fail: empty(), info: empty() };
  const latencies = Array.from({ length: size }, (): number[] => []);
  for (const { outcome, beganMs, endedMs } of operations) {
    const window = windowAt(endedMs, widthMs, size);
    counts[outcome][window] = (counts[outcome][window] as number) + 1;
    if (isServed(outcome)) latencies[window]?.push(endedMs - beganMs);
  }
  const percentiles = latencies.map(percentilesOf);
  const rank = (name: 'p50' | 'p95' | 'p99' | 'max') =>
    percentiles.map((one) => (one === null ? null : rounded(one[name])));
  return { widthMs, counts, p50: rank('p50'), p95: rank('p95'), p99: rank('p99'), max: rank('max') };
}

export function windowAt(timeMs: number, widthMs: number, size: number): number {
  return Math.min(size - 1, Math.max(0, Math.floor(timeMs / widthMs)));
}

/** The system did its work: the operation happened, or the register itself refused it. */
export function isServed(outcome: Outcome): boolean {
  return outcome === 'ok' || outcome === 'refused';
}

/** Hundredths of a millisecond are more than a picture shows. */
function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
