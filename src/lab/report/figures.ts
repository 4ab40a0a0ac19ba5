import { element, escaped } from '../../page/markup.ts';
import type { Curve } from '../experiments/experiment.ts';
import type { Results } from '../lab.ts';
import type { Story } from '../story.ts';
import { colourOf } from './colours.ts';
import { plot } from './plots.ts';
import { spaceTime } from './space-time.ts';
import { FIGURE_STYLE } from './style.ts';

/** A picture in a file of its own. */
export type Figure = { readonly file: string; readonly text: string };

/** The stories and curves that the write-up shows (docs/clocks.md): by experiment, and by strategy or curve. */
const SHOWN: { readonly [experiment: string]: readonly string[] } = {
  'skew-loss': ['wall', 'lamport', 'dotted'],
  'causal-skew': ['wall'],
  tombstone: ['wall', 'dotted'],
  metadata: ['bytes-all', 'bytes-few', 'false-all'],
  siblings: ['siblings'],
  'commit-wait': ['latency', 'inversions'],
};

const PADDING = 20;
const TITLE = 42;
const LEGEND = 30;
/** Pixels that a name in the legend takes besides its letters, and a letter. */
const SWATCH = 40;
const LETTER = 8.2;

/** The figures of the write-up, of those experiments and strategies that ran. */
export function figuresOf({ options, found }: Results): Figure[] {
  return found.flatMap(({ experiment: { name }, finding: { stories, curves } }) => {
    const isShown = (own: string) => SHOWN[name]?.includes(own) ?? false;
    const titleOf = (own: string) => options.strategies.find((one) => one.name === own)?.title ?? own;
    return [
      ...stories
        .filter(({ strategy }) => isShown(strategy))
        .map((story) => ({
          file: `${name}-${story.strategy}.svg`,
          text: storyFigure(story, titleOf(story.strategy)),
        })),
      ...curves
        .filter((curve) => isShown(curve.name))
        .map((curve) => ({ file: `${name}-${curve.name}.svg`, text: curveFigure(curve) })),
    ];
  });
}

function storyFigure(story: Story, title: string): string {
  return card(title, spaceTime(story), 0, '');
}

function curveFigure(curve: Curve): string {
  const picture = plot(curve);
  const names = [...new Set(curve.points.map((point) => point.series))];
  let [x, row] = [PADDING, 0];
  const entries = names.map((name) => {
    const width = SWATCH + LETTER * name.length;
    if (x + width > sizeOf(picture).width) [x, row] = [PADDING, row + 1];
    const y = TITLE + 18 + row * LEGEND;
    const entry =
      element('circle', { cx: x + 6, cy: y, r: 6, fill: colourOf(name) }) +
      element('text', { class: 'name', x: x + 18, y: y + 5, fill: 'currentColor' }, escaped(name));
    x += width;
    return entry;
  });
  return card(curve.title, picture, (row + 1) * LEGEND, entries.join(''));
}

/** What stands in a picture's `viewBox`. */
function sizeOf(picture: string): { readonly width: number; readonly height: number } {
  const [, width = '0', height = '0'] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(picture) ?? [];
  return { width: Number(width), height: Number(height) };
}

/** A picture on a card, under its title and what stands `above` it. */
function card(title: string, picture: string, above: number, legend: string): string {
  const inner = sizeOf(picture);
  const width = Math.ceil(inner.width + 2 * PADDING);
  const top = TITLE + above;
  const height = Math.ceil(inner.height + top + PADDING);
  const placed = picture.replace(/^<svg[^>]*>/, (tag) =>
    tag
      .replaceAll(/ (?:width|height)="[^"]*"/g, '')
      .replace('<svg', `<svg x="${PADDING}" y="${top}" width="${inner.width}" height="${inner.height}"`),
  );
  return `${element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height },
    [
      element('style', {}, `${FIGURE_STYLE}.name { font: 15px system-ui, sans-serif; }\n`),
      element('rect', { class: 'card', width, height, rx: 10 }),
      element('text', { class: 'title', x: PADDING, y: 28 }, escaped(title)),
      legend,
      placed,
    ].join(''),
  )}\n`;
}
