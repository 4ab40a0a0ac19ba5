import type { ELK, ElkNode } from 'elkjs/lib/elk-api.js';
import { type ChartModel, type StateModel, withInner } from '../model.ts';
import { type Arrow, arrowsOf } from './arrows.ts';
import { type Content, writer } from './content.ts';
import { moved, type Point, type Rect, type Size, straightened } from './geometry.ts';
import { type Direction, graphOf } from './graph.ts';

/** Where everything in a drawing stands. */
export type Scene = Size & {
  readonly arrows: readonly Arrow[];
  /** By id: boxes of states, and the marks beside them. */
  readonly rects: ReadonlyMap<string, Rect>;
  /** By id: the lines of arrows, from tail to tip, and those from a dot to the state that is entered first. */
  readonly lines: ReadonlyMap<string, readonly Point[]>;
  /** By the id of the arrow's first line. */
  readonly labels: ReadonlyMap<string, Point>;
  readonly contents: ReadonlyMap<string, Content>;
};

/** What a page has room for. */
const PAGE_WIDTH = 985;
/** Widths in pixels: of the text in a box, in a box with others inside, and on an arrow. */
type Room = { readonly box: number; readonly frame: number; readonly label: number };
/** What is tried for every part of a chart. */
const WAYS: readonly (readonly [Direction, Room])[] = [
  ['DOWN', { box: 280, frame: 560, label: 140 }],
  ['RIGHT', { box: 220, frame: 560, label: 150 }],
  ['RIGHT', { box: 180, frame: 560, label: 130 }],
];

let library: Promise<ELK> | undefined;

/** The layout library is large and serves drawings alone, so it is loaded when the first of them is made. */
function load(): Promise<ELK> {
  library ??= import('elkjs/lib/elk.bundled.js').then(({ default: { default: Elk } }) => new Elk());
  return library;
}

/**
 * Lays a chart out. A state whose border no arrow crosses is laid out by itself, in the way that is lowest within the
 * width of a page; then it is a box like any other in the state around it.
 */
export async function layout(chart: ChartModel): Promise<Scene> {
  return layoutPart(await load(), chart, chart.root);
}

async function layoutPart(elk: ELK, chart: ChartModel, top: StateModel): Promise<Scene> {
  const inner: [StateModel, Scene][] = [];
  for (const state of outermost(top.children, (child) => isSealed(chart, child))) {
    inner.push([state, await layoutPart(elk, chart, state)]);
  }
  const scenes = [];
  const done = new Map(inner.map(([{ id }, scene]) => [id, scene]));
  for (const way of WAYS) scenes.push(await layoutInOneWay(elk, chart, top, done, way));
  return scenes.reduce((best, scene) => (cost(scene) < cost(best) ? scene : best));
}

/** Height, and width only where the page ends. */
function cost({ width, height }: Size): number {
  return height + 4 * Math.max(0, width - PAGE_WIDTH);
}

/**
 * Twice: how wide a box with states inside becomes is known only when its inside is laid out, and then its own text
 * can be set in as many columns as there is room for.
 */
async function layoutInOneWay(
  elk: ELK,
  chart: ChartModel,
  top: StateModel,
  done: ReadonlyMap<string, Scene>,
  [direction, room]: (typeof WAYS)[number],
): Promise<Scene> {
  const write = writer(chart);
  const all = arrowsOf(chart, (transitions) => write.label(transitions, room.label));
  const arrows = all.filter((arrow) => belongs(arrow, top, done));
  let widths = new Map<string, number>();
  for (;;) {
    const known = widths;
    const contents = new Map<string, Content>();
    for (const state of withInner(top)) {
      const isFrame = state.children.length > 0;
      contents.set(state.id, write.box(state, isFrame ? (known.get(state.id) ?? room.frame) : room.box));
    }
    const textOf = (state: StateModel) => contents.get(state.id) as Content;
    const leastWidth = (state: StateModel) => known.get(state.id) ?? textOf(state).width;
    const graph = await elk.layout(graphOf({ top, arrows, done, textOf, leastWidth }, direction));
    const scene = sceneOf(graph, arrows, contents, done);
    if (known.size > 0) return scene;
    widths = new Map([...scene.rects].map(([id, { width }]) => [id, width]));
  }
}

/** Reads what the library found, and puts in what had been laid out before. */
function sceneOf(
  graph: ElkNode,
  arrows: readonly Arrow[],
  texts: ReadonlyMap<string, Content>,
  done: ReadonlyMap<string, Scene>,
): Scene {
  const rects = new Map<string, Rect>(rectsOf(graph.children ?? []));
  const lines = new Map<string, readonly Point[]>();
  const labels = new Map<string, Point>();
  const contents = new Map(texts);
  const back = new Set(
    arrows.flatMap((arrow) => arrow.lines.filter(({ isBack }) => isBack).map(({ id }) => id)),
  );
  for (const { id, sections = [], labels: [label] = [] } of graph.edges ?? []) {
    const points = sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [
      startPoint,
      ...bendPoints,
      endPoint,
    ]);
    const line = straightened(points);
    lines.set(id, back.has(id) ? line.toReversed() : line);
    if (label !== undefined) labels.set(id, { x: label.x ?? 0, y: label.y ?? 0 });
  }
  const inner: Arrow[] = [];
  for (const [id, scene] of done) {
    const by = rects.get(id) as Rect;
    for (const [key, rect] of scene.rects) rects.set(key, moved(rect, by));
    for (const [key, line] of scene.lines)
      lines.set(
        key,
        line.map((point) => moved(point, by)),
      );
    for (const [key, point] of scene.labels) labels.set(key, moved(point, by));
    for (const [key, content] of scene.contents) contents.set(key, content);
    inner.push(...scene.arrows);
  }
  const { width = 0, height = 0 } = graph;
  return { width, height, arrows: [...arrows, ...inner], rects, lines, labels, contents };
}

function rectsOf(nodes: readonly ElkNode[]): [string, Rect][] {
  return nodes.flatMap(({ id, x = 0, y = 0, width = 0, height = 0, children = [] }) => [
    [id, { x, y, width, height }] as [string, Rect],
    ...rectsOf(children),
  ]);
}

/** The states that pass, but for those inside another that does. */
function outermost(states: readonly StateModel[], passes: (state: StateModel) => boolean): StateModel[] {
  return states.flatMap((state) => (passes(state) ? [state] : outermost(state.children, passes)));
}

/** Whether a state has states inside, and no arrow leads from them out or from outside to them. */
function isSealed(chart: ChartModel, state: StateModel): boolean {
  if (state.children.length === 0) return false;
  const isInside = (id: string) => id.startsWith(`${state.id}.`);
  return withInner(chart.root).every((source) =>
    source.transitions.every(({ targetIds }) =>
      targetIds.every((id) => isInside(id) === isInside(source.id) || (source === state && isInside(id))),
    ),
  );
}

/** Whether an arrow is inside `top`, and not inside what is laid out already. */
function belongs({ from, lines }: Arrow, top: StateModel, done: ReadonlyMap<string, Scene>): boolean {
  const isIn = (id: string, outer: string) => id.startsWith(`${outer}.`) || id.startsWith(`${outer}#`);
  const isWithin = (outer: string) => isIn(from, outer) && lines.every(({ to }) => isIn(to, outer));
  return (top.path === '' || isWithin(top.id)) && ![...done.keys()].some(isWithin);
}
