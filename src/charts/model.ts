import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { type Declarations, declarationsOf } from './declarations.ts';

/** A chart as plain data: what every drawing and every page of it is made from. */

/** A chart of the catalogue (machines/index.ts). */
export type CatalogueEntry = {
  readonly name: string;
  readonly title: string;
  readonly purpose: string;
  /** What it implements: each a work and its section, with what is said there. */
  readonly sources?: readonly string[];
  readonly machine: AnyStateMachine;
};

export type ChartModel = Required<Omit<CatalogueEntry, 'machine'>> & {
  /** The chart itself. Its handlers answer in every state that does not answer itself. */
  readonly root: StateModel;
  /** Every state but the root, each before the states inside it. */
  readonly states: readonly StateModel[];
  /** Those that some state handles, in the order in which the chart first mentions them. */
  readonly events: readonly string[];
  /** What the types of the chart's events and effects say. */
  readonly declared: Declarations;
  /** In the order of the chart's `setup`. */
  readonly guards: readonly string[];
  readonly actions: readonly ActionModel[];
  /** The config as it is written, without what is not JSON: the function that makes the first context. */
  readonly definition: unknown;
};

export type ActionModel = { readonly name: string; readonly kind: 'updates the context' | 'emits effects' };

export type StateModel = {
  /** What XState calls it: the chart's id, then the path. Snapshots name their active states by it. */
  readonly id: string;
  /** The keys from the chart's top to this state, joined by dots; empty for the root. */
  readonly path: string;
  readonly key: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly description: string;
  /** The path of the state that is entered first; null when there is none inside. */
  readonly initial: string | null;
  /** The same state by XState's id. */
  readonly initialId: string | null;
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  readonly transitions: readonly TransitionModel[];
  readonly children: readonly StateModel[];
};

export type TransitionModel = {
  /** Null for a transition that needs no event. */
  readonly event: string | null;
  /** Which of the state's candidates for the event it is, from 0: the first whose guard holds is taken. */
  readonly place: number;
  readonly guard: string | null;
  /** Paths of states; empty when the transition stays where it is. */
  readonly targets: readonly string[];
  /** The same states by XState's ids. */
  readonly targetIds: readonly string[];
  readonly actions: readonly string[];
  /** Empty when the chart says nothing about it. */
  readonly description: string;
};

export function modelOf({ name, title, purpose, sources = [], machine }: CatalogueEntry): ChartModel {
  const root = stateOf(machine.root);
  const { actions, guards } = machine.implementations;
  return {
    name,
    title,
    purpose,
    sources,
    root,
    states: root.children.flatMap(withInner),
    events: [...machine.events],
    declared: declarationsOf(machine.id),
    guards: Object.keys(guards),
    actions: Object.entries(actions).map(([action, made]) => ({ name: action, kind: kindOf(made) })),
    definition: definitionOf(machine),
  };
}

/** A state and all states inside it, in the order in which they are written. */
export function withInner(state: StateModel): StateModel[] {
  return [state, ...state.children.flatMap(withInner)];
}

function stateOf(node: AnyStateNode): StateModel {
  const first = node.type === 'compound' ? (node.initial.target[0] as AnyStateNode) : undefined;
  const candidates = [...node.transitions.values(), node.always ?? []];
  return {
    id: node.id,
    path: pathOf(node),
    key: node.key,
    type: node.type,
    description: node.description ?? '',
    initial: first === undefined ? null : pathOf(first),
    initialId: first?.id ?? null,
    entry: node.entry.map(nameOf),
    exit: node.exit.map(nameOf),
    transitions: candidates.flatMap((list) => list.map(transitionOf)),
    children: Object.values(node.states).map(stateOf),
  };
}

function transitionOf(
  { eventType, guard, target, actions, description }: AnyTransitionDefinition,
  place: number,
): TransitionModel {
  return {
    place,
    event: eventType === '' ? null : eventType,
    guard: guard === undefined ? null : nameOf(guard),
    targets: (target ?? []).map(pathOf),
    targetIds: (target ?? []).map(({ id }) => id),
    actions: actions.map(nameOf),
    description: description ?? '',
  };
}

function pathOf(node: AnyStateNode): string {
  return node.path.join('.');
}

/** What stands for an action or guard that is a function in the config itself. */
export const UNNAMED = '(unnamed)';

/** The name of an action or guard, with its params if it is given some. */
function nameOf(named: unknown): string {
  if (typeof named === 'string') return named;
  if (typeof named === 'function') return UNNAMED;
  const { type, params } = named as { readonly type: string; readonly params?: unknown };
  return params === undefined ? type : `${type}(${JSON.stringify(params)})`;
}

/** The name of an action or guard without its params. */
export function baseName(name: string): string {
  return name.replace(/(?<=.)\(.*$/s, '');
}

function kindOf(action: unknown): ActionModel['kind'] {
  const { type } = action as { readonly type?: string };
  return type === 'xstate.assign' ? 'updates the context' : 'emits effects';
}

function definitionOf({ config }: AnyStateMachine): unknown {
  // What XState adds to a config for its own types is no part of the chart.
  const { schemas: _, context, ...rest } = config as { readonly [name: string]: unknown };
  const { id, description, ...more } = rest;
  const start = typeof context === 'function' || context === undefined ? {} : { context };
  return { id, ...(description === undefined ? {} : { description }), ...start, ...more };
}
