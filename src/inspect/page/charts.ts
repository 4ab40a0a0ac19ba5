/**
 * The drawings of the charts, which the build writes into the page, and the states that are in them.
 */

declare const CHART_DRAWINGS: { readonly [chart: string]: string };

export type StateNode = {
  readonly id: string;
  readonly key: string;
  readonly children: readonly StateNode[];
};

export function drawingOf(chart: string): string | null {
  return Object.hasOwn(CHART_DRAWINGS, chart) ? (CHART_DRAWINGS[chart] as string) : null;
}

const trees = new Map<string, readonly StateNode[]>();

/** The states of a chart, nested, in the order of the drawing. */
export function statesOf(chart: string): readonly StateNode[] {
  const known = trees.get(chart);
  if (known !== undefined) return known;
  const ids = [...(drawingOf(chart) ?? '').matchAll(/data-state="([^"]+)"/g)].map(([, id]) => id as string);
  const tree = childrenOf(chart, [...new Set(ids)]);
  trees.set(chart, tree);
  return tree;
}

function childrenOf(parent: string, ids: readonly string[]): StateNode[] {
  const depth = parent.split('.').length + 1;
  return ids
    .filter((id) => id.startsWith(`${parent}.`) && id.split('.').length === depth)
    .map((id) => ({ id, key: id.slice(parent.length + 1), children: childrenOf(id, ids) }));
}
