import type { AnyStateNode } from 'xstate';

/** A transition as the chart's nodes have it. */
export type Transition = AnyStateNode['transitions'] extends Map<string, (infer T)[]> ? T : never;

/** A transition with the name by which reports call it, and where in the config it stands. */
export type NamedTransition = {
  /** Its state, its event, its place among those of the same event, and its guard. */
  readonly name: string;
  readonly node: AnyStateNode;
  /** Null for an eventless one. */
  readonly event: string | null;
  readonly place: number;
  readonly transition: Transition;
};

/** A state's path with dots between; `(root)` for the chart itself. */
export function stateName(node: AnyStateNode): string {
  return node.path.length === 0 ? '(root)' : node.path.join('.');
}

/** All states of a chart, each before those within it, in the order of the config. */
export function statesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(statesOf)];
}

/** All transitions of a chart, in the order of the config. */
export function transitionsOf(root: AnyStateNode): NamedTransition[] {
  return statesOf(root).flatMap((node) => [
    ...[...node.transitions].flatMap(([event, list]) => named(node, event, list)),
    ...named(node, null, node.always ?? []),
  ]);
}

function named(node: AnyStateNode, event: string | null, list: readonly Transition[]): NamedTransition[] {
  return list.map((transition, place) => {
    const number = list.length === 1 ? '' : ` #${place + 1}`;
    const guard = typeName(transition.guard);
    const name = `${stateName(node)} ${event ?? '(always)'}${number}${guard === null ? '' : ` [${guard}]`}`;
    return { name, node, event, place, transition };
  });
}

/** The name of a guard or an action that has one; null for none, and for an inline function. */
export function typeName(written: unknown): string | null {
  if (typeof written === 'string') return written;
  if (typeof written === 'object' && written !== null && 'type' in written) return String(written.type);
  return null;
}

/** A transition without target and actions says that an event is known and needs nothing. */
export function isIdle({ target, actions }: Transition): boolean {
  return target === undefined && actions.length === 0;
}
