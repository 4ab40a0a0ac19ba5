import { element, escaped, rounded } from '../../page/markup.ts';
import { ticksOf, timeText } from '../../page/ticks.ts';
import type { RunData } from '../data.ts';

/** The part of a run that is looked at, and how many pixels there are for it. */
export type View = { readonly fromMs: number; readonly toMs: number; readonly width: number };

/** A picture of a run: markup of one SVG element. The same runs where the page is written and in the page. */
export type Draw = (run: RunData, view: View) => string;

/** Room on the left for names and numbers, so that moments stand below each other in all pictures. */
export const LEFT = 78;
const RIGHT = 10;
/** What the axis of time takes below. */
const AXIS = 24;
/** A fault that lasts for so much of a run is no event in it. */
const ALWAYS = 0.9;
/** About so many pixels to a label of time. */
const TICK = 70;

/** The pixels between which moments are drawn. */
export function plotWidth({ width }: View): number {
  return Math.max(40, width - LEFT - RIGHT);
}

/** Where a moment is drawn, from the left of the plot. */
export function scaleOf(view: View): (timeMs: number) => number {
  const perMs = plotWidth(view) / Math.max(0.001, view.toMs - view.fromMs);
  return (timeMs) => (timeMs - view.fromMs) * perMs;
}

export type Picture = {
  readonly name: string;
  /** What a listener is told instead of the picture. */
  readonly label: string;
  /** Of the plot, without the axis. */
  readonly height: number;
  /** Markup to the left of the plot, in pixels of the picture. */
  readonly left: string;
  /** The picture shows the faults itself, and has none behind it. */
  readonly isOfFaults?: true;
  /** Markup in the plot, in pixels from its top left corner; what stands out of it is cut off. */
  readonly marks: string;
};

/** A picture with its axis of time, and the faults behind it. */
export function picture(run: RunData, view: View, about: Picture): string {
  const { name, label, height, left, marks, isOfFaults = false } = about;
  const inner = plotWidth(view);
  const plot = element(
    'svg',
    { x: LEFT, y: 0, width: inner, height },
    (isOfFaults ? '' : backdrop(run, view, height)) + marks + phases(run, view, height),
  );
  return element(
    'svg',
    {
      class: `plot ${name}`,
      viewBox: `0 0 ${view.width} ${height + AXIS}`,
      width: view.width,
      height: height + AXIS,
      role: 'img',
      'aria-label': label,
    },
    left + grid(view, height) + plot + rule(LEFT, height, LEFT + inner, height, 'axis'),
  );
}

function grid(view: View, height: number): string {
  const x = scaleOf(view);
  const inner = plotWidth(view);
  const span = view.toMs - view.fromMs;
  const count = inner / TICK;
  const ticks = ticksOf(view.fromMs, view.toMs, count);
  const step = (ticks[1] ?? span) - (ticks[0] ?? 0);
  return ticks
    .map((t) => {
      const at = LEFT + x(t);
      // The last label ends with the plot, and does not leave the picture.
      const isLast = x(t) > inner - 20;
      const words = timeText(t, step * 10);
      return (
        rule(at, 0, at, height, 'grid') +
        text(isLast ? LEFT + inner + RIGHT : at, height + 17, words, 'tick', isLast ? 'end' : 'middle')
      );
    })
    .join('');
}

/** The faults, each in its colour, behind whatever is drawn; but for those that lasted all the time, which tell nothing there. */
function backdrop({ bands, faultNames, endMs }: RunData, view: View, height: number): string {
  const x = scaleOf(view);
  return bands
    .filter(({ fromMs, toMs }) => toMs >= view.fromMs && fromMs <= view.toMs)
    .filter(({ fromMs, toMs }) => toMs - fromMs < ALWAYS * endMs)
    .map(({ name, fromMs, toMs }) =>
      element('rect', {
        class: `band fault-${faultColour(faultNames, name)}`,
        x: x(fromMs),
        y: 0,
        width: Math.max(1, x(toMs) - x(fromMs)),
        height,
      }),
    )
    .join('');
}

/** Where the load begins and ends. */
function phases({ load }: RunData, view: View, height: number): string {
  if (load === null) return '';
  const x = scaleOf(view);
  return [load.fromMs, load.toMs]
    .filter((timeMs) => timeMs > 0)
    .map((timeMs) => rule(x(timeMs), 0, x(timeMs), height, 'phase'))
    .join('');
}

/** Colours for kinds of faults are eight, and then come again. */
export function faultColour(faultNames: readonly string[], name: string): number {
  return Math.max(0, faultNames.indexOf(name)) % 8;
}

export function rule(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return element('line', { class: kind, x1, y1, x2, y2 });
}

export function text(
  x: number,
  y: number,
  words: string,
  kind: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  return element('text', { class: kind, x, y, 'text-anchor': anchor }, escaped(words));
}

export type Point = readonly [x: number, y: number];

/** Lines through points, interrupted where one is null; a point that stands alone is a dot. */
export function linePath(points: readonly (Point | null)[]): string {
  let previous: Point | null = null;
  return points
    .map((point, i) => {
      const before = previous;
      previous = point;
      if (point === null) return '';
      const [x, y] = point.map(rounded);
      if (before !== null) return `L${x} ${y}`;
      return points[i + 1] ? `M${x} ${y}` : `M${x} ${y}h0.01`;
    })
    .join('');
}

/** The scale of the left side: values with their lines and labels. */
export function leftScale(
  view: View,
  ticks: readonly { readonly y: number; readonly label: string }[],
): string {
  const inner = plotWidth(view);
  return ticks
    .map(
      ({ y, label }) => rule(LEFT, y, LEFT + inner, y, 'grid') + text(LEFT - 8, y + 4, label, 'tick', 'end'),
    )
    .join('');
}
