import type { AnyStateMachine, AnyStateNode } from 'xstate';
import {
  build,
  configOf,
  listOf,
  type StateConfig,
  setTransitions,
  stateConfig,
  type TransitionConfig,
  transitionList,
} from './config.ts';
import { type Reference, stageOf } from './model.ts';
import { isIdle, type NamedTransition, stateName, statesOf, transitionsOf, typeName } from './names.ts';
import { type Path, takePath } from './paths.ts';

/** What can be wrong with a mutant. */
export const MUTANT_KINDS = ['removed', 'misdirected', 'without an action', 'without a guard'] as const;
export type MutantKind = (typeof MUTANT_KINDS)[number];

/** A chart with one fault in it. */
export type Mutant<M extends AnyStateMachine> = {
  readonly kind: MutantKind;
  /** Which transition or state is at fault, and how. */
  readonly name: string;
  readonly machine: M;
};

/** A fault may make a chart go round for ever; then XState says so after this many microsteps. */
const MAX_MICROSTEPS = 100;

/**
 * Every chart that differs from this one in one thing: a transition removed, or with another target; an action of a
 * transition, or on entering or leaving a state, left out; a guard left out, so that its transition is always taken.
 * As targets all states are tried that have no states in them. Left out are the mutants that cannot but be the chart
 * itself: a transition that does nothing removed where nothing stands behind it, and a target that leads to where
 * the transition leads already.
 */
export function mutantsOf<M extends AnyStateMachine>(machine: M): Mutant<M>[] {
  const nodes = statesOf(machine.root);
  const leaves = nodes.filter(({ type }) => type === 'atomic' || type === 'final');
  return [
    ...transitionsOf(machine.root).flatMap((transition) => ofTransition(machine, transition, leaves)),
    ...nodes.flatMap((node) => ofEntryAndExit(machine, node)),
  ];
}

function ofTransition<M extends AnyStateMachine>(
  machine: M,
  named: NamedTransition,
  leaves: readonly AnyStateNode[],
): Mutant<M>[] {
  const { name, node, event, place, transition } = named;
  const mutant = (
    kind: MutantKind,
    fault: string,
    change: (transition: TransitionConfig) => readonly TransitionConfig[],
  ): Mutant<M> => ({
    kind,
    name: `${name}: ${fault}`,
    machine: changed(machine, node, (state) => {
      const list = transitionList(state, event).flatMap((one, i) => (i === place ? change(one) : [one]));
      setTransitions(state, event, list);
    }),
  });
  const removed = mutant('removed', 'removed', () => []);
  const written = transitionList(stateConfig(configOf(machine), node), event)[place] as TransitionConfig;
  return [
    ...(hidesNothing(machine, named, removed.machine) ? [] : [removed]),
    ...leaves
      .filter((leaf) => leaf !== destination(named))
      .map((leaf) =>
        mutant('misdirected', `leads to ${stateName(leaf)}`, (one) => [{ ...one, target: `#${leaf.id}` }]),
      ),
    ...eachActionLeftOut(written.actions).map(({ action, rest }) =>
      mutant('without an action', `without ${action}`, (one) => [{ ...one, actions: rest }]),
    ),
    ...(transition.guard === undefined
      ? []
      : [
          mutant(
            'without a guard',
            `without ${typeName(transition.guard) ?? 'its guard'}`,
            ({ guard: _, ...one }) => [one],
          ),
        ]),
  ];
}

function ofEntryAndExit<M extends AnyStateMachine>(machine: M, node: AnyStateNode): Mutant<M>[] {
  const written = stateConfig(configOf(machine), node);
  return (['entry', 'exit'] as const).flatMap((when) =>
    eachActionLeftOut(written[when]).map(({ action, rest }) => ({
      kind: 'without an action',
      name: `${stateName(node)} ${when}: without ${action}`,
      machine: changed(machine, node, (state) => {
        state[when] = rest;
      }),
    })),
  );
}

/** Each action of a list with what is left without it. */
function eachActionLeftOut(
  actions: unknown,
): { readonly action: string; readonly rest: readonly unknown[] }[] {
  const list = listOf(actions);
  return list.map((action, i) => ({
    action: typeName(action) ?? `action ${i + 1}`,
    rest: list.filter((_, j) => j !== i),
  }));
}

function changed<M extends AnyStateMachine>(
  machine: M,
  node: AnyStateNode,
  change: (state: StateConfig) => void,
): M {
  const config = configOf(machine);
  change(stateConfig(config, node));
  const options = { ...(config.options as object | undefined), maxIterations: MAX_MICROSTEPS };
  return build({ ...config, options }, machine);
}

/** The innermost state that a transition leads to; without a target, the state that it stays in, if that is one. */
function destination({ node, transition }: NamedTransition): AnyStateNode {
  let state = transition.target?.[0] ?? node;
  for (;;) {
    const [inner] = state.type === 'compound' ? state.initial.target : [];
    if (inner === undefined || transition.target === undefined) return state;
    state = inner;
  }
}

/** Whether nothing happens on an event without this transition, as nothing does with it. */
function hidesNothing(
  machine: AnyStateMachine,
  { node, event, place, transition }: NamedTransition,
  without: AnyStateMachine,
): boolean {
  if (event === null || !isIdle(transition) || without.events.length < machine.events.length) return false;
  if ((node.transitions.get(event)?.length ?? 0) > place + 1) return false;
  for (let outer = node.parent; outer !== undefined; outer = outer.parent) {
    if (outer.transitions.has(event)) return false;
  }
  return true;
}

/**
 * What the reference, or an assertion of the chart, first objects to when a machine takes these paths.
 *
 * @param machine a mutant; or the chart itself, to which nobody should object
 * @param paths from `pathsOf` and `takeWalk` of the chart as it should be
 * @returns null when there is no objection: then no path tells the machine from the chart
 */
export function objectionTo<M extends AnyStateMachine>(
  machine: M,
  paths: Iterable<Path<M>>,
  reference: Reference<M>,
): string | null {
  const stage = stageOf(machine);
  for (const path of paths) {
    try {
      takePath(path, stage, reference);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return null;
}
