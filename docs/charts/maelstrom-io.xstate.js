// The wire: The node's end of Maelstrom's protocol: init, serving, draining, closed.
// Made from the chart. Paste this into https://stately.ai/editor, or open it with the XState extension. Guards and
// actions are names here: every guard holds, and no action does anything.
import { createMachine } from 'xstate';

export const machine = createMachine(
  {
    id: 'maelstrom-io',
    description: "The node's end of Maelstrom's protocol: init once, then serve, then end gracefully.",
    initial: 'awaitingInit',
    states: {
      awaitingInit: {
        description: 'The node has no name and no peers. Clients are told to come back (error 11); peers are passed over.',
        on: {
          'init.received': [
            {
              guard: 'expectsReply',
              target: 'serving',
              actions: ['replyInitOk', 'startNode', 'takeNameAndCountReply'],
            },
            {
              target: 'serving',
              actions: ['startNode', 'takeName'],
            },
          ],
          'init.malformed': [
            {
              guard: 'expectsReply',
              actions: ['refuseMalformedInit'],
            },
            {
              actions: ['passOver'],
            },
          ],
          'requests.received': {
            actions: ['refuseRequestsBeforeInit', 'passOverUnanswerable'],
          },
          'echo.received': [
            {
              guard: 'expectsReply',
              actions: ['refuseBeforeInit'],
            },
            {
              actions: ['passOver'],
            },
          ],
          'invalid.received': [
            {
              guard: 'expectsReply',
              actions: ['refuseBeforeInit'],
            },
            {
              actions: ['passOver'],
            },
          ],
          'peers.received': {
            actions: ['passOver'],
          },
          'input.ended': {
            target: 'closed',
            actions: ['exit'],
          },
          'answers.ready': {
            actions: ['settleRequests'],
          },
          'drain.completed': {},
          'node.failed': {
            target: 'closed',
            actions: ['noteFailure', 'exit'],
          },
        },
      },
      serving: {
        description: 'The node has its name: requests are submitted, peers are heard, answers are written.',
        on: {
          'init.received': [
            {
              guard: 'expectsReply',
              actions: ['refuseSecondInit', 'countReply'],
            },
            {
              actions: ['passOver'],
            },
          ],
          'init.malformed': [
            {
              guard: 'expectsReply',
              actions: ['refuseSecondInit', 'countReply'],
            },
            {
              actions: ['passOver'],
            },
          ],
          'requests.received': {
            actions: ['submitRequests', 'openRequests'],
          },
          'echo.received': [
            {
              guard: 'expectsReply',
              actions: ['replyEcho', 'countReply'],
            },
            {
              actions: ['passOver'],
            },
          ],
          'invalid.received': [
            {
              guard: 'expectsReply',
              actions: ['replyInvalid', 'countReply'],
            },
            {
              actions: ['passOver'],
            },
          ],
          'peers.received': {
            actions: ['deliverPeers'],
          },
          'answers.ready': {
            actions: ['replyAnswers', 'settleRequests'],
          },
          'input.ended': {
            target: 'draining',
            actions: ['beginDrain'],
          },
          'drain.completed': {},
          'node.failed': {
            target: 'failed',
            actions: ['noteFailure'],
          },
        },
      },
      draining: {
        description: 'No more input will come. What can still be finished is answered; anything new is refused (error 11).',
        on: {
          'init.received': [
            {
              guard: 'expectsReply',
              actions: ['refuseSecondInit', 'countReply'],
            },
            {
              actions: ['passOver'],
            },
          ],
          'init.malformed': [
            {
              guard: 'expectsReply',
              actions: ['refuseSecondInit', 'countReply'],
            },
            {
              actions: ['passOver'],
            },
          ],
          'requests.received': {
            actions: ['refuseRequests', 'countRefusals'],
          },
          'echo.received': [
            {
              guard: 'expectsReply',
              actions: ['refuseEcho', 'countReply'],
            },
            {
              actions: ['passOver'],
            },
          ],
          'invalid.received': [
            {
              guard: 'expectsReply',
              actions: ['replyInvalid', 'countReply'],
            },
            {
              actions: ['passOver'],
            },
          ],
          'peers.received': {
            actions: ['passOver'],
          },
          'answers.ready': {
            actions: ['replyAnswers', 'settleRequests'],
          },
          'input.ended': {},
          'drain.completed': {
            target: 'closed',
            actions: ['exit'],
          },
          'node.failed': {
            target: 'closed',
            actions: ['noteFailure', 'exit'],
          },
        },
      },
      failed: {
        description: 'The disk has failed, and nothing that rests on it is promised any more. What was under way has been answered; anything new is refused with the reason (error 11); peers are not heard.',
        on: {
          'init.received': [
            {
              guard: 'expectsReply',
              actions: ['refuseSecondInit', 'countReply'],
            },
            {
              actions: ['passOver'],
            },
          ],
          'init.malformed': [
            {
              guard: 'expectsReply',
              actions: ['refuseSecondInit', 'countReply'],
            },
            {
              actions: ['passOver'],
            },
          ],
          'requests.received': {
            actions: ['refuseRequests', 'countRefusals'],
          },
          'echo.received': [
            {
              guard: 'expectsReply',
              actions: ['refuseEcho', 'countReply'],
            },
            {
              actions: ['passOver'],
            },
          ],
          'invalid.received': [
            {
              guard: 'expectsReply',
              actions: ['replyInvalid', 'countReply'],
            },
            {
              actions: ['passOver'],
            },
          ],
          'peers.received': {
            actions: ['passOver'],
          },
          'answers.ready': {
            actions: ['passOver'],
          },
          'input.ended': {
            target: 'closed',
            actions: ['exit'],
          },
          'drain.completed': {},
          'node.failed': {},
        },
      },
      closed: {
        description: 'Nothing more is written. Not a final state: what still comes in late is counted, and no mistake.',
        on: {
          'init.received': {
            actions: ['passOver'],
          },
          'init.malformed': {
            actions: ['passOver'],
          },
          'requests.received': {
            actions: ['passOver'],
          },
          'echo.received': {
            actions: ['passOver'],
          },
          'invalid.received': {
            actions: ['passOver'],
          },
          'peers.received': {
            actions: ['passOver'],
          },
          'answers.ready': {
            actions: ['passOver'],
          },
          'input.ended': {},
          'drain.completed': {},
          'node.failed': {},
        },
      },
    },
  },
  {
    guards: {
      expectsReply: () => true,
    },
    actions: {
      replyInitOk: () => {},
      startNode: () => {},
      takeName: () => {},
      takeNameAndCountReply: () => {},
      refuseMalformedInit: () => {},
      refuseSecondInit: () => {},
      refuseBeforeInit: () => {},
      refuseRequestsBeforeInit: () => {},
      passOverUnanswerable: () => {},
      replyEcho: () => {},
      replyInvalid: () => {},
      countReply: () => {},
      submitRequests: () => {},
      openRequests: () => {},
      deliverPeers: () => {},
      replyAnswers: () => {},
      settleRequests: () => {},
      beginDrain: () => {},
      refuseEcho: () => {},
      refuseRequests: () => {},
      countRefusals: () => {},
      noteFailure: () => {},
      exit: () => {},
      passOver: () => {},
    },
  },
);
