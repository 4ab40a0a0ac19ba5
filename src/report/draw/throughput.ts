import { element, rounded } from '../../page/markup.ts';
import { formatMs, formatNumber } from '../../page/numbers.ts';
import { ticksOf } from '../../page/ticks.ts';
import type { RunData } from '../data.ts';
import type { Level } from '../windows.ts';
import { type Draw, leftScale, picture, plotWidth, scaleOf, text, type View } from './frame.ts';

const HEIGHT = 150;
const TOP = 18;
/** A bar is at least so wide, as far as the data go. */
const LEAST_BAR = 4;
/** Fewer windows than that are no course of things. */
const FEW = 20;
/** From below upwards. */
const STACK = ['ok', 'refused', 'fail', 'info'] as const;

/**
 * The level whose windows are just wide enough to be seen.
 * @param leastOperations so many operations a window should hold on average, as far as windows do not get too few
 */
export function levelFor(
  { levels, endMs }: RunData,
  view: View,
  leastPixels: number,
  leastOperations = 0,
): Level {
  const span = Math.max(0.001, view.toMs - view.fromMs);
  const wide = levels.filter(({ widthMs }) => (widthMs * plotWidth(view)) / span >= leastPixels);
  const many = wide.filter(({ widthMs }, place) => place === 0 || span / widthMs >= FEW);
  const operations = STACK.reduce((sum, outcome) => sum + sumOf(levels[0]?.counts[outcome] ?? []), 0);
  const full = many.find(({ widthMs }) => (operations * widthMs) / endMs >= leastOperations);
  return (full ?? many.at(-1) ?? levels.at(-1)) as Level;
}

/** Which windows a picture shows. */
export function windowNote(view: View, widthMs: number): string {
  return text(plotWidth(view) - 4, 10, `windows of ${formatMs(widthMs)}`, 'window', 'end');
}

/** Operations that ended, as bars of one outcome above the other. */
export const drawThroughput: Draw = (run, view) => {
  const { widthMs, counts } = levelFor(run, view, LEAST_BAR);
  const size = counts.ok.length;
  const perSecond = 1000 / widthMs;
  const first = Math.max(0, Math.floor(view.fromMs / widthMs));
  const last = Math.min(size - 1, Math.floor(view.toMs / widthMs));
  const sums = Array.from({ length: size }, (_, i) =>
    STACK.reduce((sum, outcome) => sum + (counts[outcome][i] ?? 0), 0),
  );
  const most = Math.max(1, ...sums.slice(first, last + 1)) * perSecond;
  const y = (rate: number) => HEIGHT - (rate / most) * (HEIGHT - TOP);
  const x = scaleOf(view);
  const paths = STACK.map(() => '');
  for (let i = first; i <= last; i += 1) {
    const [from, to] = [x(i * widthMs), x((i + 1) * widthMs)];
    let rate = 0;
    STACK.forEach((outcome, place) => {
      const below = rate;
      rate += (counts[outcome][i] ?? 0) * perSecond;
      if (rate === below) return;
      const gap = to - from > 6 ? 1 : 0;
      paths[place] +=
        `M${rounded(from)} ${rounded(y(below))}V${rounded(y(rate))}H${rounded(to - gap)}V${rounded(y(below))}Z`;
    });
  }
  const ticks = ticksOf(0, most, 3).map((value) => ({ y: y(value), label: formatNumber(value) }));
  const served = sumOf(counts.ok) + sumOf(counts.refused);
  const unserved = sumOf(counts.fail) + sumOf(counts.info);
  return picture(run, view, {
    name: 'throughput',
    label: `Operations a second over time: ${formatNumber(served)} served and ${formatNumber(unserved)} not, ${formatNumber((served / run.endMs) * 1000)} a second served on average. The table below has the numbers.`,
    height: HEIGHT,
    left: leftScale(view, ticks),
    marks:
      STACK.map((outcome, place) =>
        paths[place] === '' ? '' : element('path', { class: `fill-${outcome}`, d: paths[place] ?? '' }),
      ).join('') + windowNote(view, widthMs),
  });
};

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
