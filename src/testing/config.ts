import { type AnyStateMachine, type AnyStateNode, createMachine } from 'xstate';

/** The configs of charts as plain data, to build changed copies from. The charts themselves are never touched. */

export type TransitionConfig = { target?: unknown; guard?: unknown; [name: string]: unknown };
export type StateConfig = {
  on?: { [event: string]: unknown };
  always?: unknown;
  states?: { [name: string]: StateConfig };
  [name: string]: unknown;
};

/** A copy that shares nothing with the config but functions. */
export function configOf(machine: AnyStateMachine): StateConfig {
  return copy(machine.config) as StateConfig;
}

function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copy(inner)]));
}

/** The part of a copied config that describes a state. */
export function stateConfig(config: StateConfig, node: AnyStateNode): StateConfig {
  return node.path.reduce((state, name) => state.states?.[name] as StateConfig, config);
}

/** The transitions on an event (null: the eventless ones) as a list, whichever way they are written. */
export function transitionList(state: StateConfig, event: string | null): TransitionConfig[] {
  const written = event === null ? state.always : state.on?.[event];
  return listOf(written).map((one) => (typeof one === 'string' ? { target: one } : one) as TransitionConfig);
}

/** What XState lets be written as one, as many, or not at all. */
export function listOf(written: unknown): readonly unknown[] {
  return Array.isArray(written) ? written : written === undefined ? [] : [written];
}

/** Writes the transitions on an event; none when the list is empty. */
export function setTransitions(
  state: StateConfig,
  event: string | null,
  list: readonly TransitionConfig[],
): void {
  if (event === null) {
    if (list.length === 0) delete state.always;
    else state.always = list;
  } else {
    state.on = { ...state.on };
    if (list.length === 0) delete state.on[event];
    else state.on[event] = list;
  }
}

/**
 * A machine of this config, with the functions of another.
 *
 * @param guards instead of the other's guards
 */
export function build<M extends AnyStateMachine>(
  config: StateConfig,
  machine: M,
  guards: unknown = machine.implementations.guards,
): M {
  const implementations = { ...machine.implementations, guards };
  return createMachine(config as never, implementations as never) as unknown as M;
}
