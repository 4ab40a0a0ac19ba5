import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Curve } from '../experiments/experiment.ts';
import { colourOf } from './colours.ts';

const WIDTH = 620;
const HEIGHT = 320;

/** A curve as an SVG picture, drawn without a browser. Every line is named by the legend above it. */
export function plot({ title, x, y, points }: Curve): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const series = [...new Set(points.map((point) => point.series))];
  const drawn = Plot.plot({
    document,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 56,
    marginTop: 28,
    // A name of its own, so that the picture does not depend on a generated one.
    className: 'plot',
    ariaLabel: title,
    style: { fontSize: '13px', background: 'transparent' },
    x: { label: x, nice: true },
    y: { label: y, grid: true, nice: true, zero: true },
    color: { domain: series, range: series.map(colourOf) },
    marks: [
      Plot.ruleY([0], { strokeOpacity: 0.4 }),
      Plot.line(points, { x: 'x', y: 'y', stroke: 'series', strokeWidth: 2 }),
      Plot.dot(points, { x: 'x', y: 'y', fill: 'series', r: 2.5 }),
    ],
  });
  return drawn.outerHTML;
}
