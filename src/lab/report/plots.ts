import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Curve } from '../experiments/experiment.ts';
import { colourOf } from './colours.ts';

const WIDTH = 640;
const HEIGHT = 340;

/** So many points a line are no dots any more. */
const MANY = 20;
const LOGARITHMIC = { type: 'log', ticks: [1, 10, 100, 1_000, 10_000, 100_000], tickFormat: ',' } as const;

/** A curve as an SVG picture, drawn without a browser. Every line is named by the legend above it. */
export function plot({ title, x, y, logarithmic, points }: Curve): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const series = [...new Set(points.map((point) => point.series))];
  const drawn = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 76,
    marginTop: 34,
    marginBottom: 50,
    marginRight: 24,
    // A name of its own, so that the picture does not depend on a generated one.
    className: 'plot',
    ariaLabel: title,
    style: { fontSize: '16px', background: 'transparent' },
    x: { label: x, nice: true, labelAnchor: 'center', labelOffset: 44, ticks: 6 },
    y: { label: y, grid: true, nice: true, ...(logarithmic ? LOGARITHMIC : { zero: true, ticks: 5 }) },
    color: { domain: series, range: series.map(colourOf) },
    marks: [
      Plot.ruleY([logarithmic ? 1 : 0], { strokeOpacity: 0.4 }),
      Plot.line(points, { x: 'x', y: 'y', stroke: 'series', strokeWidth: 3 }),
      ...(points.length > series.length * MANY
        ? []
        : [Plot.dot(points, { x: 'x', y: 'y', fill: 'series', r: 4 })]),
    ],
  });
  return drawn.outerHTML;
}
