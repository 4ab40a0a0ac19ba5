import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ClientInbox, Network } from '../../src/bench/network.ts';
import type { ClientOperation, Outcome } from '../../src/bench/operation.ts';
import { SessionTransport } from '../../src/bench/session-transport.ts';
import { ClientFleet, type Observer } from '../../src/bench/workers.ts';
import { createSession } from '../../src/client/index.ts';

// The client library on the bench's network: what it tries is written down attempt by attempt.

type Seen = { readonly process: number; readonly what: string; readonly node: string; readonly end: Outcome };

let seen: Seen[] = [];
let sessions: (string | undefined)[] = [];
let inboxes: Map<string, ClientInbox>;
let transport: SessionTransport;
/** What each node says to a request; nothing when it does not answer. */
let answers: { [node: string]: (request: { type: string }) => object | null };

const observer: Observer = {
  began: (_process, _operation, _node, session) => sessions.push(session),
  ended: (process, operation: ClientOperation, node, end) =>
    seen.push({ process, what: operation.f, node, end }),
};

beforeEach(() => {
  vi.useFakeTimers();
  seen = [];
  sessions = [];
  inboxes = new Map();
  answers = {};
  const network = {
    attachClient: (id: string, inbox: ClientInbox) => inboxes.set(id, inbox),
    request: (dest: string, line: string) => {
      const { src, body } = JSON.parse(line);
      const answer = answers[dest]?.(body) ?? null;
      if (answer === null) return;
      setTimeout(
        () => inboxes.get(src)?.receive(dest, { type: 'error', ...answer, in_reply_to: body.msg_id }),
        1,
      );
    },
  } as unknown as Network;
  const fleet = new ClientFleet({
    network,
    observer,
    timeoutMs: 1000,
    nowMs: () => Date.now(),
    onViolation: (node, problem) => expect.fail(`${node} ${problem}`),
    workload: 'ryw-kv',
    firstClient: 1,
  });
  transport = new SessionTransport(fleet.worker('s0'));
});
afterEach(() => {
  vi.useRealTimers();
});

const busy = () => ({ type: 'error', code: 11, text: 'not now' });
const open = (timeoutMs = 1000) => createSession({ transport, nodes: ['n1', 'n2'], timeoutMs });

test('each attempt of an operation is an operation of the history, in one session', async () => {
  answers = { n1: busy, n2: () => ({ type: 'write_ok', commit_index: 4 }) };
  const session = open();
  const written = session.write('x', 1);
  await vi.runAllTimersAsync();
  expect(await written).toMatchObject({ index: 4, node: 'n2', attempts: 2 });
  expect(await transport.settle()).toEqual({ type: 'ok', shownIndex: 4 });
  expect(seen.map(({ what, node, end }) => [what, node, end.type])).toEqual([
    ['write', 'n1', 'fail'],
    ['write', 'n2', 'ok'],
  ]);
  expect(sessions).toEqual(['s0', 's0']);
});

test('an attempt without an answer ends before the next begins', async () => {
  answers = { n1: () => null, n2: () => ({ type: 'read_ok', value: 7, commit_index: 9 }) };
  // The session is less patient than the bench.
  const read = open(300).read('x', { from: 'leader' });
  await vi.runAllTimersAsync();
  expect(await read).toMatchObject({ value: 7, index: 9, attempts: 2 });
  expect(await transport.settle()).toEqual({ type: 'ok', value: 7, shownIndex: 9 });
  // A read changes nothing, so its process goes on.
  expect(seen.map(({ process, node, end }) => [process, node, end.type])).toEqual([
    [0, 'n1', 'fail'],
    [0, 'n2', 'ok'],
  ]);
});

test('a write without an answer is left open, and its session goes on in another process', async () => {
  answers = { n1: () => null, n2: () => ({ type: 'write_ok', commit_index: 3 }) };
  const session = open();
  const failed = session.write('x', 1).catch((error: Error) => error);
  await vi.runAllTimersAsync();
  expect(await failed).toMatchObject({ definite: false });
  expect(await transport.settle()).toEqual({ type: 'info', error: 'no answer' });
  answers.n1 = () => ({ type: 'write_ok', commit_index: 3 });
  const written = session.write('x', 2);
  await vi.runAllTimersAsync();
  await written;
  await transport.settle();
  expect(seen.map(({ process, end }) => [process, end.type])).toEqual([
    [0, 'info'],
    [1, 'ok'],
  ]);
  expect(sessions).toEqual(['s0', 's0']);
});

test('the token of a session goes out with its reads', async () => {
  const asked: object[] = [];
  answers = {
    n1: (request) => {
      asked.push(request);
      return request.type === 'write'
        ? { type: 'write_ok', commit_index: 5 }
        : { type: 'ryw_read_ok', value: 1, served_by: 'n1', follower_applied_index: 6, waited_ms: 0.5 };
    },
  };
  const session = open();
  const done = session.write('x', 1).then(() => session.read('x', { from: 'follower' }));
  await vi.runAllTimersAsync();
  await done;
  expect(asked[1]).toMatchObject({ type: 'ryw_read', last_write_index: 5, prefer_follower: true });
  expect(await transport.settle()).toEqual({
    type: 'ok',
    value: 1,
    shownIndex: 6,
    service: { servedBy: 'n1', redirected: false, waitedMs: 0.5 },
  });
});
