import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClientRequest, MaelstromEffect, MaelstromEvent } from '../../machines/maelstrom/events.ts';
import { maelstromIoMachine } from '../../machines/maelstrom/maelstrom-io.machine.ts';
import type { Operation } from '../../machines/operations.ts';
import { type Model, type Path, pathsOf, stageOf, takeWalk } from '../../src/testing/index.ts';
import { NodeProcess } from '../process/node-process.ts';
import { maelstromIoReference } from './maelstrom-io.model.ts';
import { operate } from './register.model.ts';

type Machine = typeof maelstromIoMachine;
type Body = { readonly [name: string]: unknown };

/** Processes start slowly on a machine that is busy with other things. */
const TIMEOUT_MS = 180_000;

/** The msg_id of a message is given when it is sent: whether it has one is all that a path says of it. */
const SOME = 1;
const ask = (op: Operation, msgId: number | null): MaelstromEvent => ({
  type: 'requests.received',
  dest: 'n1',
  requests: [{ client: 'c1', msgId, op, bytes: 60 }],
});

/** Everything that a line of input can be to a node in a cluster of its own. */
function* lines(): Iterable<MaelstromEvent> {
  for (const msgId of [SOME, null]) {
    yield { type: 'init.received', client: 'c1', msgId, nodeId: 'n1', nodeIds: ['n1'] };
    yield { type: 'init.malformed', dest: 'n1', client: 'c1', msgId, text: '' };
    yield { type: 'echo.received', dest: 'n1', client: 'c1', msgId, echo: [1, { a: null }] };
    yield { type: 'invalid.received', dest: 'n1', client: 'c1', msgId, code: 12, text: '' };
    yield { type: 'invalid.received', dest: 'n1', client: 'c1', msgId, code: 10, text: '' };
    yield ask({ type: 'write', key: 'x', value: 7 }, msgId);
    yield ask({ type: 'read', key: 'x' }, msgId);
    yield ask({ type: 'cas', key: 'x', from: 7, to: 8, createIfNotExists: false }, msgId);
  }
  yield {
    type: 'peers.received',
    messages: [{ type: 'prevote.response', from: 'n2', term: 0, granted: true }],
  };
  yield { type: 'input.ended' };
}

/** How the line is written; null for what is no line. */
function lineOf(event: MaelstromEvent): string | null {
  if (event.type === 'input.ended') return null;
  if (event.type === 'peers.received') {
    const [{ from, ...body }] = event.messages as [MaelstromMessage];
    return JSON.stringify({ src: from, dest: 'n1', body });
  }
  return JSON.stringify({ src: 'c1', dest: 'n1', body: { ...bodyOf(event), ...idOf(event) } });
}
type MaelstromMessage = Extract<MaelstromEvent, { type: 'peers.received' }>['messages'][number];

function bodyOf(event: MaelstromEvent): Body {
  switch (event.type) {
    case 'init.received':
      return { type: 'init', node_id: event.nodeId, node_ids: event.nodeIds };
    case 'init.malformed':
      return { type: 'init', node_ids: ['n1'] };
    case 'echo.received':
      return { type: 'echo', echo: event.echo };
    case 'invalid.received':
      return event.code === 10 ? { type: 'what' } : { type: 'write', key: 'x' };
    case 'requests.received': {
      const { op } = event.requests[0] as ClientRequest & { readonly op: Operation };
      return op.type === 'cas' ? { type: 'cas', key: 'x', from: op.from, to: op.to } : { ...op };
    }
    default:
      throw new Error(`${event.type} is not a message of a client`);
  }
}

function idOf(event: MaelstromEvent): Body {
  const msgId =
    event.type === 'requests.received' ? event.requests[0]?.msgId : 'msgId' in event ? event.msgId : null;
  return msgId === null ? {} : { msg_id: msgId };
}

/** The same event with a msg_id of its own, if it has one. */
function numbered(event: MaelstromEvent, msgId: number): MaelstromEvent {
  if (event.type === 'requests.received') {
    const requests = event.requests.map((one) => (one.msgId === null ? one : { ...one, msgId }));
    return { ...event, requests };
  }
  return 'msgId' in event && event.msgId !== null ? { ...event, msgId } : event;
}

/** Worlds of lines: what a node does by itself (to answer, to have drained) follows at once and is no choice. */
const model: Model<Machine> = {
  machine: maelstromIoMachine,
  inputs: [undefined],
  events: ({ value, context }) => {
    if (value === 'closed') return [];
    if (value === 'draining') return [{ type: 'drain.completed' }];
    if (context.open === 0) return lines();
    return [
      {
        type: 'answers.ready',
        answers: [{ client: 'c1', msgId: SOME, outcome: { type: 'write_ok' }, index: 1 }],
      },
    ];
  },
  serialize: ({ value, context }) => JSON.stringify([value, context.open]),
};

/** Nothing reaches a node by itself. */
const isLine = ({ type }: MaelstromEvent) => type !== 'answers.ready' && type !== 'drain.completed';

/** Leads a real process and the chart along a path, and compares what they say after each line. */
async function drive(events: readonly MaelstromEvent[]): Promise<void> {
  const node = new NodeProcess();
  const life = stageOf(maelstromIoMachine).start(undefined);
  const judge = maelstromIoReference(undefined, life.first);
  const store = new Map();
  const said: Body[] = [];
  const take = (event: MaelstromEvent): void => {
    const look = life.step(event);
    judge(look);
    for (const effect of look.effects) carryOut(effect);
  };
  /** What the rest of a node does: in a cluster of one all is answered at once, from a plain map. */
  const carryOut = (effect: MaelstromEffect): void => {
    if (effect.type === 'reply') said.push({ src: effect.src, dest: effect.dest, body: effect.body });
    if (effect.type === 'submit') {
      for (const { client, msgId, op } of effect.requests) {
        const outcome = operate(store, op as Operation);
        take({ type: 'answers.ready', answers: [{ client, msgId, outcome, index: 1 }] });
      }
    }
    if (effect.type === 'drain') take({ type: 'drain.completed' });
  };
  try {
    for (const [i, event] of events.filter(isLine).entries()) {
      const own = numbered(event, 100 + i);
      const before = said.length;
      take(own);
      const line = lineOf(own);
      if (line === null) break;
      node.sendLines(line);
      if (said.length > before) await node.reply(100 + i);
      expect(node.messages().map(withoutText), line).toEqual(said.map(withoutText));
    }
    expect(await node.end()).toBe(0);
    expect(node.messages().map(withoutText)).toEqual(said.map(withoutText));
  } finally {
    node.child.kill('SIGKILL');
  }
}

/** The words of an error are not the chart's but of whoever read the line. */
function withoutText(message: unknown): unknown {
  const { body, ...envelope } = message as { readonly body: Body };
  const { text, ...rest } = body;
  return { ...envelope, body: rest };
}

/** The paths of which no other is the continuation: the others are taken on the way. */
function longest(paths: readonly Path<Machine>[]): MaelstromEvent[][] {
  const spelled = paths.map(({ events }) => ({ events: events.filter(isLine), text: spell(events) }));
  const begun = new Set(spelled.flatMap(({ events }) => [spell(events.slice(0, -1))]));
  const last = spelled.filter(({ text }) => !begun.has(text));
  return [...new Map(last.map(({ events, text }) => [text, events])).values()];
}

function spell(events: readonly MaelstromEvent[]): string {
  return events
    .filter(isLine)
    .map((event) => JSON.stringify(event))
    .join('\n');
}

describe('a node behind real pipes', () => {
  it(
    'says on every path of lines what its chart says, line by line',
    async () => {
      const all = longest(pathsOf(model).paths);
      // A few at a time: a process takes most of its life to start.
      for (let i = 0; i < all.length; i += 4) await Promise.all(all.slice(i, i + 4).map(drive));
      // Pinned: a model that shrinks has lost something that used to be tried.
      expect(all.length).toBe(35);
    },
    TIMEOUT_MS,
  );

  it(
    'says on long walks what its chart says',
    async () => {
      const stage = stageOf(maelstromIoMachine);
      const choices = fc.array(fc.nat(), { minLength: 150, maxLength: 150, size: 'max' });
      const staying: Model<Machine> = {
        ...model,
        *events(snapshot) {
          for (const event of model.events(snapshot)) if (event.type !== 'input.ended') yield event;
        },
      };
      await fc.assert(
        fc.asyncProperty(choices, (numbers) =>
          drive(takeWalk(staying, numbers, stage, () => () => {}).events as MaelstromEvent[]),
        ),
        { seed: 12, numRuns: 5 },
      );
    },
    TIMEOUT_MS,
  );
});
