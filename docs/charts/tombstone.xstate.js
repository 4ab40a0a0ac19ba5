// Tombstone: One deletion at one node, from when it is learnt until nobody can undo it and it is dropped.
// Made from the chart. Paste this into https://stately.ai/editor, or open it with the XState extension. Guards and
// actions are names here: every guard holds, and no action does anything.
import { createMachine } from 'xstate';

export const machine = createMachine(
  {
    id: 'tombstone',
    description: 'One deletion at one node, from when it is learnt until nobody can undo it and it is dropped.',
    initial: 'held',
    on: {
      stated: {
        actions: 'noteStatement',
      },
      doubted: {
        target: '.held',
        actions: ['forgetStatements', 'putBack'],
      },
      ripened: {},
    },
    states: {
      held: {
        description: 'Too young to go, or ahead of this clock. What peers say of it is taken down.',
        on: {
          ripened: {
            target: 'ripe',
          },
        },
      },
      ripe: {
        description: 'May go as far as this node is concerned, and says so. Waits for all others to say the same.',
        entry: 'stateRipe',
        always: {
          guard: 'allAreRipe',
          target: 'condemned',
        },
      },
      condemned: {
        description: 'All nodes hold it. It holds off what it deleted, and is neither compared nor sent any more.',
        entry: ['setAside', 'stateCondemned'],
        always: {
          guard: 'allHaveCondemned',
          target: 'dropped',
        },
      },
      dropped: {
        type: 'final',
        description: 'Nobody holds what it deleted, nor takes it from anybody: it is not needed any more.',
        entry: 'drop',
      },
    },
  },
  {
    guards: {
      allAreRipe: () => true,
      allHaveCondemned: () => true,
    },
    actions: {
      noteStatement: () => {},
      forgetStatements: () => {},
      stateRipe: () => {},
      setAside: () => {},
      stateCondemned: () => {},
      putBack: () => {},
      drop: () => {},
    },
  },
);
