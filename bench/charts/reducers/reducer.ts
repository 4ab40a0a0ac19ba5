import type { StateValue } from 'xstate';

/** What a reducer makes of an event: the same that a chart does. */
export type Reduced<TContext, TEffect> = {
  readonly value: StateValue;
  readonly context: TContext;
  readonly effects: readonly TEffect[];
};

/**
 * What somebody would write who has no charts: a plain function of state and event. It calls the same pure functions
 * of `machines/` for everything that is arithmetic, so what it costs less than a chart is the price of the chart. Each
 * covers the hot events, and throws on any other; that its result equals the chart's is checked before it is timed.
 */
export type Reducer<TContext, TEvent, TEffect> = (
  value: StateValue,
  context: TContext,
  event: TEvent,
) => Reduced<TContext, TEffect>;

/** @throws Error always */
export function uncovered(value: StateValue, type: string): never {
  throw new Error(`this reducer does not cover ${type} in ${JSON.stringify(value)}`);
}
