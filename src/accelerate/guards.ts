import { and, not, or, stateIn } from 'xstate';
import type { Place } from './refusal.ts';
import type { UserFunction } from './xstate.ts';

/** One call of a user's predicate: what `and`, `or`, `not` and names come down to. */
export class Test {
  readonly holds: UserFunction;
  readonly params: unknown;
  readonly paramsOf: UserFunction | null;
  /** The same predicate as a function of context and event alone, if it is marked so. */
  readonly pure: UserFunction | null;

  constructor(holds: UserFunction, params: unknown) {
    this.holds = holds;
    this.paramsOf = params instanceof Deferred ? params.compute : null;
    this.params = params instanceof Deferred ? undefined : params;
    const { pureGuard } = holds as { pureGuard?: UserFunction };
    this.pure = this.paramsOf === null && pureGuard !== undefined ? pureGuard : null;
  }
}

/** Stands for params that are a function, so that XState hands it on instead of calling it. */
class Deferred {
  readonly compute: UserFunction;

  constructor(compute: UserFunction) {
    this.compute = compute;
  }
}

type Guards = { readonly [name: string]: unknown };
/** A guard that XState made: it calls `check` with the guards inside. */
type Combined = UserFunction & { readonly check?: unknown; readonly guards?: readonly unknown[] };

const COMBINATORS: ReadonlySet<unknown> = new Set([and([]), or([]), not('any')].map(checkOf));
const STATE_IN = checkOf(stateIn('any'));

/**
 * A guard like the one given in which every predicate of the user's is replaced by a question to `ask`. What is left
 * is XState's: names, params, `and`, `or`, `not`, `stateIn`.
 *
 * @throws CannotAccelerate when a name has no implementation, or a guard is made by something unknown
 */
export function questioning(
  guard: unknown,
  guards: Guards,
  ask: (test: Test) => boolean,
  place: Place,
): unknown {
  if (guard === undefined) return undefined;
  if (typeof guard === 'string') {
    if (guards[guard] === undefined) place.refuse(`the guard "${guard}" has no implementation`);
    return guard;
  }
  if (typeof guard === 'function') {
    const { check, guards: inner } = guard as Combined;
    if (check === undefined)
      return (_args: unknown, params: unknown) => ask(new Test(guard as UserFunction, params));
    if (check === STATE_IN) return guard;
    if (!COMBINATORS.has(check) || inner === undefined)
      place.refuse("a guard has a `check` that is not XState's own");
    const changed = () => {};
    return Object.assign(changed, guard, {
      guards: (inner as readonly unknown[]).map((one) => questioning(one, guards, ask, place)),
    });
  }
  const { type, params } = guard as { readonly type: string; readonly params?: unknown };
  if (guards[type] === undefined) place.refuse(`the guard "${type}" has no implementation`);
  return typeof params === 'function' ? { ...guard, params: new Deferred(params as UserFunction) } : guard;
}

function checkOf(guard: unknown): unknown {
  return (guard as Combined).check;
}
