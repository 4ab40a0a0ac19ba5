import { setup } from 'xstate';
import { chartActions } from '../chart.ts';
import { type Json, sameJson } from '../json.ts';
import { ERROR, type Operation, type Outcome } from '../operations.ts';

/**
 * One key of the linearizable store. The log decides the order in which operations reach it; what each of them
 * finds and leaves is decided here. A register that nobody asks for costs nothing: it lives as a plain value
 * (or as no value at all), and becomes a chart when a message for its key arrives.
 */
export type RegisterContext = {
  /** The value, in state `present`; null in state `absent`. */
  readonly value: Json;
};

export type RegisterEvent = Operation;

/** What the operation found: exactly one answer to every event. */
export type RegisterEffect = { readonly type: 'answer'; readonly outcome: Outcome };

const { update, effects, guard } = chartActions<RegisterContext, RegisterEvent, RegisterEffect>();

function answer(outcome: Outcome): readonly RegisterEffect[] {
  return [{ type: 'answer', outcome }];
}

export const linearRegisterMachine = setup({
  types: {
    context: {} as RegisterContext,
    events: {} as RegisterEvent,
    emitted: {} as RegisterEffect,
  },
  actions: {
    storeValue: update('write', (_context, { value }) => ({ value })),
    storeTo: update('cas', (_context, { to }) => ({ value: to })),
    answerRead: effects(({ value }) => answer({ type: 'read_ok', value })),
    answerWritten: effects(() => answer({ type: 'write_ok' })),
    answerSwapped: effects(() => answer({ type: 'cas_ok' })),
    answerMissing: effects(() =>
      answer({ type: 'error', code: ERROR.keyDoesNotExist, text: 'the key does not exist' }),
    ),
    answerDifferent: effects('cas', ({ value }, { from }) =>
      answer({
        type: 'error',
        code: ERROR.preconditionFailed,
        text: `expected ${excerpt(from)}, but the value is ${excerpt(value)}`,
      }),
    ),
  },
  guards: {
    /** The request is content with a key that does not exist, and writes it. */
    createsIfMissing: guard('cas', (_context, { createIfNotExists }) => createIfNotExists),
    /** The value is the one that the request requires. */
    holdsFrom: guard('cas', ({ value }, { from }) => sameJson(value, from)),
  },
}).createMachine({
  id: 'linear-register',
  description: 'One key: absent until something is written to it, then present with the latest value.',
  context: { value: null },
  initial: 'absent',
  states: {
    absent: {
      description: 'Never written. Reads as null.',
      on: {
        read: { actions: 'answerRead' },
        write: { target: 'present', actions: ['storeValue', 'answerWritten'] },
        cas: [
          { guard: 'createsIfMissing', target: 'present', actions: ['storeTo', 'answerSwapped'] },
          { actions: 'answerMissing' },
        ],
      },
    },
    present: {
      description: 'Holds a value, which may be null.',
      on: {
        read: { actions: 'answerRead' },
        write: { actions: ['storeValue', 'answerWritten'] },
        cas: [{ guard: 'holdsFrom', actions: ['storeTo', 'answerSwapped'] }, { actions: 'answerDifferent' }],
      },
    },
  },
});

/** A value short enough for an error text. */
function excerpt(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
