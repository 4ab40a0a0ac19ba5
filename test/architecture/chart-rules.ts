import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** What "Honest XState" and "Two kinds of action" ask of a chart, as far as a program can tell. */

/** A fault of a chart. `name` is what to look for in its file: a state, an action, a guard. */
export type ChartFault = { readonly rule: string; readonly name: string; readonly text: string };

const HONEST = 'Honest XState';
const TWO_KINDS = 'Two kinds of action';

/** Features that a restored snapshot, a path generator or a drawing does not survive. */
const FORBIDDEN_KEYS = ['invoke', 'after', 'delimiter', 'onDone'];

export function chartFaults(machine: AnyStateMachine): ChartFault[] {
  return [
    ...configFaults(machine),
    ...nameFaults(machine),
    ...kindFaults(machine),
    ...nodesOf(machine.root).flatMap((node) => stateFaults(machine, node)),
  ];
}

type Fields = { readonly [name: string]: unknown };

/** The config is JSON apart from `context`, so it can be drawn, stored and handed to any XState tool. */
function configFaults(machine: AnyStateMachine): ChartFault[] {
  const { context: _, schemas: __, ...config } = machine.config as Fields;
  const faults = jsonFaults(config, machine.id, 'config');
  const hasId = typeof machine.config.id === 'string' && machine.config.id !== '';
  if (!hasId) faults.push({ rule: HONEST, name: 'createMachine', text: 'a chart has an id' });
  return faults;
}

function jsonFaults(value: unknown, name: string, path: string): ChartFault[] {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return [];
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value ?? 0) === Object.prototype;
  if (typeof value !== 'object' || !isPlain) {
    const text = `${path} is ${typeof value === 'function' ? 'an inline function' : 'no JSON'}: name it in setup`;
    return [{ rule: HONEST, name, text }];
  }
  return Object.entries(value).flatMap(([key, part]) => {
    const below = jsonFaults(part, Array.isArray(value) ? name : key, `${path}.${key}`);
    const isState = path.endsWith('.states');
    if (isState || !FORBIDDEN_KEYS.includes(key)) return below;
    const text = `${path} uses ${key}: timers and other work are effects that come back as events`;
    return [...below, { rule: HONEST, name: key, text }];
  });
}

type Named = string | { readonly type: string };

function nameOf(action: unknown): string {
  return typeof action === 'string' ? action : String((action as { type?: unknown }).type);
}

/** Every name in the config is in `setup`, and the other way round. */
function nameFaults(machine: AnyStateMachine): ChartFault[] {
  const used = { actions: new Set<string>(), guards: new Set<string>() };
  for (const node of nodesOf(machine.root)) {
    for (const action of [...node.entry, ...node.exit, ...node.initial.actions])
      used.actions.add(nameOf(action));
    for (const transition of transitionsOf(node)) {
      for (const action of transition.actions) used.actions.add(nameOf(action));
      if (transition.guard !== undefined) used.guards.add(nameOf(transition.guard));
    }
  }
  return (['actions', 'guards'] as const).flatMap((kind) => {
    const inSetup = Object.keys(machine.implementations[kind]);
    const missing = [...used[kind]].filter((name) => !inSetup.includes(name));
    const idle = inSetup.filter((name) => !used[kind].has(name));
    return [
      ...missing.map((name) => ({ rule: HONEST, name, text: `"${name}" is not among the ${kind} of setup` })),
      ...idle.map((name) => ({ rule: HONEST, name, text: `"${name}" of setup's ${kind} is used nowhere` })),
    ];
  });
}

function actionType(machine: AnyStateMachine, name: string): unknown {
  return (machine.implementations.actions[name] as { type?: unknown } | undefined)?.type;
}

/** Every action updates the context or emits effects: see machines/chart.ts. */
function kindFaults(machine: AnyStateMachine): ChartFault[] {
  return Object.keys(machine.implementations.actions)
    .filter((name) => !['xstate.assign', 'xstate.enqueueActions'].includes(String(actionType(machine, name))))
    .map((name) => ({
      rule: TWO_KINDS,
      name,
      text: `"${name}" is made neither by update() nor by effects()`,
    }));
}

function stateFaults(machine: AnyStateMachine, node: AnyStateNode): ChartFault[] {
  const faults: ChartFault[] = [];
  const fault = (rule: string, text: string, name = node.key) => faults.push({ rule, name, text });
  const path = node.path.join('.') || machine.id;

  if (node.parent !== undefined && !node.description) fault(HONEST, `the state ${path} has no description`);
  if (node.type === 'history') fault(HONEST, `${path} is a history state: a restored snapshot loses it`);
  if (regionsWithAlways(node) > 1) fault(HONEST, `more than one region of ${path} has eventless transitions`);
  for (const [event, candidates] of candidatesOf(node)) {
    const wildcard = event === '*' || event.endsWith('.*');
    const hasGuard = [...candidatesOf(node).values()].flat().some(({ guard }) => guard !== undefined);
    if (wildcard && hasGuard) fault(HONEST, `${path} has a wildcard beside guarded handlers`);
    if (candidates.slice(0, -1).some(({ guard }) => guard === undefined)) {
      fault(
        HONEST,
        `in ${path}, what follows the candidate of ${event || 'always'} without a guard is never reached`,
      );
    }
    for (const transition of candidates) {
      const updates = updatesOf(machine, transition);
      if (updates <= 1) continue;
      fault(
        TWO_KINDS,
        `in ${path}, a transition on ${event || 'always'} makes ${updates} updates; one is allowed`,
      );
    }
  }
  return faults;
}

function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

/** The candidates of each event; of `always` under the empty name. */
function candidatesOf(node: AnyStateNode): Map<string, readonly AnyTransitionDefinition[]> {
  const all = new Map<string, readonly AnyTransitionDefinition[]>(node.transitions);
  if (node.always !== undefined) all.set('', node.always);
  return all;
}

function transitionsOf(node: AnyStateNode): AnyTransitionDefinition[] {
  return [...candidatesOf(node).values()].flat();
}

function regionsWithAlways(node: AnyStateNode): number {
  if (node.type !== 'parallel') return 0;
  return Object.values(node.states).filter((region) =>
    nodesOf(region).some(({ always }) => (always ?? []).length > 0),
  ).length;
}

/** The most updates that one transition can make: on leaving, on its way, and on entering. */
function updatesOf(
  machine: AnyStateMachine,
  { source, target, actions, reenter }: AnyTransitionDefinition,
): number {
  const count = (list: readonly unknown[]) =>
    list.filter((action) => actionType(machine, nameOf(action as Named)) === 'xstate.assign').length;
  const own = count(actions);
  if (target === undefined) return own;

  const isInner = !reenter && target.every((state) => state !== source && lineOf(state).includes(source));
  const domain = isInner ? source : commonAncestor(source, target);
  const left = isInner
    ? worst(Object.values(source.states), source, (state) => count(state.exit))
    : lineOf(source)
        .filter((state) => lineOf(state).includes(domain) && state !== domain)
        .reduce((sum, state) => sum + count(state.exit), 0) +
      worst(Object.values(source.states), source, (state) => count(state.exit));
  const entered = new Set<AnyStateNode>();
  for (const state of target) enter(state, domain, entered);
  const entering = [...entered].reduce((sum, state) => sum + count(state.entry), 0);
  return own + left + entering;
}

/** The state and all that it lies in, from the inside out. */
function lineOf(node: AnyStateNode): AnyStateNode[] {
  return node.parent === undefined ? [node] : [node, ...lineOf(node.parent)];
}

/** The innermost compound state around the source and all targets. */
function commonAncestor(source: AnyStateNode, targets: readonly AnyStateNode[]): AnyStateNode {
  const around = lineOf(source).slice(1);
  const found = around.find((node) => targets.every((target) => lineOf(target).slice(1).includes(node)));
  return found ?? (lineOf(source).at(-1) as AnyStateNode);
}

/** What leaving these children costs at most: one of them is active, or in a parallel state all. */
function worst(
  children: readonly AnyStateNode[],
  parent: AnyStateNode,
  cost: (node: AnyStateNode) => number,
): number {
  const costs = children.map((child) => cost(child) + worst(Object.values(child.states), child, cost));
  if (parent.type === 'parallel') return costs.reduce((sum, one) => sum + one, 0);
  return Math.max(0, ...costs);
}

/** Everything that is entered from `domain` down to `state`, and then on to its initial states. */
function enter(state: AnyStateNode, domain: AnyStateNode, entered: Set<AnyStateNode>): void {
  for (const node of lineOf(state)) {
    if (node === domain) break;
    entered.add(node);
  }
  const inner = state.type === 'parallel' ? Object.values(state.states) : state.initial.target;
  for (const next of inner) enter(next, state, entered);
}
