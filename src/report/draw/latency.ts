import { element } from '../../page/markup.ts';
import { formatMs } from '../../page/numbers.ts';
import { type Draw, leftScale, linePath, type Point, picture, scaleOf } from './frame.ts';
import { levelFor, windowNote } from './throughput.ts';

const HEIGHT = 170;
const TOP = 18;
const BOTTOM = 6;
/** A window of quantiles is at least so wide: finer ones jump. */
const LEAST_STEP = 7;
/** Of fewer operations the higher quantiles are one and the same. */
const LEAST_OPERATIONS = 30;
const LEAST_MS = 0.01;
export const QUANTILES = ['p50', 'p95', 'p99', 'max'] as const;

/** Quantiles of the latency of what was served, on a logarithmic scale: a slow minority is what matters. */
export const drawLatency: Draw = (run, view) => {
  const level = levelFor(run, view, LEAST_STEP, LEAST_OPERATIONS);
  const { widthMs } = level;
  const first = Math.max(0, Math.floor(view.fromMs / widthMs) - 1);
  const last = Math.min(level.p50.length, Math.ceil(view.toMs / widthMs) + 1);
  const shown = QUANTILES.flatMap((name) => level[name].slice(first, last)).filter((value) => value !== null);
  const exponents = shown.map((value) => Math.log10(Math.max(LEAST_MS, value)));
  const low = Math.floor((exponents.length === 0 ? 0 : Math.min(...exponents)) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.max(...exponents, Number.NEGATIVE_INFINITY) - 1e-9));
  const y = (exponent: number) =>
    HEIGHT - BOTTOM - ((exponent - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const x = scaleOf(view);
  const pointsOf = (name: (typeof QUANTILES)[number]): (Point | null)[] =>
    level[name].slice(first, last).map((value, i) => {
      if (value === null) return null;
      return [x((first + i + 0.5) * widthMs), y(Math.log10(Math.max(LEAST_MS, value)))];
    });
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => ({
    y: y(low + i),
    label: formatMs(10 ** (low + i)),
  }));
  const all = level.p50.filter((value) => value !== null);
  const told =
    all.length === 0
      ? 'nothing was served'
      : `the median goes from ${formatMs(Math.min(...all))} to ${formatMs(Math.max(...all))}`;
  return picture(run, view, {
    name: 'latency',
    label: `Latency over time, as quantiles in windows of ${formatMs(widthMs)}: ${told}. The table below has the numbers.`,
    height: HEIGHT,
    left: leftScale(view, ticks),
    marks:
      QUANTILES.map((name) => element('path', { class: `line-${name}`, d: linePath(pointsOf(name)) })).join(
        '',
      ) + windowNote(view, widthMs),
  });
};
