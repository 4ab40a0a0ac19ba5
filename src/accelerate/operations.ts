import { assign, emit, enqueueActions, log, raise, sendTo } from 'xstate';
import type { Place } from './refusal.ts';
import type { BuiltIn, UserFunction } from './xstate.ts';

/** What an operation does. */
export const PATCH = 0;
export const EFFECTS = 1;
export const ASSIGN = 2;
export const ENQUEUE = 3;
export const BUILT_IN = 4;
export const CUSTOM = 5;
export const OUTPUT = 6;
export const DONE = 7;

/** Where the output of a final state is kept until the event or the snapshot that carries it is made. */
export class Slot {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }
}

/** An event of XState's own, as it was learnt; its output may be a slot. */
export type EventTemplate = { readonly type: string; readonly output?: unknown };

/** One thing to do within a microstep. All have one shape, so that running them stays fast among many charts. */
export class Operation {
  readonly kind: number;
  /** The name under which an inspector is told of it. */
  readonly type: string;
  /** PATCH, EFFECTS: the pure function. OUTPUT: the output as configured, a function or a value. */
  readonly does: unknown;
  /** The action: an object or function made by XState (ASSIGN, ENQUEUE, BUILT_IN), or a function of the user's. */
  readonly action: unknown;
  readonly params: unknown;
  readonly paramsOf: UserFunction | null;
  /** ASSIGN: refuses to spawn, naming the place. */
  readonly spawn: (() => never) | null;
  readonly event: EventTemplate | null;
  /** PATCH: the shapes of the patches that came up, for programs to be made for. */
  readonly shapes: (readonly string[])[] = [];

  constructor(kind: number, type: string, given: Partial<Omit<Operation, 'kind' | 'type' | 'shapes'>>) {
    this.kind = kind;
    this.type = type;
    this.does = given.does;
    this.action = given.action;
    this.params = given.params;
    this.paramsOf = given.paramsOf ?? null;
    this.spawn = given.spawn ?? null;
    this.event = given.event ?? null;
  }
}

/** XState's own resolvers, by which its actions are told apart and carried out. */
export const RESOLVERS = {
  assign: builtIn(assign({})).resolve,
  emit: builtIn(emit({ type: 'any' })),
  enqueueActions: builtIn(enqueueActions(() => {})).resolve,
  log: builtIn(log()),
  raise: builtIn(raise({ type: 'any' })),
  sendTo: builtIn(sendTo('any', { type: 'any' })),
} as const;

const SIMPLE: ReadonlySet<unknown> = new Set(
  [RESOLVERS.emit, RESOLVERS.log, RESOLVERS.raise, RESOLVERS.sendTo].map(({ resolve }) => resolve),
);

/** An action as a config or `enqueue` has it. */
export type ActionReference = string | UserFunction | { readonly type: string; readonly params?: unknown };

type Actions = { readonly [name: string]: unknown };

/**
 * What an action comes to.
 *
 * @param isRequired whether a name without an implementation is refused; otherwise it does nothing, as in XState
 * @throws CannotAccelerate when it cannot be carried out exactly
 */
export function compileAction(
  reference: ActionReference,
  actions: Actions,
  place: Place,
  isRequired: boolean,
): Operation {
  if (typeof reference === 'function') {
    return compile(reference, reference.name || '(anonymous)', undefined, place);
  }
  const name = typeof reference === 'string' ? reference : reference.type;
  const named = place.at(`action "${name}"`);
  const found = actions[name];
  if (found === undefined && isRequired) named.refuse('it has no implementation');
  if (found !== undefined && typeof found !== 'function') named.refuse('its implementation is no function');
  const params = typeof reference === 'string' ? undefined : reference.params;
  return compile(found as UserFunction | undefined, name, params, named);
}

function compile(action: UserFunction | undefined, type: string, params: unknown, place: Place): Operation {
  const paramsOf = typeof params === 'function' ? (params as UserFunction) : null;
  const given = { action, params: paramsOf === null ? params : undefined, paramsOf };
  if (action === undefined || !('resolve' in action)) return new Operation(CUSTOM, type, given);
  const { pureUpdate, pureEffects, resolve, delay } = action as Marks & { resolve: unknown; delay?: unknown };
  if (resolve === RESOLVERS.assign) {
    if (pureUpdate !== undefined && paramsOf === null)
      return new Operation(PATCH, type, { does: pureUpdate, action });
    return new Operation(ASSIGN, type, {
      ...given,
      spawn: () => place.refuse('xstate.assign spawns an actor'),
    });
  }
  if (resolve === RESOLVERS.enqueueActions) {
    if (pureEffects !== undefined && paramsOf === null)
      return new Operation(EFFECTS, type, { does: pureEffects, action });
    return new Operation(ENQUEUE, type, given);
  }
  if (!SIMPLE.has(resolve))
    place.refuse(`${String((action as Marks).type)} changes or outlives the snapshot`);
  if (delay !== undefined) place.refuse('its event is delayed, and a timer outlives the snapshot');
  return new Operation(BUILT_IN, (action as unknown as BuiltIn).type, given);
}

/**
 * Marks that an action may carry, beside what makes it an action for XState.
 *
 * - `pureUpdate` on an `assign`: a function of context and event that returns the same patch as the assignment.
 * - `pureEffects` on an `enqueueActions`: a function of context and event that returns the events which the action
 *   emits, in order, and it does nothing else.
 *
 * Contexts and patches of a machine with marks are plain records: what they hold are enumerable fields of their own that
 * have strings for names. (XState itself copies fields that have symbols for names, too.)
 *
 * A marked function may say by `narrows` that for events of some `types` it is the function `to`.
 */
export type Marks = {
  readonly type?: unknown;
  readonly pureUpdate?: unknown;
  readonly pureEffects?: unknown;
};

/** An action made by XState, as what it is. */
function builtIn(action: unknown): BuiltIn {
  return action as BuiltIn;
}
