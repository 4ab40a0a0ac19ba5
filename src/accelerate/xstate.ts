import type { AnyActorScope, AnyStateMachine, EventObject } from 'xstate';

/**
 * What this room uses of XState beyond its documented interface, as xstate 5.33.3 has it. Everything in here is held
 * by the check of the version in `accelerate.ts`, and by the differential tests.
 */

/** What every function of a user is called with, and what XState's own resolvers take. */
export type ActionArgs = {
  readonly context: object;
  readonly event: EventObject;
  readonly self: unknown;
  readonly system: unknown;
};

/** A function as users write it; which arguments it gets depends on what it is used as. */
export type UserFunction = (...args: never[]) => unknown;

/** An action made by `assign`, `emit`, `raise` and so on: XState asks it what it comes to, then carries that out. */
export type BuiltIn = {
  readonly type: string;
  resolve(
    scope: AnyActorScope,
    snapshot: Snapshot,
    args: ActionArgs,
    params: unknown,
    action: unknown,
    extra: { readonly internalQueue: EventObject[]; readonly deferredActorIds: undefined },
  ): [Snapshot, unknown, readonly unknown[] | undefined];
  execute: ((scope: AnyActorScope, params: unknown) => void) | undefined;
};

export type Transition = {
  readonly target: readonly StateNode[] | undefined;
  actions: readonly unknown[];
  guard: unknown;
};

export type StateNode = {
  readonly id: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly order: number;
  readonly config: { readonly after?: object; readonly invoke?: unknown };
  readonly invoke: readonly { readonly src: unknown }[];
  readonly transitions: ReadonlyMap<string, readonly Transition[]>;
  readonly always: readonly Transition[] | undefined;
  readonly initial: { actions: readonly unknown[] };
  entry: readonly unknown[];
  exit: readonly unknown[];
  output: unknown;
};

/** The fields of a snapshot in XState's order, so that ours and its are of one shape. */
export type Snapshot = {
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly output: unknown;
  readonly error: unknown;
  readonly machine: unknown;
  readonly context: object;
  readonly _nodes: readonly StateNode[];
  readonly value: unknown;
  readonly tags: ReadonlySet<string>;
  readonly children: object;
  readonly historyValue: object;
  readonly matches: unknown;
  readonly hasTag: unknown;
  readonly can: unknown;
  readonly getMeta: unknown;
  readonly toJSON: unknown;
};

export type Machine = {
  readonly id: string;
  readonly idMap: ReadonlyMap<string, StateNode>;
  options: { readonly maxIterations?: number } | undefined;
  implementations: {
    readonly actions: { readonly [name: string]: unknown };
    readonly guards: { readonly [name: string]: unknown };
  };
  getTransitionData(snapshot: Snapshot, event: EventObject): readonly Transition[];
  transition(snapshot: Snapshot, event: EventObject, scope: AnyActorScope): Snapshot;
};

/** The one place where XState's types are left. */
export function internalsOf(machine: AnyStateMachine): Machine {
  return machine as unknown as Machine;
}
