import type { Curve } from '../experiments/experiment.ts';
import type { Results } from '../lab.ts';
import type { Story } from '../story.ts';
import { colourOf } from './colours.ts';
import { element, escaped } from './markup.ts';
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
const TITLE = 36;
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
  const series = [...new Set(curve.points.map((point) => point.series))];
  let x = PADDING;
  const names = series.map((name) => {
    const at = x;
    x += SWATCH + LETTER * name.length;
    return (
      element('circle', { cx: at + 6, cy: TITLE + 18, r: 6, fill: colourOf(name) }) +
      element('text', { class: 'name', x: at + 18, y: TITLE + 23, fill: 'currentColor' }, escaped(name))
    );
  });
  return card(curve.title, plot(curve), LEGEND, names.join(''), x);
}

/** A picture on a card under its title. What stands in the picture's own `viewBox` says how large it is. */
function card(title: string, picture: string, above: number, legend: string, least = 0): string {
  const [, inner = '0', high = '0'] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(picture) ?? [];
  const width = Math.ceil(Math.max(Number(inner) + 2 * PADDING, least));
  const top = TITLE + above;
  const height = Math.ceil(Number(high) + top + PADDING);
  const placed = picture.replace(/^<svg[^>]*>/, (tag) =>
    tag
      .replaceAll(/ (?:width|height|style)="[^"]*"/g, '')
      .replace('<svg', `<svg x="${PADDING}" y="${top}" width="${inner}" height="${high}"`),
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
