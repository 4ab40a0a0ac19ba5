// Session: What one client has been shown by one node, and so must not see earlier again.
// Made from the chart. Paste this into https://stately.ai/editor, or open it with the XState extension. Guards and
// actions are names here: every guard holds, and no action does anything.
import { createMachine } from 'xstate';

export const machine = createMachine(
  {
    id: 'session',
    description: 'What one client has been shown by this node.',
    context: {
      shownIndex: 0,
    },
    initial: 'fresh',
    states: {
      fresh: {
        description: 'Has been shown nothing: any state of the store is new to this client.',
        on: {
          'index.shown': {
            guard: 'isNews',
            target: 'tracking',
            actions: 'advance',
          },
        },
      },
      tracking: {
        description: 'Has seen the store at an index, and must not see it earlier again.',
        on: {
          'index.shown': {
            guard: 'isNews',
            actions: 'advance',
          },
        },
      },
    },
  },
  {
    guards: {
      isNews: () => true,
    },
    actions: {
      advance: () => {},
    },
  },
);
