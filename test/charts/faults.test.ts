import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, assign, setup } from 'xstate';
import { catalogue } from '../../machines/index.ts';
import { faultsOf } from '../../src/charts/faults.ts';
import { type ChartModel, modelOf } from '../../src/charts/model.ts';

const REMEDY = 'mend the chart, then run `npm run charts` and commit docs/charts';

describe.each(catalogue.map((entry) => [entry.name, entry] as const))('the chart %s', (_, entry) => {
  it('documents itself', () => {
    expect(faultsOf(modelOf(entry)), REMEDY).toEqual([]);
  });

  it('has types that say what its events carry', () => {
    const { declared, events } = modelOf(entry);
    expect(declared.events.map(({ type }) => type).sort()).toEqual([...events].sort());
  });
});

/** A chart without faults, into which each test below brings one. */
const good = {
  id: 'a',
  description: 'A chart.',
  initial: 'b',
  states: { b: { description: 'A state.', on: { ping: { guard: 'isSo', actions: 'note' } } } },
} as const;

function faultsIn(config: object, change: (model: ChartModel) => ChartModel = (model) => model): string[] {
  const made = setup({ actions: { note: assign({}) }, guards: { isSo: () => true } });
  const machine = made.createMachine(config as never) as unknown as AnyStateMachine;
  return faultsOf(
    change(modelOf({ name: 'a', title: 'A', purpose: 'A test.', sources: ['A paper 1'], machine })),
  );
}

describe('a chart cannot be documented', () => {
  it('but only for a reason', () => {
    expect(faultsIn(good)).toEqual([]);
  });

  it.each([
    ['without a description', { ...good, description: '' }, 'the chart has no description'],
    [
      'with a state without a description',
      { ...good, states: { b: { ...good.states.b, description: '' } } },
      'the state b has no description',
    ],
    [
      'with an action that is a function',
      { ...good, entry: () => {} },
      'an action on entering of the chart has no name in setup: (unnamed)',
    ],
    [
      'with an action of XState in the config itself',
      { ...good, exit: assign({}) },
      'an action on leaving of the chart has no name in setup: (unnamed)',
    ],
    [
      'with an action that is not in setup',
      { ...good, on: { ping: { actions: 'nothing' } } },
      'an action on ping of the chart has no name in setup: nothing',
    ],
    [
      'with a guard that is a function',
      { ...good, on: { ping: { guard: () => true } } },
      'a guard on ping of the chart has no name in setup: (unnamed)',
    ],
    [
      'with a guard without a name, where no event is needed',
      { ...good, states: { b: { description: 'A state.', always: { guard: 'isNot' } } } },
      'a guard on always of the state b has no name in setup: isNot',
    ],
  ])('%s', (_, config, fault) => {
    expect(faultsIn(config)).toEqual([fault]);
  });

  const declaring =
    (...types: string[]) =>
    (model: ChartModel) => ({
      ...model,
      declared: {
        ...model.declared,
        events: types.map((type) => ({ type, description: '', fields: [] })),
      },
    });

  it('with an event that no state handles', () => {
    expect(faultsIn(good, declaring('ping', 'pong'))).toEqual(['no state handles the event pong']);
  });

  it('with an event that has no type', () => {
    expect(faultsIn(good, declaring('pong'))).toEqual([
      'no state handles the event pong',
      'the event ping is handled, but not among the types of its events',
    ]);
  });

  it('without a word about what it implements', () => {
    expect(faultsIn(good, (model) => ({ ...model, sources: [] }))).toEqual([
      'the catalogue does not say what it implements',
    ]);
  });
});
