import { type ChartModel, type StateModel, type TransitionModel, withInner } from '../model.ts';
import type { Arrow } from './arrows.ts';
import type { Content } from './content.ts';
import { moved, overlap, type Point, type Rect, spanned } from './geometry.ts';
import { anyOf, dotOf } from './graph.ts';
import type { Scene } from './layout.ts';
import { STYLE } from './style.ts';
import { LINE_HEIGHT, type Line, measure, type Span } from './text.ts';
import { escapeXml } from './xml.ts';

/** A scene as SVG. Every number is rounded to a tenth of a pixel, so that the same chart is the same bytes. */

const MARGIN = 12;
/** For the line beneath the drawing that says how to read a label. */
const LEGEND_HEIGHT = 14;
const LEGEND: readonly Span[] = [
  { voice: 'event', text: 'event' },
  { voice: 'mark', text: ' ' },
  { voice: 'guard', text: '[guard]' },
  { voice: 'mark', text: ' / ' },
  { voice: 'update', text: 'update of the context' },
  { voice: 'mark', text: ', ' },
  { voice: 'effect', text: '›effect' },
];
const BEND = 7;
const TIP = 8;

/** Draws the scene of a chart; the chart's title is what the picture is called where it cannot be seen. */
export function svgOf({ root, title }: ChartModel, scene: Scene): string {
  const [width, height] = [n(scene.width + 2 * MARGIN), n(scene.height + 2 * MARGIN + LEGEND_HEIGHT)];
  const legend = { spans: LEGEND, indent: 0, width: measure(LEGEND) };
  const all = withInner(root);
  const [frames, boxes] = [all.filter(hasInner), all.filter((state) => !hasInner(state))];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="${width}" height="${height}" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}">`,
    `<title>The statechart ${escapeXml(title)}</title>`,
    `<style>\n${STYLE}\n</style>`,
    `<rect class="card" x="${-MARGIN}" y="${-MARGIN}" width="${width}" height="${height}" rx="10"/>`,
    // An arrow to the inside of a state passes over its frame and under its text.
    ...frames.map((state) => stateOf(scene, state, [])),
    ...frames.map((state) => beginningOf(scene, state)),
    ...scene.arrows.map((arrow) => arrowOf(scene, arrow)),
    ...frames.map(
      (state) =>
        `<g class="${depthOf(state)}" data-text="${escapeXml(state.id)}">\n${textOf(scene, state)}\n</g>`,
    ),
    ...boxes.map((state) => stateOf(scene, state, [textOf(scene, state)])),
    lineOf(legend, scene.width - legend.width, scene.height + LEGEND_HEIGHT),
    '</svg>',
    '',
  ].join('\n');
}

function hasInner({ children }: StateModel): boolean {
  return children.length > 0;
}

/** Every second frame is tinted, so that each stands out from the one around it. */
function depthOf({ path }: StateModel): string {
  return path !== '' && path.split('.').length % 2 === 1 ? 'odd' : 'even';
}

function stateOf({ rects }: Scene, state: StateModel, inner: readonly string[]): string {
  const at = rects.get(state.id) as Rect;
  const kinds = ['state', hasInner(state) ? depthOf(state) : 'leaf'];
  const border = [`<rect class="box" ${rectOf(at)} rx="8"/>`];
  if (state.type === 'final') {
    const ring = { x: at.x + 3, y: at.y + 3, width: at.width - 6, height: at.height - 6 };
    border.push(`<rect class="ring" ${rectOf(ring)} rx="6"/>`);
  }
  return [
    `<g class="${kinds.join(' ')}" data-state="${escapeXml(state.id)}">`,
    ...border,
    ...inner,
    '</g>',
  ].join('\n');
}

/** What is written in a state. Where an arrow passes under the text of a frame, a plate keeps it readable. */
function textOf({ rects, contents, lines }: Scene, { id, children }: StateModel): string {
  const at = rects.get(id) as Rect;
  const content = contents.get(id) as Content;
  const plates = content.placed
    .map(({ block, ...place }) => {
      const { x, y } = moved(place, at);
      return { x: x - 3, y: y - 1, width: block.width + 6, height: block.height + 2 };
    })
    .filter((plate) => children.length > 0 && isCrossed(plate, lines))
    .map((plate) => `<rect class="plate" ${rectOf(plate)}/>`);
  const rules = content.rules.map((rule) => {
    const y = n(at.y + rule);
    return `<line class="rule" x1="${n(at.x)}" y1="${y}" x2="${n(at.x + at.width)}" y2="${y}"/>`;
  });
  return [...plates, ...rules, ...contentOf(content, at, id)].join('\n');
}

function isCrossed(plate: Rect, lines: Scene['lines']): boolean {
  return [...lines.values()].some((line) =>
    line.slice(1).some((to, place) => overlap(plate, spanned(line[place] as Point, to))),
  );
}

/** The dot at which a state begins, and the source of what is done in all states inside it. */
function beginningOf({ rects, lines }: Scene, state: StateModel): string {
  const parts: string[] = [];
  const dot = rects.get(dotOf(state));
  const [start, next] = lines.get(dotOf(state)) ?? [];
  if (dot !== undefined && start !== undefined && next !== undefined) {
    // The library lets the arrow start beside the dot's middle, so the dot moves to where its arrow starts.
    const direction = directionOf(start, next);
    const radius = dot.width / 2;
    const [x, y] = [n(start.x - direction.x * radius), n(start.y - direction.y * radius)];
    parts.push(`<circle class="dot" cx="${x}" cy="${y}" r="${n(radius)}"/>`);
    parts.push(wayOf(lines.get(dotOf(state)) ?? []));
  }
  const any = rects.get(anyOf(state));
  if (any !== undefined) {
    const [x, y] = [n(any.x + any.width / 2), n(any.y + any.height / 2 + 4)];
    parts.push(`<rect class="any" ${rectOf(any)} rx="12"/>`);
    parts.push(`<text x="${x}" y="${y}" text-anchor="middle">any state</text>`);
  }
  return `<g class="beginning" data-inside="${escapeXml(state.id)}">\n${parts.join('\n')}\n</g>`;
}

function arrowOf(scene: Scene, { source, lines, transitions, label }: Arrow): string {
  const at = scene.labels.get(lines[0]?.id ?? '') as Point;
  const targets = lines.map(({ to }) => to).join(' ');
  return [
    `<g class="arrow" data-from="${escapeXml(source.id)}" data-to="${escapeXml(targets)}" data-event="${eventsOf(transitions)}">`,
    ...lines.map(({ id }) => wayOf(scene.lines.get(id) ?? [])),
    `<rect class="label" ${rectOf({ ...at, width: label.width, height: label.height })} rx="5"/>`,
    ...contentOf(label, at, source.id),
    '</g>',
  ].join('\n');
}

function contentOf({ placed }: Content, at: Point, source: string): string[] {
  return placed.map(({ x, y, block, transitions }) => {
    const lines = block.lines.map((line, place) =>
      lineOf(line, at.x + x + line.indent, at.y + y + (place + 0.78) * LINE_HEIGHT),
    );
    if (transitions.length === 0) return lines.join('');
    return `<g class="transition" data-from="${escapeXml(source)}" data-event="${eventsOf(transitions)}">${lines.join('')}</g>`;
  });
}

function lineOf({ spans, width }: Line, x: number, y: number): string {
  const pieces = spans.map(({ voice, text }: Span) => `<tspan class="${voice}">${escapeXml(text)}</tspan>`);
  return `<text x="${n(x)}" y="${n(y)}" textLength="${n(width)}" lengthAdjust="spacingAndGlyphs">${pieces.join('')}</text>`;
}

/** A line with round bends, and the tip of an arrow at its end. */
function wayOf(points: readonly Point[]): string {
  const [start, ...rest] = points;
  const end = rest.at(-1);
  if (start === undefined || end === undefined) return '';
  const before = points.at(-2) as Point;
  const direction = directionOf(before, end);
  const parts = [`M${n(start.x)} ${n(start.y)}`];
  for (const [place, here] of points.entries()) {
    const from = points[place - 1];
    const to = points[place + 1];
    if (from === undefined) continue;
    if (to === undefined) {
      parts.push(`L${n(here.x - direction.x * TIP * 0.8)} ${n(here.y - direction.y * TIP * 0.8)}`);
      continue;
    }
    const [into, out] = [toward(here, from), toward(here, to)];
    parts.push(`L${n(into.x)} ${n(into.y)}Q${n(here.x)} ${n(here.y)} ${n(out.x)} ${n(out.y)}`);
  }
  const back = { x: end.x - direction.x * TIP, y: end.y - direction.y * TIP };
  const side = { x: direction.y * 4, y: direction.x * 4 };
  const tip = `M${n(end.x)} ${n(end.y)}L${n(back.x + side.x)} ${n(back.y + side.y)}L${n(back.x - side.x)} ${n(back.y - side.y)}Z`;
  return `<path class="way" d="${parts.join('')}"/><path class="tip" d="${tip}"/>`;
}

/** Of a line that is upright or level, but for rounding. */
function directionOf(from: Point, to: Point): Point {
  const [x, y] = [to.x - from.x, to.y - from.y];
  return Math.abs(x) > Math.abs(y) ? { x: Math.sign(x), y: 0 } : { x: 0, y: Math.sign(y) };
}

/** The point a bend's radius away from `from` in the direction of `to`, and no further than half of the way. */
function toward(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const share = length === 0 ? 0 : Math.min(BEND, length / 2) / length;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

function eventsOf(transitions: readonly TransitionModel[]): string {
  return escapeXml([...new Set(transitions.map(({ event }) => event ?? 'always'))].join(' '));
}

function rectOf({ x, y, width, height }: Rect): string {
  return `x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}"`;
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
