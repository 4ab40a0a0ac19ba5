import { type Percentiles, percentilesOf } from '../kit/percentiles.ts';
import type { Sample } from './recorder.ts';

export type Counts = {
  readonly total: number;
  readonly ok: number;
  /** The register itself said no: a cas on another value or on a missing key. The system did its work. */
  readonly refused: number;
  /** It did not happen and never will. */
  readonly fail: number;
  /** Nobody knows. */
  readonly info: number;
  /** Of what was served (ok and refused), in milliseconds. */
  readonly latencyMs: Percentiles | null;
};

export function countsOf(samples: readonly Sample[]): Counts {
  const served = samples.filter((sample) => sample.served);
  const ok = samples.filter((sample) => sample.type === 'ok').length;
  const info = samples.filter((sample) => sample.type === 'info').length;
  return {
    total: samples.length,
    ok,
    refused: served.length - ok,
    fail: samples.length - served.length - info,
    info,
    latencyMs: percentilesOf(served.map((sample) => sample.latencyMs)),
  };
}

/** The counts of each kind of operation. */
export function countsByType(samples: readonly Sample[]): { readonly [f: string]: Counts } {
  const types = [...new Set(samples.map((sample) => sample.f))].sort();
  return Object.fromEntries(types.map((f) => [f, countsOf(samples.filter((sample) => sample.f === f))]));
}

/** How often each error was the reason of a fail or an info, the most frequent first. */
export function errorCounts(samples: readonly Sample[]): { readonly [error: string]: number } {
  const counts = new Map<string, number>();
  for (const { f, error } of samples) {
    if (error !== undefined) counts.set(`${f}: ${error}`, (counts.get(`${f}: ${error}`) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

export type Availability = {
  /** Which share of all operations was served, from 0 to 1; null when there were none. */
  readonly servedShare: number | null;
  /** The same for the operations that began in each second; null for a second in which none did. */
  readonly perSecond: readonly (number | null)[];
  /** The longest time in which nothing was served, and when it began. */
  readonly longestGap: { readonly fromMs: number; readonly lengthMs: number };
};

/** How available the system was from `fromMs` to `toMs`. */
export function availabilityOf(samples: readonly Sample[], fromMs: number, toMs: number): Availability {
  const seconds = Math.max(1, Math.ceil((toMs - fromMs) / 1000));
  const begun = new Array<number>(seconds).fill(0);
  const served = new Array<number>(seconds).fill(0);
  for (const sample of samples) {
    const second = Math.min(seconds - 1, Math.max(0, Math.floor((sample.beganMs - fromMs) / 1000)));
    begun[second] = (begun[second] as number) + 1;
    if (sample.served) served[second] = (served[second] as number) + 1;
  }
  const total = samples.filter((sample) => sample.served).length;
  return {
    servedShare: samples.length === 0 ? null : total / samples.length,
    perSecond: begun.map((count, second) => (count === 0 ? null : (served[second] as number) / count)),
    longestGap: longestGap(samples, fromMs, toMs),
  };
}

function longestGap(
  samples: readonly Sample[],
  fromMs: number,
  toMs: number,
): { fromMs: number; lengthMs: number } {
  const ends = samples
    .filter((sample) => sample.served)
    .map((sample) => sample.beganMs + sample.latencyMs)
    .filter((endMs) => endMs > fromMs && endMs < toMs)
    .sort((a, b) => a - b);
  let longest = { fromMs, lengthMs: 0 };
  let previousMs = fromMs;
  for (const endMs of [...ends, toMs]) {
    if (endMs - previousMs > longest.lengthMs) longest = { fromMs: previousMs, lengthMs: endMs - previousMs };
    previousMs = endMs;
  }
  return longest;
}

/** The middle value; the mean of the two middle ones when their number is even. @throws RangeError on none */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('there is no median of nothing');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}
