// Linearizable register: One key of the linearizable store: absent, then present with the latest value.
// Made from the chart. Paste this into https://stately.ai/editor, or open it with the XState extension. Guards and
// actions are names here: every guard holds, and no action does anything.
import { createMachine } from 'xstate';

export const machine = createMachine(
  {
    id: 'linear-register',
    description: 'One key: absent until something is written to it, then present with the latest value.',
    context: {
      value: null,
    },
    initial: 'absent',
    states: {
      absent: {
        description: 'Never written. Reads as null.',
        on: {
          read: {
            actions: 'answerRead',
          },
          write: {
            target: 'present',
            actions: ['storeValue', 'answerWritten'],
          },
          cas: [
            {
              guard: 'createsIfMissing',
              target: 'present',
              actions: ['storeTo', 'answerSwapped'],
            },
            {
              actions: 'answerMissing',
            },
          ],
        },
      },
      present: {
        description: 'Holds a value, which may be null.',
        on: {
          read: {
            actions: 'answerRead',
          },
          write: {
            actions: ['storeValue', 'answerWritten'],
          },
          cas: [
            {
              guard: 'holdsFrom',
              actions: ['storeTo', 'answerSwapped'],
            },
            {
              actions: 'answerDifferent',
            },
          ],
        },
      },
    },
  },
  {
    guards: {
      createsIfMissing: () => true,
      holdsFrom: () => true,
    },
    actions: {
      storeValue: () => {},
      storeTo: () => {},
      answerRead: () => {},
      answerWritten: () => {},
      answerSwapped: () => {},
      answerMissing: () => {},
      answerDifferent: () => {},
    },
  },
);
