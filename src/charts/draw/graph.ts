import type { ElkExtendedEdge, ElkNode, LayoutOptions } from 'elkjs/lib/elk-api.js';
import { type StateModel, withInner } from '../model.ts';
import type { Arrow } from './arrows.ts';
import type { Size } from './geometry.ts';

/** A part of a chart as the graph that the layout library takes: boxes with their sizes, arrows with their labels'. */

/** Down the page, or across it. */
export type Direction = 'DOWN' | 'RIGHT';

export type Part = {
  /** The state whose inside is laid out. */
  readonly top: StateModel;
  /** Those that lead from and to states of this part. */
  readonly arrows: readonly Arrow[];
  /** States whose inside is laid out already, with what they take. */
  readonly done: ReadonlyMap<string, Size>;
  /** What the text of a state takes. */
  textOf(state: StateModel): Size;
  /** The least width of a state with states inside. */
  leastWidth(state: StateModel): number;
};

/** Ids of what is drawn beside the states: a dot where a state begins, and the source of arrows into its inside. */
export const dotOf = (state: StateModel) => `${state.id}#initial`;
export const anyOf = (state: StateModel) => `${state.id}#any`;

const DOT: Size = { width: 12, height: 12 };
const ANY: Size = { width: 76, height: 24 };
const LEAST_BOX: Size = { width: 90, height: 33 };
/** So that an arrow to the box itself has a side to leave and to come back to. */
const LEAST_LOOP_HEIGHT = 66;

const OPTIONS: LayoutOptions = {
  'elk.algorithm': 'layered',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.randomSeed': '1',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
};

/** Spacings are not inherited, so every state with states inside is told them. */
const SPACING: LayoutOptions = {
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.edgeLabel': '4',
  'elk.spacing.nodeSelfLoop': '22',
  'elk.layered.spacing.nodeNodeBetweenLayers': '20',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '11',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  // An arrow may leave a box anywhere but near its corners, if that makes it straight.
  'elk.layered.nodePlacement.networkSimplex.nodeFlexibility.default': 'PORT_POSITION',
  'elk.spacing.portsSurrounding': '[top=8,left=16,bottom=8,right=16]',
  'elk.layered.thoroughness': '40',
};

/** The arrows are spread evenly. The library fails at a box that has an arrow to itself and ports that may move. */
const RIGID: LayoutOptions = {
  'elk.layered.nodePlacement.networkSimplex.nodeFlexibility': 'NONE',
};

const ON_THE_LINE: LayoutOptions = { 'elk.edgeLabels.inline': 'true' };

/** The graph of a part: its top state, and inside it all that is not laid out yet. */
export function graphOf(part: Part, direction: Direction): ElkNode {
  const { top, arrows, done, textOf } = part;

  /** Within a hierarchy the library takes the least size of a drawing that goes down the page for lying on its side. */
  function leastSize(width: number, height: number): string {
    return direction === 'DOWN' ? `(${height}, ${width})` : `(${width}, ${height})`;
  }

  function nodeOf(state: StateModel): ElkNode {
    const { id } = state;
    const hasLoop = arrows.some(({ from, lines }) => from === id && lines.some(({ to }) => to === id));
    const layoutOptions = hasLoop ? RIGID : {};
    const size = done.get(id);
    if (size !== undefined) return { id, ...size, layoutOptions };
    const text = textOf(state);
    if (state.children.length === 0) {
      const least = hasLoop ? LEAST_LOOP_HEIGHT : LEAST_BOX.height;
      return {
        id,
        width: Math.max(text.width, LEAST_BOX.width),
        height: Math.max(text.height, least),
        layoutOptions,
      };
    }
    const marks: ElkNode[] = [];
    if (state.initial !== null) marks.push({ id: dotOf(state), ...DOT });
    const inward = arrows.filter(({ from }) => from === anyOf(state)).length;
    if (inward > 0) marks.push(anyNode(state, inward));
    return {
      id,
      children: [...marks, ...state.children.map(nodeOf)],
      layoutOptions: {
        ...SPACING,
        ...layoutOptions,
        'elk.padding': `[top=${Math.ceil(text.height) + 14},left=18,bottom=18,right=18]`,
        'elk.nodeSize.constraints': 'MINIMUM_SIZE',
        'elk.nodeSize.minimum': leastSize(Math.ceil(part.leastWidth(state)), Math.ceil(text.height)),
      },
    };
  }

  const beginnings = withInner(top).filter(({ id, initial }) => initial !== null && !done.has(id));
  const inner = withInner(top).filter((state) => !isInsideOf(done, state));
  const edges: ElkExtendedEdge[] = [
    ...beginnings
      .filter((state) => inner.includes(state))
      .map((state) => ({ id: dotOf(state), sources: [dotOf(state)], targets: [state.initialId as string] })),
    ...arrows.flatMap(edgesOf),
  ];
  return {
    id: '',
    layoutOptions: { ...OPTIONS, ...SPACING, 'elk.direction': direction },
    children: [nodeOf(top)],
    edges,
  };
}

function isInsideOf(done: ReadonlyMap<string, Size>, { id }: StateModel): boolean {
  return [...done.keys()].some((outer) => id.startsWith(`${outer}.`));
}

/** The source of arrows into a state's own inside, with room for them on its shorter side. */
function anyNode(state: StateModel, arrows: number): ElkNode {
  const height = Math.max(ANY.height, 16 + 10 * (arrows - 1));
  return { id: anyOf(state), width: ANY.width, height, layoutOptions: RIGID };
}

/** An arrow that leads back to an earlier state is handed over from its tip: so there is no cycle to break. */
function edgesOf({ from, lines, label }: Arrow): ElkExtendedEdge[] {
  return lines.map(({ id, to, isBack }, place) => ({
    id,
    sources: [isBack ? to : from],
    targets: [isBack ? from : to],
    labels:
      place > 0 ? [] : [{ text: id, width: label.width, height: label.height, layoutOptions: ON_THE_LINE }],
  }));
}
