import assert from 'node:assert/strict';
import { sessionMachine } from '../../machines/session/session.machine.ts';
import type { Model, Reference } from '../../src/testing/index.ts';
import { chartTests } from './subject.ts';

type Machine = typeof sessionMachine;

function model(highest: number): Model<Machine> {
  return {
    machine: sessionMachine,
    inputs: [undefined],
    *events() {
      for (let index = 0; index <= highest; index += 1) yield { type: 'index.shown', index };
    },
    serialize: ({ value, context }) => JSON.stringify([value, context.shownIndex]),
  };
}

/** A session is the highest index that was shown; it tracks as soon as there is one. */
const reference: Reference<Machine> = () => {
  let highest = 0;
  return ({ event, after, effects }) => {
    highest = Math.max(highest, event.index);
    assert.deepEqual([after.value, after.context.shownIndex], [highest > 0 ? 'tracking' : 'fresh', highest]);
    assert.deepEqual(effects, []);
  };
};

/** The first few indices, in any order. */
export const sessionModel = model(3);

export const sessionTests = chartTests<Machine>({
  machine: sessionMachine,
  worlds: [{ model: sessionModel, states: 4 }],
  walks: [{ model: model(1000), seed: 2, count: 20, steps: 30 }],
  reference,
});
