import { assign, emit, setup } from 'xstate';
import type { Model } from '../../src/testing/index.ts';

/** A lamp that can be dimmed: states in a state, a guard with parameters, transitions that do nothing, and an end. */
export type LampEvent =
  | { type: 'press' }
  | { type: 'dim'; by: number }
  | { type: 'look' }
  | { type: 'break' };

const lampSetup = setup({
  types: { context: {} as { light: number }, events: {} as LampEvent, emitted: {} as { type: 'click' } },
  actions: {
    shine: assign({ light: 10 }),
    darken: assign({ light: 0 }),
    dim: assign({ light: ({ context, event }) => context.light - (event.type === 'dim' ? event.by : 0) }),
    click: emit({ type: 'click' }),
  },
  guards: {
    canDim: ({ context, event }, params: { least: number }) =>
      event.type === 'dim' && context.light - event.by >= params.least,
    isDark: ({ context }) => context.light === 0,
  },
});

export const lamp = lampSetup.createMachine({
  id: 'lamp',
  context: { light: 0 },
  initial: 'off',
  on: { look: {}, break: '.broken' },
  states: {
    off: { on: { press: { target: 'on', actions: ['shine', 'click'] }, dim: {} } },
    on: {
      initial: 'bright',
      on: { press: { target: 'off', actions: ['darken', 'click'] } },
      states: {
        bright: {
          on: {
            look: { actions: 'click' },
            dim: [
              { guard: { type: 'canDim', params: { least: 1 } }, target: 'dimmed', actions: 'dim' },
              { target: 'dimmed', actions: 'darken' },
            ],
          },
        },
        dimmed: { always: { guard: 'isDark', target: '#lamp.off' }, on: { dim: { actions: 'darken' } } },
      },
    },
    broken: { type: 'final' },
  },
});

export const lampModel: Model<typeof lamp> = {
  machine: lamp,
  inputs: [undefined],
  *events({ status }) {
    if (status === 'done') return;
    yield { type: 'press' };
    yield { type: 'dim', by: 4 };
    yield { type: 'dim', by: 12 };
    yield { type: 'look' };
    yield { type: 'break' };
  },
  serialize: ({ value, context }) => JSON.stringify([value, context.light]),
};
