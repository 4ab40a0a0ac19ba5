import type { AnyStateMachine, AnyStateNode } from 'xstate';
import {
  build,
  configOf,
  setTransitions,
  stateConfig,
  type TransitionConfig,
  transitionList,
} from './config.ts';
import { type Reference, stageOf } from './model.ts';
import { isIdle, type NamedTransition, stateName, statesOf, transitionsOf } from './names.ts';
import { type Path, takePath } from './paths.ts';

/** A chart with one fault in it. */
export type Mutant<M extends AnyStateMachine> = {
  /** Which transition is at fault, and how. */
  readonly name: string;
  readonly machine: M;
};

/** A fault may make a chart go round for ever; then XState says so after this many microsteps. */
const MAX_MICROSTEPS = 100;

/**
 * Every chart that differs from this one by one transition: removed, or with another target. As targets all states
 * are tried that have no states in them. Left out are the mutants that cannot but be the chart itself: a
 * transition that does nothing removed where nothing stands behind it, and a target that leads to where the
 * transition leads already.
 */
export function mutantsOf<M extends AnyStateMachine>(machine: M): Mutant<M>[] {
  const leaves = statesOf(machine.root).filter(({ type }) => type === 'atomic' || type === 'final');
  return transitionsOf(machine.root).flatMap((named) => {
    const retargeted = leaves
      .filter((leaf) => leaf !== destination(named))
      .map((leaf) =>
        mutant(machine, named, `leads to ${stateName(leaf)}`, (one) => [{ ...one, target: `#${leaf.id}` }]),
      );
    const removed = mutant(machine, named, 'removed', () => []);
    return hidesNothing(machine, named, removed.machine) ? retargeted : [removed, ...retargeted];
  });
}

function mutant<M extends AnyStateMachine>(
  machine: M,
  { name, node, event, place }: NamedTransition,
  fault: string,
  change: (transition: TransitionConfig) => readonly TransitionConfig[],
): Mutant<M> {
  const config = configOf(machine);
  const state = stateConfig(config, node);
  const list = transitionList(state, event).flatMap((one, i) => (i === place ? change(one) : [one]));
  setTransitions(state, event, list);
  const options = { ...(config.options as object | undefined), maxIterations: MAX_MICROSTEPS };
  return { name: `${name}: ${fault}`, machine: build({ ...config, options }, machine) };
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
