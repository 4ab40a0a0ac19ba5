// Gossip: One replica of the conflict store and one other: changes sent at once, and what both hold compared.
// Made from the chart. Paste this into https://stately.ai/editor, or open it with the XState extension. Guards and
// actions are names here: every guard holds, and no action does anything.
import { createMachine } from 'xstate';

export const machine = createMachine(
  {
    id: 'gossip',
    description: 'One replica and one other: changes are sent at once, and what both hold is compared.',
    initial: 'waiting',
    on: {
      'start.timeout': {},
      'tick.timeout': {},
      'reply.timeout': {},
      'items.changed': {
        description: 'To a peer that was not heard yet nothing is sent; a comparison will find what it lacks.',
      },
      'step.asked': {},
      'step.answered': {},
      'peer.met': {
        target: '.acquainted',
      },
    },
    states: {
      waiting: {
        description: 'The peer may not have started yet, and a message to nobody would be an error.',
        entry: 'setStartTimer',
        exit: 'clearStartTimer',
        on: {
          'start.timeout': {
            target: 'greeting',
          },
        },
      },
      greeting: {
        description: 'Makes itself known to the peer, now and again, until it answers.',
        entry: ['greet', 'setTickTimer'],
        exit: 'clearTickTimer',
        on: {
          'tick.timeout': {
            target: 'greeting',
            reenter: true,
            actions: 'drawWait',
          },
        },
      },
      acquainted: {
        description: 'The peer was heard: changes are sent to it, and its questions are answered.',
        initial: 'idle',
        on: {
          'items.changed': {
            actions: 'push',
          },
          'step.asked': {
            actions: 'answer',
          },
        },
        states: {
          idle: {
            description: 'Waits for the next round, its own or the peer’s.',
            entry: ['drawWait', 'setTickTimer'],
            exit: 'clearTickTimer',
            on: {
              'tick.timeout': {
                target: 'comparing',
                actions: 'beginRound',
              },
              'step.asked': {
                actions: ['drawWait', 'answer', 'setTickTimer'],
                description: 'The peer compares: this node need not do so, too, for a while.',
              },
            },
          },
          comparing: {
            description: 'Has named digests or lists, and waits to hear where the peer differs.',
            entry: ['open', 'setReplyTimer'],
            exit: 'clearReplyTimer',
            on: {
              'step.answered': [
                {
                  guard: 'isStale',
                },
                {
                  guard: 'isEndOfPart',
                  target: 'comparing',
                  reenter: true,
                  actions: ['beginRound', 'tell'],
                },
                {
                  guard: 'isEnd',
                  target: 'idle',
                  actions: 'tell',
                },
                {
                  guard: 'isRepair',
                  target: 'repairing',
                  actions: ['advance', 'ask'],
                },
                {
                  actions: ['advance', 'ask', 'setReplyTimer'],
                },
              ],
              'reply.timeout': {
                target: 'idle',
              },
            },
          },
          repairing: {
            description: 'Knows all differences of this round: items are on their way, and asked for.',
            entry: 'setReplyTimer',
            exit: 'clearReplyTimer',
            on: {
              'step.answered': [
                {
                  guard: 'isStale',
                },
                {
                  guard: 'isEndOfPart',
                  target: 'comparing',
                  actions: ['beginRound', 'tell'],
                },
                {
                  guard: 'isEnd',
                  target: 'idle',
                  actions: 'tell',
                },
                {
                  actions: ['advance', 'ask', 'setReplyTimer'],
                },
              ],
              'reply.timeout': {
                target: 'idle',
              },
            },
          },
        },
      },
    },
  },
  {
    guards: {
      isStale: () => true,
      isEndOfPart: () => true,
      isEnd: () => true,
      isRepair: () => true,
    },
    actions: {
      drawWait: () => {},
      beginRound: () => {},
      advance: () => {},
      greet: () => {},
      push: () => {},
      open: () => {},
      ask: () => {},
      answer: () => {},
      tell: () => {},
      setStartTimer: () => {},
      clearStartTimer: () => {},
      setTickTimer: () => {},
      clearTickTimer: () => {},
      setReplyTimer: () => {},
      clearReplyTimer: () => {},
    },
  },
);
