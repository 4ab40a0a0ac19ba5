// Waiting read: One read that must not be older than what its client has seen: served here, or by the leader.
// Made from the chart. Paste this into https://stately.ai/editor, or open it with the XState extension. Guards and
// actions are names here: every guard holds, and no action does anything.
import { createMachine } from 'xstate';

export const machine = createMachine(
  {
    id: 'ryw-read',
    description: 'One read that must not be older than what its client has seen.',
    initial: 'checking',
    on: {
      'input.ended': {
        target: '.failed',
        description: 'What waits for a message that cannot come is dropped.',
      },
      'read.began': {},
      applied: {},
      'leader.changed': {},
      'wait.timeout': {},
      'leader.answered': {},
    },
    states: {
      checking: {
        description: 'Decides at once who is to serve: this node as a follower, or the leader.',
        on: {
          'read.began': [
            {
              guard: 'wantsLeader',
              target: 'redirecting',
            },
            {
              guard: 'hasApplied',
              target: 'servingLocally',
            },
            {
              target: 'waitingForApply',
            },
          ],
        },
      },
      waitingForApply: {
        description: 'This follower is behind the token: gives it a little time to catch up.',
        entry: 'setWaitTimer',
        exit: 'clearWaitTimer',
        on: {
          applied: {
            guard: 'reachesToken',
            target: 'servingLocally',
            actions: 'catchUp',
          },
          'wait.timeout': {
            target: 'redirecting',
          },
          'leader.changed': {
            guard: 'leadsNow',
            target: 'redirecting',
            description: 'This node leads now, and a leader serves only what a majority confirms.',
          },
        },
      },
      servingLocally: {
        description: 'Has applied the token: answers from its own state.',
        entry: 'serve',
        always: {
          target: 'done',
        },
      },
      redirecting: {
        description: 'The leader reads in its stead, confirmed by a majority and no older than the token.',
        entry: 'redirect',
        on: {
          'leader.answered': [
            {
              guard: 'isError',
              target: 'failed',
              actions: ['takeAnswer', 'answer'],
            },
            {
              target: 'done',
              actions: ['takeAnswer', 'answer'],
            },
          ],
        },
      },
      done: {
        type: 'final',
        description: 'Answered with a value.',
      },
      failed: {
        type: 'final',
        description: 'Answered with an error, or dropped at the end of input.',
      },
    },
  },
  {
    guards: {
      wantsLeader: () => true,
      hasApplied: () => true,
      reachesToken: () => true,
      leadsNow: () => true,
      isError: () => true,
    },
    actions: {
      catchUp: () => {},
      takeAnswer: () => {},
      serve: () => {},
      redirect: () => {},
      answer: () => {},
      setWaitTimer: () => {},
      clearWaitTimer: () => {},
    },
  },
);
