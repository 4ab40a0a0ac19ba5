// Last-writer-wins register: One key of the conflict store of which the strongest entry is kept, and the others are lost.
// Made from the chart. Paste this into https://stately.ai/editor, or open it with the XState extension. Guards and
// actions are names here: every guard holds, and no action does anything.
import { createMachine } from 'xstate';

export const machine = createMachine(
  {
    id: 'lww-register',
    description: 'One key, of which the strongest entry is kept: the latest write, or the deletion after it.',
    context: {
      entry: null,
    },
    initial: 'absent',
    on: {
      'entry.put': [
        {
          guard: 'outranks',
          target: '.weighing',
          actions: ['keepEntry', 'answerStamped', 'announceEntry'],
        },
        {
          actions: 'answerStamped',
        },
      ],
      'entry.merged': {
        guard: 'outranks',
        target: '.weighing',
        actions: ['keepEntry', 'announceEntry'],
      },
    },
    states: {
      absent: {
        description: 'Nothing was heard of this key.',
        on: {
          'entry.read': {
            actions: 'answerMissing',
          },
        },
      },
      weighing: {
        description: 'A new entry is the strongest. What it is decides the state; nothing stays here.',
        always: [
          {
            guard: 'isDeletion',
            target: 'deleted',
          },
          {
            target: 'live',
          },
        ],
      },
      live: {
        description: 'The strongest entry is a write.',
        on: {
          'entry.read': {
            actions: 'answerEntry',
          },
        },
      },
      deleted: {
        description: 'The strongest entry is a deletion, which holds off every weaker write: a tombstone.',
        on: {
          'entry.read': {
            actions: 'answerMissing',
          },
        },
      },
    },
  },
  {
    guards: {
      outranks: () => true,
      isDeletion: () => true,
    },
    actions: {
      keepEntry: () => {},
      announceEntry: () => {},
      answerStamped: () => {},
      answerEntry: () => {},
      answerMissing: () => {},
    },
  },
);
