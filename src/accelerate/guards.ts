import { and, not, or, stateIn } from 'xstate';
import type { Place } from './refusal.ts';
import type { UserFunction } from './xstate.ts';

/**
 * One call of a user's function in the course of a guard: of a predicate, which is what `and`, `or`, `not` and names come
 * down to; or of a function that computes params.
 */
export class Test {
  readonly call: UserFunction;
  /** What the predicate gets as its params; `Computed` for those that an earlier call has computed. */
  readonly params: unknown;
  readonly computes: boolean;
  /** The same predicate as a function of context and event alone, if it is marked so. */
  readonly pure: UserFunction | null;

  constructor(call: UserFunction, params: unknown, computes: boolean) {
    this.call = call;
    this.params = params;
    this.computes = computes;
    this.pure = (call as { pureGuard?: UserFunction }).pureGuard ?? null;
  }
}

/** Stands for the params that were computed as the `index`th in the course of a selection. */
export class Computed {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }
}

/** Where the user's functions would be called. */
export type Questions = {
  /** Asks for the answer of a predicate. */
  ask(predicate: UserFunction, params: unknown): boolean;
  compute(params: UserFunction): Computed;
};

type Guards = { readonly [name: string]: unknown };
/** A guard that XState made: it calls `check` with the guards inside. */
type Combined = UserFunction & { readonly check?: unknown; readonly guards?: readonly unknown[] };

const COMBINATORS: ReadonlySet<unknown> = new Set([and([]), or([]), not('any')].map(checkOf));
const STATE_IN = checkOf(stateIn('any'));

/**
 * A guard like the one given in which every predicate of the user's is replaced by a question. What is left is
 * XState's: names, params, `and`, `or`, `not`, `stateIn`.
 *
 * @throws CannotAccelerate when a name has no implementation, or a guard is made by something unknown
 */
export function questioning(guard: unknown, guards: Guards, questions: Questions, place: Place): unknown {
  if (guard === undefined) return undefined;
  if (typeof guard === 'string') {
    if (guards[guard] === undefined) place.refuse(`the guard "${guard}" has no implementation`);
    return guard;
  }
  if (typeof guard === 'function') {
    const { check, guards: inner } = guard as Combined;
    if (check === undefined)
      return (_args: unknown, params: unknown) => questions.ask(guard as UserFunction, params);
    if (check === STATE_IN) return guard;
    if (!COMBINATORS.has(check) || inner === undefined)
      place.refuse("a guard has a `check` that is not XState's own");
    const changed = () => {};
    return Object.assign(changed, guard, {
      guards: (inner as readonly unknown[]).map((one) => questioning(one, guards, questions, place)),
    });
  }
  const { type, params } = guard as { readonly type: string; readonly params?: unknown };
  if (guards[type] === undefined) place.refuse(`the guard "${type}" has no implementation`);
  if (typeof params !== 'function') return guard;
  return { ...guard, params: () => questions.compute(params as UserFunction) };
}

function checkOf(guard: unknown): unknown {
  return (guard as Combined).check;
}
