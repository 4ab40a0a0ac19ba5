import {
  type ActionFunction,
  assign,
  type EventObject,
  enqueueActions,
  type ParameterizedObject,
} from 'xstate';

/**
 * The only ways in which a chart of this house acts: it updates its context, or it emits effects. Both are
 * pure functions with a name in `setup`, so the chart's config stays JSON: it can be drawn, explored and replayed.
 */

// XState types an action by nine parameters, of which only these matter here. This is the one place where the
// house speaks to XState in unchecked types; the functions handed in below are checked in full.
// biome-ignore lint/suspicious/noExplicitAny: the one documented boundary to XState's inference.
type Any = any;

/** The one event of a union whose type is `T`. */
export type EventOf<TEvent extends EventObject, T extends TEvent['type']> = Extract<TEvent, { type: T }>;

type Action<TContext, TEvent extends EventObject, TEffect extends EventObject> = ActionFunction<
  TContext & Any,
  TEvent,
  TEvent,
  ParameterizedObject['params'] | undefined,
  never,
  never,
  never,
  never,
  TEffect
>;

type Guard<TContext, TEvent> = (args: { context: TContext; event: TEvent }) => boolean;

/**
 * The action makers of one chart.
 *
 * @returns `update(fn)` patches the context with what `fn` returns; `effects(fn)` emits, in order, the commands
 *   that `fn` returns; `guard(fn)` is a predicate. Each `fn` takes the context and the event and nothing else.
 *   Named event types before the function narrow the event; any other event is a broken chart and throws.
 *
 * What XState gets is an ordinary action or guard. The pure function stands beside it, as `pureUpdate`, `pureEffects`
 * or `pureGuard`, for whoever can call it without the detour (docs/accelerate.md).
 */
export function chartActions<TContext, TEvent extends EventObject, TEffect extends EventObject>() {
  type Types = readonly TEvent['type'][];
  type Given<T extends Types> = T extends readonly [] ? TEvent : EventOf<TEvent, T[number]>;

  function narrow<T extends Types>(types: T, event: TEvent): Given<T> {
    if (types.length > 0 && !types.includes(event.type)) {
      throw new Error(`an action for ${types.join(' or ')} was reached by the event ${event.type}`);
    }
    return event as Given<T>;
  }

  /** What `fn` is to whoever has to see that it is given the right events; and what it is to whoever has seen to it. */
  function pure<T extends Types, R>(
    types: T,
    fn: (context: TContext, event: Given<T>) => R,
  ): (context: TContext, event: TEvent) => R {
    if (types.length === 0) return fn as (context: TContext, event: TEvent) => R;
    const narrows = { types, to: fn };
    return Object.assign((context: TContext, event: TEvent) => fn(context, narrow(types, event)), {
      narrows,
    });
  }

  return {
    /** An action that patches the context. At most one of these in a transition. */
    update<const T extends Types>(
      ...args: [...types: T, fn: (context: TContext, event: Given<T>) => Partial<TContext>]
    ): Action<TContext, TEvent, TEffect> {
      const [types, fn] = split<T, (context: TContext, event: Given<T>) => Partial<TContext>>(args);
      const pureUpdate = pure(types, fn);
      return Object.assign(assign((({ context, event }: Any) => pureUpdate(context, event)) as Any), {
        pureUpdate,
      }) as Any;
    },
    /** An action that emits commands, computed from the context as it is when the action's turn comes. */
    effects<const T extends Types>(
      ...args: [...types: T, fn: (context: TContext, event: Given<T>) => readonly TEffect[]]
    ): Action<TContext, TEvent, TEffect> {
      const [types, fn] = split<T, (context: TContext, event: Given<T>) => readonly TEffect[]>(args);
      const pureEffects = pure(types, fn);
      const emitAll = ({ context, event, enqueue }: Any) => {
        for (const effect of pureEffects(context, event)) enqueue.emit(effect);
      };
      return Object.assign(enqueueActions(emitAll as Any), { pureEffects }) as Any;
    },
    /** A predicate over context and event. */
    guard<const T extends Types>(
      ...args: [...types: T, fn: (context: TContext, event: Given<T>) => boolean]
    ): Guard<TContext, TEvent> {
      const [types, fn] = split<T, (context: TContext, event: Given<T>) => boolean>(args);
      const pureGuard = pure(types, fn);
      return Object.assign(({ context, event }: Any) => pureGuard(context, event), { pureGuard });
    },
  };
}

function split<T, F>(args: readonly unknown[]): [T, F] {
  return [args.slice(0, -1) as T, args.at(-1) as F];
}
