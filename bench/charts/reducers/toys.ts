import { setup } from 'xstate';
import { chartActions } from '../../../machines/chart.ts';
import type { Reducer } from './reducer.ts';

/** Charts that do next to nothing, in the three shapes that states come in: what is left is the price of a step. */

type ToyContext = { readonly count: number; readonly limit: number };
type ToyEvent = { readonly type: 'go' };

const { update, guard } = chartActions<ToyContext, ToyEvent, never>();

const increment = (context: ToyContext): Partial<ToyContext> => ({ count: context.count + 1 });
const isBelow = ({ count, limit }: ToyContext): boolean => count < limit;

const toy = setup({
  types: { context: {} as ToyContext, events: {} as ToyEvent },
  actions: { increment: update(increment) },
  guards: { isBelow: guard(isBelow) },
});
const context: ToyContext = { count: 0, limit: 1_000_000 };

/** Two states: a guard, a target, an update. */
export const flatMachine = toy.createMachine({
  id: 'flat',
  context,
  initial: 'here',
  states: {
    here: { on: { go: { guard: 'isBelow', target: 'there', actions: 'increment' } } },
    there: { on: { go: { guard: 'isBelow', target: 'here', actions: 'increment' } } },
  },
});

/** The same, three levels deep; the handler stands at the top. */
export const nestedMachine = toy.createMachine({
  id: 'nested',
  context,
  initial: 'a',
  on: {
    go: [{ guard: 'isBelow', target: '.a.b.d', actions: 'increment' }],
  },
  states: {
    a: {
      initial: 'b',
      states: {
        b: {
          initial: 'c',
          states: {
            c: {},
            d: { on: { go: { guard: 'isBelow', target: 'c', actions: 'increment' } } },
          },
        },
      },
    },
  },
});

/** Four regions, each of which changes its state; the first also updates. */
export const parallelMachine = toy.createMachine({
  id: 'parallel',
  context,
  type: 'parallel',
  states: {
    a: {
      initial: 'here',
      states: {
        here: { on: { go: { guard: 'isBelow', target: 'there', actions: 'increment' } } },
        there: { on: { go: { guard: 'isBelow', target: 'here', actions: 'increment' } } },
      },
    },
    b: { initial: 'here', states: { here: { on: { go: 'there' } }, there: { on: { go: 'here' } } } },
    c: { initial: 'here', states: { here: { on: { go: 'there' } }, there: { on: { go: 'here' } } } },
    d: { initial: 'here', states: { here: { on: { go: 'there' } }, there: { on: { go: 'here' } } } },
  },
});

const OTHER = { here: 'there', there: 'here' } as const;

export const reduceFlat: Reducer<ToyContext, ToyEvent, never> = (value, context) =>
  isBelow(context)
    ? { value: OTHER[value as 'here'], context: patched(context, increment(context)), effects: [] }
    : { value, context, effects: [] };

export const reduceNested: Reducer<ToyContext, ToyEvent, never> = (value, context) => {
  if (!isBelow(context)) return { value, context, effects: [] };
  const { a } = value as { readonly a: { readonly b: 'c' | 'd' } };
  const next = a.b === 'c' ? 'd' : 'c';
  return { value: { a: { b: next } }, context: patched(context, increment(context)), effects: [] };
};

export const reduceParallel: Reducer<ToyContext, ToyEvent, never> = (value, context) => {
  const { a, b, c, d } = value as { readonly [region in 'a' | 'b' | 'c' | 'd']: 'here' | 'there' };
  const moves = isBelow(context);
  return {
    value: { a: moves ? OTHER[a] : a, b: OTHER[b], c: OTHER[c], d: OTHER[d] },
    context: moves ? patched(context, increment(context)) : context,
    effects: [],
  };
};

// Each reducer has this of its own: V8 copies fast where it meets few shapes.
function patched(context: ToyContext, patch: Partial<ToyContext>): ToyContext {
  return { ...context, ...patch };
}
