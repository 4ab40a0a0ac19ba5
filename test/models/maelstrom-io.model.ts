import assert from 'node:assert/strict';
import type {
  ClientAnswer,
  ClientRequest,
  MaelstromEffect,
  MaelstromEvent,
  ReplyTo,
} from '../../machines/maelstrom/events.ts';
import { maelstromIoMachine } from '../../machines/maelstrom/maelstrom-io.machine.ts';
import type { Model, Reference } from '../../src/testing/index.ts';
import { chartTests } from './subject.ts';

type Machine = typeof maelstromIoMachine;

const request = (msgId: number | null): ClientRequest => ({
  client: 'c1',
  msgId,
  op: { type: 'read', key: 'x' },
  bytes: 60,
});
const answer = (msgId: number | null): ClientAnswer => ({
  client: 'c1',
  msgId,
  outcome: { type: 'read_ok', value: 7 },
  index: 3,
});

const named: MaelstromEvent = {
  type: 'init.received',
  client: 'c0',
  msgId: 1,
  nodeId: 'n1',
  nodeIds: ['n1', 'n2'],
};
const tooMany: MaelstromEvent = { type: 'answers.ready', answers: [answer(2), answer(null)] };

/** One event of every kind, and both ways of wanting an answer. */
const EVENTS: readonly MaelstromEvent[] = [
  ...[1, null].flatMap((msgId): MaelstromEvent[] => [
    { ...named, msgId } as MaelstromEvent,
    { type: 'init.malformed', dest: 'n1', client: 'c0', msgId, text: 'no node_id' },
    { type: 'echo.received', dest: 'n1', client: 'c1', msgId, echo: [1, { a: null }] },
    { type: 'invalid.received', dest: 'n1', client: 'c1', msgId, code: 12, text: 'field "key" is missing' },
  ]),
  { type: 'requests.received', dest: 'n1', requests: [request(2), request(null)] },
  {
    type: 'peers.received',
    messages: [{ type: 'vote.response', from: 'n2', term: 3, granted: true }],
  },
  { type: 'answers.ready', answers: [] },
  tooMany,
  { type: 'input.ended' },
  { type: 'drain.completed' },
  { type: 'node.failed', text: 'the disk is full' },
];

/** @param most when a counter has come so far, a life has seen enough */
function model(most: number): Model<Machine> {
  return {
    machine: maelstromIoMachine,
    inputs: [undefined, { workload: 'ryw-kv' }],
    events: ({ context, value }) => {
      const { nextMsgId, passedOver, open } = context;
      if (nextMsgId + passedOver + open > most) return [];
      // Answers come for open requests, and a node drains when it was told to.
      return EVENTS.filter((event) =>
        event.type === 'answers.ready'
          ? event.answers.length <= open || value === 'closed' || value === 'failed'
          : true,
      );
    },
    serialize: ({ value, context }) => JSON.stringify([value, context]),
  };
}

/** The node's end of the wire in plain words. */
class Wire {
  part: 'unnamed' | 'serving' | 'ending' | 'failed' | 'closed' = 'unnamed';
  /** Replies since init_ok, which is number 0. */
  numbered = 0;
  open = 0;
  silent = 0;
  failure: string | null = null;

  /** @returns what has to come of the event, in order */
  take(event: MaelstromEvent): unknown[] {
    if (this.part === 'closed') return this.#passOver(event);
    switch (event.type) {
      case 'input.ended':
        if (this.part === 'ending') return [];
        if (this.part !== 'serving') return this.#become('closed', [{ type: 'exit' }]);
        return this.#become('ending', [{ type: 'drain' }]);
      case 'node.failed':
        if (this.part === 'failed') return [];
        this.failure = event.text;
        return this.part === 'serving'
          ? this.#become('failed', [])
          : this.#become('closed', [{ type: 'exit' }]);
      case 'drain.completed':
        return this.part === 'ending' ? this.#become('closed', [{ type: 'exit' }]) : [];
      case 'peers.received':
        if (this.part !== 'serving') return this.#passOver(event);
        return [{ type: 'deliver', messages: event.messages }];
      case 'requests.received':
        if (this.part !== 'serving')
          return event.requests.flatMap((one) => this.#refuse(one.client, one.msgId, 11));
        this.open += event.requests.length;
        return [{ type: 'submit', requests: event.requests }];
      case 'answers.ready':
        if (this.part === 'failed') return this.#passOver(event);
        this.open -= event.answers.length;
        return event.answers
          .filter(({ msgId }) => msgId !== null)
          .map(({ client, msgId, outcome }) => [
            outcome.type === 'error' ? outcome.code : outcome.type,
            client,
            msgId,
            this.#number(),
          ]);
      case 'init.received':
        return this.part === 'unnamed' ? this.#name(event) : this.#refuse(event.client, event.msgId, 14);
      case 'init.malformed':
        return this.#refuse(event.client, event.msgId, this.part === 'unnamed' ? 12 : 14);
      case 'echo.received':
        if (this.part !== 'serving') return this.#refuse(event.client, event.msgId, 11);
        return this.#reply('echo_ok', event.client, event.msgId);
      case 'invalid.received':
        return this.#refuse(event.client, event.msgId, this.part === 'unnamed' ? 11 : event.code);
    }
  }

  #name({ client, msgId, nodeId, nodeIds }: Extract<MaelstromEvent, { type: 'init.received' }>): unknown[] {
    this.part = 'serving';
    const reply = msgId === null ? [] : [['init_ok', client, msgId, this.#number()]];
    return [...reply, { type: 'start', nodeId, nodeIds }];
  }

  #become(part: Wire['part'], effects: unknown[]): unknown[] {
    this.part = part;
    return effects;
  }

  /** A message that nobody can be answered for is counted, so that it does not vanish. */
  #reply(what: string | number, client: string, msgId: ReplyTo): unknown[] {
    if (msgId === null) {
      this.silent += 1;
      return [];
    }
    return [[what, client, msgId, this.part === 'unnamed' ? undefined : this.#number()]];
  }

  #refuse(client: string, msgId: ReplyTo, code: number): unknown[] {
    return this.#reply(code, client, msgId);
  }

  #number(): number {
    this.numbered += 1;
    return this.numbered - 1;
  }

  #passOver(event: MaelstromEvent): unknown[] {
    if (['input.ended', 'drain.completed', 'node.failed'].includes(event.type)) return [];
    this.silent += howMany(event);
    return [];
  }
}

/** How many messages came together in an event. */
function howMany(event: MaelstromEvent): number {
  if (event.type === 'requests.received') return event.requests.length;
  if (event.type === 'peers.received') return event.messages.length;
  return event.type === 'answers.ready' ? event.answers.length : 1;
}

/** A reply as far as the protocol decides it: its kind or its error's code, to whom, to what, and its number. */
function brief(effect: MaelstromEffect): unknown {
  if (effect.type !== 'reply') return effect;
  const { dest, body } = effect;
  return [body.type === 'error' ? body.code : body.type, dest, body.in_reply_to, body.msg_id];
}

const isPlain = (type: string) => ['read_ok', 'write_ok', 'cas_ok'].includes(type);

const STATE_OF = {
  unnamed: 'awaitingInit',
  serving: 'serving',
  ending: 'draining',
  failed: 'failed',
  closed: 'closed',
} as const;

/** What is said is what the wire in plain words says; and so is every number that the chart keeps. */
export const maelstromIoReference: Reference<Machine> = (input) => {
  const wire = new Wire();
  return ({ event, after, effects }) => {
    assert.deepEqual(effects.map(brief), wire.take(event));
    const { context, value } = after;
    assert.equal(value, STATE_OF[wire.part]);
    assert.deepEqual(
      [context.nextMsgId, context.open, context.passedOver, context.failure],
      [wire.numbered, wire.open, wire.silent, wire.failure],
    );
    for (const effect of effects) {
      // Whoever is turned away by a node that has failed is told why.
      if (effect.type !== 'reply' || value !== 'failed' || effect.body.code !== 11) continue;
      assert.ok(String(effect.body.text).endsWith(String(wire.failure)));
    }
    if (event.type !== 'answers.ready' || value === 'closed' || value === 'failed') return;
    // A plain reply tells at which index of the log it took place, where clients have sessions; an error never does.
    const plain = event.answers.filter(({ msgId, outcome }) => msgId !== null && isPlain(outcome.type));
    const shown = effects.filter((effect) => effect.type === 'reply' && isPlain(String(effect.body.type)));
    assert.deepEqual(
      shown.map((effect) => (effect.type === 'reply' ? effect.body.commit_index : null)),
      plain.map(({ index }) => (input?.workload === 'ryw-kv' ? (index ?? undefined) : undefined)),
    );
  };
};

export const maelstromIoTests = chartTests<Machine>({
  machine: maelstromIoMachine,
  worlds: [{ model: model(4), states: 464 }],
  walks: [{ model: model(1000), seed: 6, count: 40, steps: 60 }],
  reference: maelstromIoReference,
  // Nothing has been submitted, or less than is answered: only a mistake of whoever runs the chart can do that.
  alarms: [
    { input: undefined, events: [tooMany] },
    { input: undefined, events: [named, tooMany] },
    { input: undefined, events: [named, { type: 'input.ended' }, tooMany] },
  ],
});
