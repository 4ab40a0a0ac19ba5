import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { createTestModel } from 'xstate/graph';
import type {
  ClientAnswer,
  ClientRequest,
  MaelstromEffect,
  MaelstromEvent,
} from '../../machines/maelstrom/events.ts';
import {
  type MaelstromIoContext,
  maelstromIoMachine,
} from '../../machines/maelstrom/maelstrom-io.machine.ts';

/** A running chart, with what it emitted since the last look. */
function start() {
  const actor = createActor(maelstromIoMachine);
  let emitted: MaelstromEffect[] = [];
  let failure: unknown = null;
  actor.on('*', (effect) => emitted.push(effect));
  actor.subscribe({ error: (error) => (failure = error) });
  actor.start();
  return {
    /** Sends events and returns what they made the chart emit. */
    send(...events: MaelstromEvent[]): MaelstromEffect[] {
      emitted = [];
      for (const event of events) actor.send(event);
      if (failure !== null) throw failure;
      return emitted;
    },
    state: () => actor.getSnapshot().value,
    context: (): MaelstromIoContext => actor.getSnapshot().context,
  };
}

const init: MaelstromEvent = {
  type: 'init.received',
  client: 'c0',
  msgId: 1,
  nodeId: 'n1',
  nodeIds: ['n1', 'n2'],
};
const badInit: MaelstromEvent = {
  type: 'init.malformed',
  dest: 'n1',
  client: 'c0',
  msgId: 1,
  text: 'no node_id',
};
const request = (msgId: number | null, client = 'c1'): ClientRequest => ({
  client,
  msgId,
  op: { type: 'read', key: 'x' },
  bytes: 60,
});
const requests = (...list: ClientRequest[]): MaelstromEvent => ({
  type: 'requests.received',
  dest: 'n1',
  requests: list,
});
const echo = (msgId: number | null): MaelstromEvent => ({
  type: 'echo.received',
  dest: 'n1',
  client: 'c1',
  msgId,
  echo: [1, { a: null }],
});
const invalid = (msgId: number | string | null): MaelstromEvent => ({
  type: 'invalid.received',
  dest: 'n1',
  client: 'c1',
  msgId,
  code: 12,
  text: 'field "key" is missing',
});
const peers: MaelstromEvent = {
  type: 'peers.received',
  messages: [{ type: 'vote.response', from: 'n2', term: 3, granted: true }],
};
const answer = (msgId: number | null, client = 'c1'): ClientAnswer => ({
  client,
  msgId,
  outcome: { type: 'read_ok', value: 7 },
  index: 3,
});
const answers = (...list: ClientAnswer[]): MaelstromEvent => ({ type: 'answers.ready', answers: list });
const inputEnded: MaelstromEvent = { type: 'input.ended' };
const drained: MaelstromEvent = { type: 'drain.completed' };

const reply = (body: object, dest = 'c1', src = 'n1') => ({ type: 'reply', src, dest, body });

describe('awaitingInit', () => {
  it('answers init as number 0, then starts the node', () => {
    const io = start();
    expect(io.send(init)).toEqual([
      reply({ type: 'init_ok', in_reply_to: 1, msg_id: 0 }, 'c0'),
      { type: 'start', nodeId: 'n1', nodeIds: ['n1', 'n2'] },
    ]);
    expect(io.state()).toBe('serving');
    expect(io.context()).toEqual({
      showsIndex: false,
      nodeId: 'n1',
      nextMsgId: 1,
      open: 0,
      passedOver: 0,
      failure: null,
    });
  });

  it('starts the node without an answer when init had no msg_id; the first reply is then 0', () => {
    const io = start();
    expect(io.send({ ...init, msgId: null } as MaelstromEvent)).toEqual([
      { type: 'start', nodeId: 'n1', nodeIds: ['n1', 'n2'] },
    ]);
    expect(io.send(echo(5))).toMatchObject([{ body: { msg_id: 0 } }]);
  });

  it('refuses every request with error 11 in the name of its dest, unnumbered, so that init_ok is 0', () => {
    const io = start();
    const text = 'this node is not initialized yet; send init first';
    const refused = (inReplyTo: number | string) =>
      reply({ type: 'error', code: 11, text, in_reply_to: inReplyTo });
    expect(io.send(requests(request(4), request(null), request(5)))).toEqual([refused(4), refused(5)]);
    expect(io.send(echo(6), invalid(7), invalid('seven'))).toEqual([
      refused(6),
      refused(7),
      refused('seven'),
    ]);
    expect(io.send(echo(null), invalid(null), peers)).toEqual([]);
    expect(io.context().passedOver).toBe(4);
    expect(io.send(init)).toMatchObject([{ body: { type: 'init_ok', msg_id: 0 } }, { type: 'start' }]);
  });

  it('answers a malformed init with error 12 and waits for a better one', () => {
    const io = start();
    expect(io.send(badInit)).toEqual([
      reply({ type: 'error', code: 12, text: 'no node_id', in_reply_to: 1 }, 'c0'),
    ]);
    expect(io.state()).toBe('awaitingInit');
  });

  it('closes at once at the end of input: there is nothing to drain', () => {
    const io = start();
    expect(io.send(inputEnded)).toEqual([{ type: 'exit' }]);
    expect(io.state()).toBe('closed');
  });
});

describe('serving', () => {
  it('submits requests, delivers peers, and numbers replies in the order of writing', () => {
    const io = start();
    io.send(init);
    expect(io.send(requests(request(2), request(3, 'c2')), peers)).toEqual([
      { type: 'submit', requests: [request(2), request(3, 'c2')] },
      { type: 'deliver', messages: peers.type === 'peers.received' ? peers.messages : [] },
    ]);
    expect(io.send(echo(9), answers(answer(3, 'c2'), answer(2)), invalid(4))).toEqual([
      reply({ type: 'echo_ok', echo: [1, { a: null }], in_reply_to: 9, msg_id: 1 }),
      reply({ type: 'read_ok', value: 7, in_reply_to: 3, msg_id: 2 }, 'c2'),
      reply({ type: 'read_ok', value: 7, in_reply_to: 2, msg_id: 3 }),
      reply({ type: 'error', code: 12, text: 'field "key" is missing', in_reply_to: 4, msg_id: 4 }),
    ]);
    expect(io.context()).toMatchObject({ open: 0, nextMsgId: 5 });
  });

  it('writes exactly the keys of the contract, whatever else an outcome carries', () => {
    const io = start();
    io.send(init, requests(request(1), request(2), request(3), request(4)));
    const extra = { commit_index: 9 };
    const outcomes = [
      { type: 'read_ok', value: null, ...extra },
      { type: 'write_ok', ...extra },
      { type: 'cas_ok', ...extra },
      { type: 'error', code: 22, text: 'is 3', ...extra },
    ] as const;
    const sent = io.send(
      answers(...outcomes.map((outcome, i) => ({ client: 'c1', msgId: i + 1, outcome, index: 9 }))),
    );
    expect(sent.map((effect) => (effect.type === 'reply' ? effect.body : null))).toEqual([
      { type: 'read_ok', value: null, in_reply_to: 1, msg_id: 1 },
      { type: 'write_ok', in_reply_to: 2, msg_id: 2 },
      { type: 'cas_ok', in_reply_to: 3, msg_id: 3 },
      { type: 'error', code: 22, text: 'is 3', in_reply_to: 4, msg_id: 4 },
    ]);
  });

  it('carries out a request without msg_id and drops its answer without using a number', () => {
    const io = start();
    io.send(init);
    expect(io.send(requests(request(null), request(2)))).toMatchObject([
      { requests: [{ msgId: null }, { msgId: 2 }] },
    ]);
    expect(io.send(answers(answer(null), answer(2)))).toMatchObject([
      { body: { in_reply_to: 2, msg_id: 1 } },
    ]);
    expect(io.context().open).toBe(0);
  });

  it('refuses a second init, well-formed or not, with error 14, and keeps its name', () => {
    const io = start();
    io.send(init);
    const error = { type: 'error', code: 14, text: 'this node is already initialized as "n1"' };
    expect(io.send({ ...init, nodeId: 'n9', msgId: 7 } as MaelstromEvent, badInit)).toEqual([
      reply({ ...error, in_reply_to: 7, msg_id: 1 }, 'c0'),
      reply({ ...error, in_reply_to: 1, msg_id: 2 }, 'c0'),
    ]);
    expect(io.context().nodeId).toBe('n1');
  });

  it('fails loudly when more answers come than requests are open', () => {
    const io = start();
    io.send(init, requests(request(2)), answers(answer(2)));
    expect(() => io.send(answers(answer(2)))).toThrow('1 answers came for 0 open requests');
  });
});

describe('draining and closed', () => {
  it('writes the answers that still come, refuses what is new, and exits once', () => {
    const io = start();
    io.send(init, requests(request(2), request(3)));
    expect(io.send(inputEnded)).toEqual([{ type: 'drain' }]);
    expect(io.send(answers(answer(2)))).toMatchObject([{ body: { type: 'read_ok', msg_id: 1 } }]);
    expect(
      io.send(requests(request(8), request(null), request(9)), echo(10), init, invalid(11)),
    ).toMatchObject([
      { body: { code: 11, in_reply_to: 8, msg_id: 2 } },
      { body: { code: 11, in_reply_to: 9, msg_id: 3 } },
      { body: { code: 11, in_reply_to: 10, msg_id: 4 } },
      { body: { code: 14, msg_id: 5 } },
      { body: { code: 12, msg_id: 6 } },
    ]);
    expect(io.send(inputEnded, peers)).toEqual([]);
    expect(io.send(drained)).toEqual([{ type: 'exit' }]);
    // The request that nobody could finish is dropped; its late answer is no longer written.
    expect(io.context().open).toBe(1);
    expect(io.send(answers(answer(3)), drained, inputEnded, requests(request(12)))).toEqual([]);
    expect(io.state()).toBe('closed');
  });
});

// One event of every kind and both ways of wanting an answer; enough, with a failure, to take every transition.
const EVENTS: MaelstromEvent[] = [
  init,
  { ...init, msgId: null } as MaelstromEvent,
  badInit,
  { ...badInit, msgId: null } as MaelstromEvent,
  requests(request(2), request(null)),
  echo(3),
  echo(null),
  invalid(4),
  invalid(null),
  peers,
  answers(),
  answers(answer(2)),
  inputEnded,
  drained,
];
const ALL_EVENTS: MaelstromEvent[] = [...EVENTS, { type: 'node.failed', text: 'the disk is full' }];

describe('the chart as a whole', () => {
  it('declares every event in every state', () => {
    const types = [...new Set(ALL_EVENTS.map((event) => event.type))].sort();
    for (const [name, state] of Object.entries(maelstromIoMachine.states)) {
      expect(Object.keys(state.config.on ?? {}).sort(), name).toEqual(types);
      expect(state.config.description, name).toMatch(/\w/);
    }
  });

  it('behaves on every path of the model as the model says, and takes every transition', async () => {
    const model = createTestModel(maelstromIoMachine, {
      events: ALL_EVENTS,
      // How a state was reached makes it a state of its own, so that a path exists for every transition.
      serializeState: (state, event, previous) =>
        JSON.stringify([previous?.value, event, state.value, state.context]),
    });
    const paths = model.getShortestPaths({
      filterEvents: (state, event) =>
        event.type !== 'answers.ready' ||
        state.matches('closed') ||
        state.matches('failed') ||
        event.answers.length <= state.context.open,
      // The counters never stop, so the model is cut off where they only repeat themselves.
      stopWhen: ({ context }) => context.nextMsgId + context.passedOver + context.open > 3,
    });
    const taken = new Set<string>();
    for (const path of paths) {
      const io = start();
      let replies = 0;
      await path.test({
        events: Object.fromEntries(
          [...new Set(ALL_EVENTS.map((event) => event.type))].map((type) => [
            type,
            ({ event }: { event: MaelstromEvent }) => {
              const from = io.state();
              if (from === 'closed') expect(io.send(event)).toEqual([]);
              else {
                for (const effect of io.send(event)) {
                  if (effect.type !== 'reply' || effect.body.msg_id === undefined) continue;
                  expect(effect.body.msg_id).toBe(replies);
                  replies += 1;
                }
              }
              taken.add(`${String(from)} ${type}`);
            },
          ]),
        ),
        states: {
          '*': (state) => {
            expect(io.state()).toEqual(state.value);
            expect(io.context()).toEqual(state.context);
          },
        },
      });
    }
    // XState leaves out of `ownEvents` what a state ignores on purpose (`{}`), and so does the model.
    const states = Object.entries(maelstromIoMachine.states);
    expect([...taken].sort()).toEqual(
      states.flatMap(([name, state]) => state.ownEvents.map((type) => `${name} ${type}`)).sort(),
    );
  });

  it('answers every request with a msg_id exactly once, whatever happens in between', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 40 }), (events) => {
        const io = start();
        io.send(init);
        let submitted = 0;
        let answered = 0;
        for (const event of events) {
          if (event.type === 'input.ended' || event.type === 'drain.completed') continue;
          if (event.type === 'answers.ready' && event.answers.length > io.context().open) continue;
          for (const effect of io.send(event)) {
            if (effect.type === 'submit') submitted += effect.requests.length;
            if (effect.type === 'reply' && effect.body.type === 'read_ok') answered += 1;
          }
        }
        const { open } = io.context();
        expect(answered + open).toBe(submitted);
        const rest = io.send(inputEnded, answers(...Array.from({ length: open }, () => answer(2))), drained);
        expect(rest.filter((effect) => effect.type === 'reply')).toHaveLength(open);
        expect(rest.at(-1)).toEqual({ type: 'exit' });
      }),
    );
  });
});
