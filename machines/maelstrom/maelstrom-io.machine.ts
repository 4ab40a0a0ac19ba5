import { setup } from 'xstate';
import { chartActions } from '../chart.ts';
import { ERROR, type Workload } from '../operations.ts';
import type { MaelstromEffect, MaelstromEvent } from './events.ts';
import { answerReplies, errorReply, expectsReply, messageCount, unanswerable } from './replies.ts';

/** What the node's end of the wire remembers. */
export type MaelstromIoContext = {
  /** Plain replies tell at which index of the log their operation took place (workload ryw-kv). */
  readonly showsIndex: boolean;
  /** The name that `init` gave this node. Null exactly while awaiting init (or closed before it ever came). */
  readonly nodeId: string | null;
  /** The `msg_id` of the next reply. It counts every reply since `init_ok`, which is 0, and never goes back. */
  readonly nextMsgId: number;
  /** Requests submitted and not yet answered, those that want no answer included. Never negative. */
  readonly open: number;
  /** Messages that got no answer and had no effect, as none was due or possible. Never goes back. */
  readonly passedOver: number;
  /** Why this node takes no part any more. Null but in `failed` (and in `closed` after it). */
  readonly failure: string | null;
};

const { update, effects, guard } = chartActions<MaelstromIoContext, MaelstromEvent, MaelstromEffect>();

/** Which keys replies carry; lin-kv's when left out. */
export type MaelstromIoInput = { readonly workload: Workload } | undefined;

function createContext({ input }: { input: MaelstromIoInput }): MaelstromIoContext {
  const showsIndex = input?.workload === 'ryw-kv';
  return { showsIndex, nodeId: null, nextMsgId: 0, open: 0, passedOver: 0, failure: null };
}

/** The node's own name, which every state after awaitingInit may rely on. */
function ownName(context: MaelstromIoContext): string {
  if (context.nodeId === null) throw new Error('a reply is due from a node that has no name yet');
  return context.nodeId;
}

const BEFORE_INIT = 'this node is not initialized yet; send init first';
const ENDING = 'this node is ending and takes no new requests';

/** Why no new request is taken. */
function refusal({ failure }: MaelstromIoContext): string {
  return failure === null ? ENDING : `this node takes no requests any more: ${failure}`;
}

/**
 * The node's end of the wire, as Maelstrom's protocol has it: init once, then serve, then end gracefully. It
 * decides what is answered, with which number and by which error; what an operation means is decided elsewhere.
 */
export const maelstromIoMachine = setup({
  types: {
    context: {} as MaelstromIoContext,
    events: {} as MaelstromEvent,
    emitted: {} as MaelstromEffect,
    input: {} as MaelstromIoInput,
  },
  guards: {
    expectsReply: guard(
      'init.received',
      'init.malformed',
      'echo.received',
      'invalid.received',
      (_context, event) => expectsReply(event),
    ),
  },
  actions: {
    replyInitOk: effects('init.received', (context, event) => [
      {
        type: 'reply',
        src: event.nodeId,
        dest: event.client,
        body: { type: 'init_ok', in_reply_to: event.msgId, msg_id: context.nextMsgId },
      },
    ]),
    startNode: effects('init.received', (_context, event) => [
      { type: 'start', nodeId: event.nodeId, nodeIds: event.nodeIds },
    ]),
    takeName: update('init.received', (_context, event) => ({ nodeId: event.nodeId })),
    takeNameAndCountReply: update('init.received', (context, event) => ({
      nodeId: event.nodeId,
      nextMsgId: context.nextMsgId + 1,
    })),

    refuseMalformedInit: effects('init.malformed', (_context, event) => [
      errorReply(event.dest, event, null, ERROR.malformedRequest, event.text),
    ]),
    refuseSecondInit: effects('init.received', 'init.malformed', (context, event) => {
      const name = ownName(context);
      const text = `this node is already initialized as ${JSON.stringify(name)}`;
      return [errorReply(name, event, context.nextMsgId, ERROR.abort, text)];
    }),
    // A node that does not know its name answers as whom the message was meant for, and does not count yet.
    refuseBeforeInit: effects('echo.received', 'invalid.received', (_context, event) => [
      errorReply(event.dest, event, null, ERROR.temporarilyUnavailable, BEFORE_INIT),
    ]),
    refuseRequestsBeforeInit: effects('requests.received', (_context, { dest, requests }) =>
      requests
        .filter(expectsReply)
        .map((request) => errorReply(dest, request, null, ERROR.temporarilyUnavailable, BEFORE_INIT)),
    ),
    passOverUnanswerable: update('requests.received', (context, event) => ({
      passedOver: context.passedOver + unanswerable(event.requests),
    })),

    replyEcho: effects('echo.received', (context, event) => [
      {
        type: 'reply',
        src: ownName(context),
        dest: event.client,
        body: { type: 'echo_ok', echo: event.echo, in_reply_to: event.msgId, msg_id: context.nextMsgId },
      },
    ]),
    replyInvalid: effects('invalid.received', (context, event) => [
      errorReply(ownName(context), event, context.nextMsgId, event.code, event.text),
    ]),
    countReply: update((context) => ({ nextMsgId: context.nextMsgId + 1 })),

    submitRequests: effects('requests.received', (_context, event) => [
      { type: 'submit', requests: event.requests },
    ]),
    openRequests: update('requests.received', (context, event) => ({
      open: context.open + event.requests.length,
    })),
    deliverPeers: effects('peers.received', (_context, event) => [
      { type: 'deliver', messages: event.messages },
    ]),

    replyAnswers: effects('answers.ready', (context, event) =>
      answerReplies(ownName(context), event.answers, context.nextMsgId, context.showsIndex),
    ),
    settleRequests: update('answers.ready', (context, event) => {
      const open = context.open - event.answers.length;
      if (open < 0) {
        throw new Error(
          `${event.answers.length} answers came for ${context.open} open requests: one was answered twice`,
        );
      }
      return { open, nextMsgId: context.nextMsgId + event.answers.filter(expectsReply).length };
    }),

    beginDrain: effects(() => [{ type: 'drain' }]),
    refuseEcho: effects('echo.received', (context, event) => [
      errorReply(ownName(context), event, context.nextMsgId, ERROR.temporarilyUnavailable, refusal(context)),
    ]),
    refuseRequests: effects('requests.received', (context, event) =>
      event.requests
        .filter(expectsReply)
        .map((request, place) =>
          errorReply(
            ownName(context),
            request,
            context.nextMsgId + place,
            ERROR.temporarilyUnavailable,
            refusal(context),
          ),
        ),
    ),
    countRefusals: update('requests.received', (context, event) => {
      const silent = unanswerable(event.requests);
      return {
        nextMsgId: context.nextMsgId + event.requests.length - silent,
        passedOver: context.passedOver + silent,
      };
    }),
    noteFailure: update('node.failed', (_context, { text }) => ({ failure: text })),
    exit: effects(() => [{ type: 'exit' }]),

    passOver: update((context, event) => ({ passedOver: context.passedOver + messageCount(event) })),
  },
}).createMachine({
  id: 'maelstrom-io',
  description: "The node's end of Maelstrom's protocol: init once, then serve, then end gracefully.",
  context: createContext,
  initial: 'awaitingInit',
  states: {
    awaitingInit: {
      description:
        'The node has no name and no peers. Clients are told to come back (error 11); peers are passed over.',
      on: {
        'init.received': [
          {
            guard: 'expectsReply',
            target: 'serving',
            actions: ['replyInitOk', 'startNode', 'takeNameAndCountReply'],
          },
          { target: 'serving', actions: ['startNode', 'takeName'] },
        ],
        'init.malformed': [
          { guard: 'expectsReply', actions: ['refuseMalformedInit'] },
          { actions: ['passOver'] },
        ],
        'requests.received': { actions: ['refuseRequestsBeforeInit', 'passOverUnanswerable'] },
        'echo.received': [
          { guard: 'expectsReply', actions: ['refuseBeforeInit'] },
          { actions: ['passOver'] },
        ],
        'invalid.received': [
          { guard: 'expectsReply', actions: ['refuseBeforeInit'] },
          { actions: ['passOver'] },
        ],
        'peers.received': { actions: ['passOver'] },
        'input.ended': { target: 'closed', actions: ['exit'] },
        // Nothing has been submitted, so these can only be a mistake of whoever runs the chart.
        'answers.ready': { actions: ['settleRequests'] },
        'drain.completed': {},
        // Nobody was promised anything yet.
        'node.failed': { target: 'closed', actions: ['noteFailure', 'exit'] },
      },
    },
    serving: {
      description: 'The node has its name: requests are submitted, peers are heard, answers are written.',
      on: {
        'init.received': [
          { guard: 'expectsReply', actions: ['refuseSecondInit', 'countReply'] },
          { actions: ['passOver'] },
        ],
        'init.malformed': [
          { guard: 'expectsReply', actions: ['refuseSecondInit', 'countReply'] },
          { actions: ['passOver'] },
        ],
        'requests.received': { actions: ['submitRequests', 'openRequests'] },
        'echo.received': [
          { guard: 'expectsReply', actions: ['replyEcho', 'countReply'] },
          { actions: ['passOver'] },
        ],
        'invalid.received': [
          { guard: 'expectsReply', actions: ['replyInvalid', 'countReply'] },
          { actions: ['passOver'] },
        ],
        'peers.received': { actions: ['deliverPeers'] },
        'answers.ready': { actions: ['replyAnswers', 'settleRequests'] },
        'input.ended': { target: 'draining', actions: ['beginDrain'] },
        'drain.completed': {},
        'node.failed': { target: 'failed', actions: ['noteFailure'] },
      },
    },
    draining: {
      description:
        'No more input will come. What can still be finished is answered; anything new is refused (error 11).',
      on: {
        'init.received': [
          { guard: 'expectsReply', actions: ['refuseSecondInit', 'countReply'] },
          { actions: ['passOver'] },
        ],
        'init.malformed': [
          { guard: 'expectsReply', actions: ['refuseSecondInit', 'countReply'] },
          { actions: ['passOver'] },
        ],
        'requests.received': { actions: ['refuseRequests', 'countRefusals'] },
        'echo.received': [
          { guard: 'expectsReply', actions: ['refuseEcho', 'countReply'] },
          { actions: ['passOver'] },
        ],
        'invalid.received': [
          { guard: 'expectsReply', actions: ['replyInvalid', 'countReply'] },
          { actions: ['passOver'] },
        ],
        'peers.received': { actions: ['passOver'] },
        'answers.ready': { actions: ['replyAnswers', 'settleRequests'] },
        'input.ended': {},
        'drain.completed': { target: 'closed', actions: ['exit'] },
        'node.failed': { target: 'closed', actions: ['noteFailure', 'exit'] },
      },
    },
    failed: {
      description:
        'The disk has failed, and nothing that rests on it is promised any more. What was under way has been answered; anything new is refused with the reason (error 11); peers are not heard.',
      on: {
        'init.received': [
          { guard: 'expectsReply', actions: ['refuseSecondInit', 'countReply'] },
          { actions: ['passOver'] },
        ],
        'init.malformed': [
          { guard: 'expectsReply', actions: ['refuseSecondInit', 'countReply'] },
          { actions: ['passOver'] },
        ],
        'requests.received': { actions: ['refuseRequests', 'countRefusals'] },
        'echo.received': [
          { guard: 'expectsReply', actions: ['refuseEcho', 'countReply'] },
          { actions: ['passOver'] },
        ],
        'invalid.received': [
          { guard: 'expectsReply', actions: ['replyInvalid', 'countReply'] },
          { actions: ['passOver'] },
        ],
        'peers.received': { actions: ['passOver'] },
        // What was under way was answered before: whatever comes late might rest on what is not durable.
        'answers.ready': { actions: ['passOver'] },
        'input.ended': { target: 'closed', actions: ['exit'] },
        'drain.completed': {},
        'node.failed': {},
      },
    },
    closed: {
      description:
        'Nothing more is written. Not a final state: what still comes in late is counted, and no mistake.',
      on: {
        'init.received': { actions: ['passOver'] },
        'init.malformed': { actions: ['passOver'] },
        'requests.received': { actions: ['passOver'] },
        'echo.received': { actions: ['passOver'] },
        'invalid.received': { actions: ['passOver'] },
        'peers.received': { actions: ['passOver'] },
        'answers.ready': { actions: ['passOver'] },
        'input.ended': {},
        'drain.completed': {},
        'node.failed': {},
      },
    },
  },
});
