import assert from 'node:assert/strict';
import { canonical, type Json } from '../../machines/json.ts';
import type { RegisterEffect, RegisterEvent } from '../../machines/register/linear.machine.ts';
import { linearRegisterMachine } from '../../machines/register/linear.machine.ts';
import type { Model, Reference } from '../../src/testing/index.ts';
import { chartTests } from './subject.ts';

type Machine = typeof linearRegisterMachine;

const VALUES = [null, 1, { a: [2] }];

function* operations(values: readonly Json[]): Iterable<RegisterEvent> {
  yield { type: 'read', key: 'x' };
  for (const value of values) {
    yield { type: 'write', key: 'x', value };
    for (const createIfNotExists of [true, false]) {
      yield { type: 'cas', key: 'x', from: value, to: 1, createIfNotExists };
    }
  }
}

function model(values: readonly Json[]): Model<Machine> {
  const events = [...operations(values)];
  return {
    machine: linearRegisterMachine,
    inputs: [undefined],
    events: () => events,
    serialize: ({ value, context }) => JSON.stringify([value, context.value]),
  };
}

/** What an operation finds, in a word, in the store that the registers stand for: a plain map. */
export function operate(store: Map<string, Json>, event: RegisterEvent): RegisterEffect['outcome'] {
  const found = store.get('x');
  if (event.type === 'read') return { type: 'read_ok', value: found ?? null };
  if (event.type === 'cas') {
    const error = { type: 'error', text: '' } as const;
    if (found === undefined && !event.createIfNotExists) return { ...error, code: 20 };
    if (found !== undefined && canonical(found) !== canonical(event.from)) return { ...error, code: 22 };
    store.set('x', event.to);
    return { type: 'cas_ok' };
  }
  store.set('x', event.value);
  return { type: 'write_ok' };
}

/** Exactly one answer to every operation, and it is the map's. */
const reference: Reference<Machine> = () => {
  const store = new Map<string, Json>();
  return ({ event, after, effects }) => {
    const expected = operate(store, event);
    const answers = effects.map(({ outcome }) =>
      outcome.type === 'error' ? { ...outcome, text: '' } : outcome,
    );
    assert.deepEqual(answers, [expected]);
    // An absent key costs nothing, so it must be possible to tell that it is absent.
    assert.deepEqual(
      [after.matches('present'), after.context.value],
      [store.has('x'), store.get('x') ?? null],
    );
  };
};

export const registerModel = model(VALUES);

export const registerTests = chartTests<Machine>({
  machine: linearRegisterMachine,
  // Absent, or present with one of the values.
  worlds: [{ model: registerModel, states: 1 + VALUES.length }],
  walks: [{ model: model([...VALUES, '1', 1.5, [], { b: { c: null } }]), seed: 1, count: 20, steps: 50 }],
  reference,
});
