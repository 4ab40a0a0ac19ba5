import { element, escaped } from '../../page/markup.ts';
import { formatMs } from '../../page/numbers.ts';
import type { RunData } from '../data.ts';
import { shortened } from '../faults.ts';
import { type Draw, faultColour, picture, plotWidth, scaleOf, text } from './frame.ts';

const NAME = 15;
const BAR = 14;
const GAP = 3;
/** About so many pixels to a letter in a bar. */
const LETTER = 6.2;

type Bar = {
  readonly what: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly ended: boolean;
  readonly isMoment: boolean;
};

/** What was done to the cluster: a row for each kind of fault, as many lines as were at work together. */
export const drawFaults: Draw = (run, view) => {
  const x = scaleOf(view);
  const inner = plotWidth(view);
  const parts: string[] = [];
  let y = 2;
  for (const name of run.faultNames) {
    const lines = linesOf(barsOf(run, name));
    const title = `${shortened(name.replaceAll('-', ' '), Math.floor(inner / LETTER) - 8)} (${lines.flat().length})`;
    parts.push(text(2, y + 11, title, 'row-name'));
    y += NAME;
    for (const line of lines) {
      for (const bar of line) {
        const [from, to] = [x(bar.fromMs), x(bar.toMs)];
        if (to < 0 || from > inner) continue;
        parts.push(barOf(bar, name, faultColour(run.faultNames, name), [from, to], y, inner));
      }
      y += BAR + GAP;
    }
    y += GAP;
  }
  const nothing = run.faultNames.length === 0;
  if (nothing) parts.push(text(inner / 2, 17, 'nothing was done to the cluster', 'empty', 'middle'));
  return picture(run, view, {
    name: 'faults',
    isOfFaults: true,
    label: nothing
      ? 'No faults.'
      : `Faults over time: ${run.bands.length} that lasted and ${run.moments.length} that did not; different ones: ${run.faultNames.length}. They are listed below.`,
    height: nothing ? 26 : y,
    left: '',
    marks: parts.join(''),
  });
};

function barsOf({ bands, moments }: RunData, name: string): Bar[] {
  return [
    ...bands.filter((band) => band.name === name).map((band) => ({ ...band, isMoment: false })),
    ...moments
      .filter((moment) => moment.name === name)
      .map(({ what, timeMs }) => ({ what, fromMs: timeMs, toMs: timeMs, ended: true, isMoment: true })),
  ];
}

/** Bars that overlap stand in lines below each other. */
function linesOf(bars: readonly Bar[]): Bar[][] {
  const lines: Bar[][] = [];
  for (const bar of bars) {
    const line = lines.find((some) => (some.at(-1)?.toMs ?? 0) <= bar.fromMs);
    if (line === undefined) lines.push([bar]);
    else line.push(bar);
  }
  return lines;
}

function barOf(
  { what, fromMs, toMs, ended, isMoment }: Bar,
  name: string,
  colour: number,
  [from, to]: readonly [number, number],
  y: number,
  inner: number,
): string {
  const words = what === '' ? name : `${name}: ${what}`;
  const when = isMoment
    ? `at ${formatMs(fromMs)}`
    : `${formatMs(fromMs)} to ${formatMs(toMs)}${ended ? '' : ', the end of the run'}`;
  const title = element('title', {}, escaped(`${words} (${when})`));
  if (isMoment) {
    const middle = y + BAR / 2;
    const d = `M${from - 5} ${middle}L${from} ${middle - 6}L${from + 5} ${middle}L${from} ${middle + 6}Z`;
    return element('path', { class: `bar fault-${colour}`, d }, title);
  }
  const rect = element(
    'rect',
    {
      class: `bar fault-${colour}${ended ? '' : ' open'}`,
      x: from,
      y,
      width: Math.max(2, to - from),
      height: BAR,
      rx: 2,
    },
    title,
  );
  // Within what of the bar can be seen.
  const [left, right] = [Math.max(0, from), Math.min(inner, to)];
  const fits = what !== '' && what.length * LETTER + 8 <= right - left;
  return rect + (fits ? text(left + 4, y + 11, what, 'in-bar') : '');
}
