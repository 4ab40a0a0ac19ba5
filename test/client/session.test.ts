import { beforeEach, describe, expect, test } from 'vitest';
import type { Message, Session, SessionOptions, Transport } from '../../src/client/index.ts';
import { createSession, RequestFailed } from '../../src/client/index.ts';
import { ScriptedNetwork, settle, VirtualTime } from './scripted-network.ts';

let network: ScriptedNetwork;
let time: VirtualTime;

const session = (options: Partial<SessionOptions> = {}): Session =>
  createSession({ transport: network, nodes: ['n1', 'n2', 'n3'], setTimer: time.setTimer, ...options });

/** How a promise ends, looked at without waiting for it. */
const watch = (promise: Promise<unknown>) => {
  const seen: { value?: unknown; error?: unknown; settled: boolean } = { settled: false };
  promise.then(
    (value) => Object.assign(seen, { value, settled: true }),
    (error: unknown) => Object.assign(seen, { error, settled: true }),
  );
  return seen;
};

const unavailable = { type: 'error', code: 11, text: 'no leader' } as const;

beforeEach(() => {
  network = new ScriptedNetwork();
  time = new VirtualTime();
});

describe('requests', () => {
  test('are messages of the wire contract, numbered from 1', async () => {
    const client = session({ clientId: 'c7', token: 4 });
    void client.write('x', { a: [1] });
    await settle();
    await network.reply({ type: 'write_ok', commit_index: 5 });
    void client.cas('x', 1, 2);
    await settle();
    await network.reply({ type: 'cas_ok', commit_index: 6 });
    void client.cas('x', 2, 3, { createIfNotExists: true });
    await settle();
    await network.reply({ type: 'cas_ok', commit_index: 7 });
    void client.read('x');
    await settle();
    await network.reply({
      type: 'ryw_read_ok',
      value: 3,
      served_by: 'n1',
      follower_applied_index: 7,
      waited_ms: 0,
    });
    void client.read('x', { from: 'leader' });
    await settle();
    expect(network.sent.map(({ body }) => body)).toEqual([
      { type: 'write', msg_id: 1, key: 'x', value: { a: [1] } },
      { type: 'cas', msg_id: 2, key: 'x', from: 1, to: 2 },
      { type: 'cas', msg_id: 3, key: 'x', from: 2, to: 3, create_if_not_exists: true },
      { type: 'ryw_read', msg_id: 4, key: 'x', last_write_index: 7, prefer_follower: true },
      { type: 'read', msg_id: 5, key: 'x' },
    ]);
    expect(network.last()).toMatchObject({ src: 'c7', dest: 'n1' });
  });

  test('are made one after another, in the order in which they were asked for', async () => {
    const client = session();
    const first = watch(client.write('x', 1));
    const second = watch(client.read('x'));
    await settle();
    expect(network.log).toEqual(['n1 write']);
    await network.reply({ type: 'write_ok', commit_index: 3 });
    expect(network.log).toEqual(['n1 write', 'n1 ryw_read']);
    expect(network.last().body.last_write_index).toBe(3);
    expect([first.settled, second.settled]).toEqual([true, false]);
  });

  test('go on after one that failed', async () => {
    const client = session();
    const failed = watch(client.cas('x', 1, 2));
    const next = watch(client.write('x', 2));
    await settle();
    await network.reply({ type: 'error', code: 22, text: 'it is 3' });
    await network.reply({ type: 'write_ok', commit_index: 1 });
    expect(failed.error).toMatchObject({ code: 22, definite: true, attempts: 1, node: 'n1' });
    expect(next.value).toEqual({ index: 1, node: 'n1', attempts: 1 });
  });
});

describe('the token', () => {
  test('advances on writes, on reads of followers and leaders, and on redirected reads', async () => {
    const client = session();
    const steps = [
      [() => client.write('x', 1), { type: 'write_ok', commit_index: 2 }],
      [
        () => client.read('x'),
        { type: 'ryw_read_ok', value: 1, served_by: 'n1', follower_applied_index: 4, waited_ms: 3 },
      ],
      [
        () => client.read('x'),
        {
          type: 'ryw_read_ok',
          value: 1,
          served_by: 'n2',
          reason: 'follower_behind_redirected_to_leader',
          commit_index: 6,
        },
      ],
      [() => client.read('x', { from: 'leader' }), { type: 'read_ok', value: 1, commit_index: 8 }],
      [() => client.cas('x', 1, 2), { type: 'cas_ok', commit_index: 9 }],
    ] as const;
    const tokens: number[] = [];
    for (const [operation, reply] of steps) {
      void operation();
      await settle();
      await network.reply(reply);
      tokens.push(client.token);
    }
    expect(tokens).toEqual([2, 4, 6, 8, 9]);
  });

  test('never goes back', async () => {
    const client = session({ token: 10 });
    const write = watch(client.write('x', 1));
    await settle();
    await network.reply({ type: 'write_ok', commit_index: 3 });
    expect(write.value).toMatchObject({ index: 3 });
    expect(client.token).toBe(10);
  });

  test('is carried to another node', async () => {
    const client = session();
    void client.write('x', 1);
    await settle();
    await network.reply({ type: 'write_ok', commit_index: 5 });
    const read = watch(client.read('x'));
    await settle();
    await network.reply(unavailable);
    expect(network.last()).toMatchObject({ dest: 'n2', body: { last_write_index: 5 } });
    await network.reply({
      type: 'ryw_read_ok',
      value: 1,
      served_by: 'n2',
      follower_applied_index: 5,
      waited_ms: 40,
    });
    expect(read.value).toEqual({ value: 1, index: 5, node: 'n2', attempts: 2, servedBy: 'n2', waitedMs: 40 });
    expect(client.node).toBe('n2');
  });

  test('stays where it is when replies show no index', async () => {
    const client = session();
    const write = watch(client.write('x', 1));
    await settle();
    await network.reply({ type: 'write_ok' });
    expect(write.value).toEqual({ index: undefined, node: 'n1', attempts: 1 });
    expect(client.token).toBe(0);
  });

  test('a read below it is not shown but tried elsewhere', async () => {
    const client = session({ token: 5 });
    const read = watch(client.read('x'));
    await settle();
    await network.reply({
      type: 'ryw_read_ok',
      value: 0,
      served_by: 'n1',
      follower_applied_index: 4,
      waited_ms: 0,
    });
    expect(network.log).toEqual(['n1 ryw_read', 'n2 ryw_read']);
    await network.reply({
      type: 'ryw_read_ok',
      value: 1,
      served_by: 'n2',
      follower_applied_index: 5,
      waited_ms: 0,
    });
    expect(read.value).toMatchObject({ value: 1, attempts: 2 });
  });
});

describe('failures', () => {
  test('a write that got a definite refusal is tried at the next node', async () => {
    const client = session();
    const write = watch(client.write('x', 1));
    await settle();
    await network.reply(unavailable);
    await network.reply({ type: 'write_ok', commit_index: 4 });
    expect(network.log).toEqual(['n1 write', 'n2 write']);
    expect(write.value).toEqual({ index: 4, node: 'n2', attempts: 2 });
  });

  test('a write that got no answer is not tried again, and the next operation begins elsewhere', async () => {
    const client = session();
    const write = watch(client.write('x', 1));
    await time.pass(999);
    expect(write.settled).toBe(false);
    await time.pass(1);
    expect(network.log).toEqual(['n1 write']);
    expect(write.error).toBeInstanceOf(RequestFailed);
    expect(write.error).toMatchObject({
      definite: false,
      code: undefined,
      node: 'n1',
      attempts: 1,
      message:
        'write of key "x" failed at n1 after 1 attempt: no answer within 1000 ms. It may have happened, or may still happen.',
    });
    void client.write('x', 2);
    await settle();
    expect(network.last().dest).toBe('n2');
  });

  test.each([0, 13, 99, 'eleven'])(
    'a write with error %s may have happened and is not tried again',
    async (code) => {
      const write = watch(session().write('x', 1));
      await settle();
      await network.reply({ type: 'error', code, text: 'who knows' });
      expect(network.log).toEqual(['n1 write']);
      expect(write.error).toMatchObject({ definite: false, code: code === 'eleven' ? undefined : code });
    },
  );

  test('a write that was refused and then not answered may have happened', async () => {
    const write = watch(session().write('x', 1));
    await settle();
    await network.reply(unavailable);
    await time.pass(1000);
    expect(network.log).toEqual(['n1 write', 'n2 write']);
    expect(write.error).toMatchObject({ definite: false, node: 'n2', attempts: 2 });
  });

  test.each([10, 12, 14, 20, 22])('error %d is the same everywhere: no second attempt', async (code) => {
    const client = session();
    const cas = watch(client.cas('x', 1, 2));
    await settle();
    await network.reply({ type: 'error', code, text: 'no' });
    const read = watch(client.read('x'));
    await settle();
    await network.reply({ type: 'error', code, text: 'no' });
    expect(network.log).toEqual(['n1 cas', 'n1 ryw_read']);
    expect(cas.error).toMatchObject({ definite: true, code });
    expect(read.error).toMatchObject({
      definite: true,
      code,
      message: expect.stringMatching(/: error \d+: no\.$/),
    });
  });

  test('a read is tried again whatever became of it', async () => {
    const read = watch(session().read('x'));
    await time.pass(1000);
    await network.reply({ type: 'error', code: 13, text: 'crash' });
    expect(network.log).toEqual(['n1 ryw_read', 'n2 ryw_read', 'n3 ryw_read']);
    await network.reply({ type: 'read_ok', value: 1 });
    await time.pass(50);
    await network.reply({ type: 'ryw_read_ok', served_by: 'n1', follower_applied_index: 1, waited_ms: 0 });
    await network.reply({
      type: 'ryw_read_ok',
      value: 1,
      served_by: 'n2',
      follower_applied_index: 1.5,
      waited_ms: 0,
    });
    await network.reply({
      type: 'ryw_read_ok',
      value: 1,
      served_by: 'n3',
      follower_applied_index: 1,
      waited_ms: 0,
    });
    expect(read.value).toMatchObject({ value: 1, node: 'n3', attempts: 6 });
  });

  test('attempts are bounded, with a pause after each round', async () => {
    const write = watch(session().write('x', 1));
    await settle();
    for (let i = 0; i < 3; i += 1) await network.reply(unavailable);
    expect(network.sent).toHaveLength(3);
    await time.pass(49);
    expect(network.sent).toHaveLength(3);
    await time.pass(1);
    for (let i = 0; i < 3; i += 1) await network.reply(unavailable);
    expect(network.log).toEqual(['n1 write', 'n2 write', 'n3 write', 'n1 write', 'n2 write', 'n3 write']);
    expect(write.error).toMatchObject({
      definite: true,
      code: 11,
      attempts: 6,
      message:
        'write of key "x" failed at n3 after 6 attempts: error 11: no leader. It did not happen and never will.',
    });
    expect(time.running).toBe(0);
  });

  test('the deadline ends an attempt under way, and a pause', async () => {
    const read = watch(session({ deadlineMs: 1500 }).read('x'));
    await time.pass(1499);
    expect(network.log).toEqual(['n1 ryw_read', 'n2 ryw_read']);
    await time.pass(1);
    expect(read.error).toMatchObject({ definite: true, attempts: 2, node: 'n2' });
    expect((read.error as Error).message).toContain('no success within 1500 ms');
    const write = watch(session({ nodes: ['n1'], deadlineMs: 20, clientId: 'c2' }).write('x', 1));
    await settle();
    await network.reply(unavailable);
    await time.pass(20);
    expect(write.error).toMatchObject({ definite: true, code: 11, attempts: 1 });
    expect(time.running).toBe(0);
  });

  test('a transport that throws leaves a write open, and a read goes elsewhere', async () => {
    network.send = (message) => {
      if (message.dest === 'n1') throw new Error('the pipe is closed');
      network.sent.push(message);
    };
    const client = session();
    const write = watch(client.write('x', 1));
    await settle();
    expect(write.error).toMatchObject({ definite: false });
    expect((write.error as Error).message).toContain('it could not be sent: the pipe is closed');
    const moved = session({ clientId: 'c2' });
    void moved.read('x');
    await settle();
    expect(network.log).toEqual(['n2 ryw_read']);
  });
});

describe('replies that do not belong', () => {
  test('a late reply to an earlier attempt of a read is ignored', async () => {
    const client = session();
    const read = watch(client.read('x'));
    await time.pass(1000);
    const [first] = network.sent;
    await network.reply(
      { type: 'ryw_read_ok', value: 'old', served_by: 'n1', follower_applied_index: 9, waited_ms: 0 },
      first,
    );
    expect(read.settled).toBe(false);
    expect(client.token).toBe(0);
    await network.reply({
      type: 'ryw_read_ok',
      value: 'new',
      served_by: 'n2',
      follower_applied_index: 3,
      waited_ms: 0,
    });
    expect(read.value).toMatchObject({ value: 'new', attempts: 2 });
  });

  test('a late success of a write settles nothing, yet later reads see it', async () => {
    const client = session();
    const write = watch(client.write('x', 1));
    await time.pass(1000);
    const read = watch(client.read('x'));
    await settle();
    const [lateWrite, openRead] = network.sent;
    await network.reply({ type: 'write_ok', commit_index: 7 }, lateWrite);
    expect(write.error).toMatchObject({ definite: false });
    expect(client.token).toBe(7);
    // The read under way had been asked before that, and keeps the promise that it was given.
    await network.reply(
      { type: 'ryw_read_ok', value: null, served_by: 'n2', follower_applied_index: 6, waited_ms: 0 },
      openRead,
    );
    expect(read.value).toMatchObject({ value: null, index: 6 });
    void client.read('x');
    await settle();
    expect(network.last().body.last_write_index).toBe(7);
  });

  test('of another node, to another client, or to a number never used', async () => {
    const client = session();
    const write = watch(client.write('x', 1));
    await settle();
    const body = { type: 'write_ok', commit_index: 9, in_reply_to: 1 };
    network.deliver({ src: 'n1', dest: 'c2', body });
    network.deliver({ src: 'n1', dest: 'c1', body: { ...body, in_reply_to: 2 } });
    network.deliver({ src: 'n1', dest: 'c1', body: { type: 'write_ok', commit_index: 9 } });
    await settle();
    expect([write.settled, client.token]).toEqual([false, 0]);
    network.deliver({ src: 'n2', dest: 'c1', body: { ...body, type: 'read_ok' } });
    await settle();
    expect(write.settled).toBe(false);
    await network.reply({ type: 'write_ok', commit_index: 2 });
    expect(write.value).toMatchObject({ index: 2 });
  });
});

describe('who is asked', () => {
  const redirected = (index: number) =>
    ({
      type: 'ryw_read_ok',
      value: 1,
      served_by: 'n1',
      reason: 'follower_behind_redirected_to_leader',
      commit_index: index,
    }) as const;

  test('the session stays at its node; reads of followers avoid the known leader, reads of the leader go there', async () => {
    const client = session({ nodes: ['n2', 'n1', 'n3'] });
    void client.read('x');
    await settle();
    await network.reply(redirected(1));
    void client.read('x', { from: 'leader' });
    await settle();
    expect(network.last()).toMatchObject({ dest: 'n1', body: { type: 'read' } });
    await network.reply({ type: 'read_ok', value: 1, commit_index: 1 });
    void client.read('x');
    await settle();
    expect(network.last().dest).toBe('n1');
    await network.reply({
      type: 'ryw_read_ok',
      value: 1,
      served_by: 'n1',
      follower_applied_index: 1,
      waited_ms: 0,
    });
    void client.read('x', { from: 'follower' });
    await settle();
    expect(network.last().dest).toBe('n3');
  });

  test('a leader that could not help is no longer held to lead', async () => {
    const client = session({ nodes: ['n1', 'n2'] });
    void client.read('x');
    await settle();
    await network.reply(redirected(1));
    void client.read('x', { from: 'leader' });
    await settle();
    await network.reply(unavailable);
    await network.reply({ type: 'read_ok', value: 1, commit_index: 1 });
    void client.read('x', { from: 'leader' });
    await settle();
    expect(network.log).toEqual(['n1 ryw_read', 'n1 read', 'n2 read', 'n2 read']);
  });

  test('preferFollower: false makes every read linearizable', async () => {
    void session({ preferFollower: false }).read('x');
    await settle();
    expect(network.last().body).toEqual({ type: 'read', key: 'x', msg_id: 1 });
  });
});

describe('the end', () => {
  test('what was sent is left open, what was not never happened, and nothing is heard any more', async () => {
    const client = session();
    const write = watch(client.write('x', 1));
    const queued = watch(client.write('x', 2));
    await settle();
    client.close();
    await settle();
    expect(write.error).toMatchObject({ definite: false, attempts: 1 });
    expect(queued.error).toMatchObject({
      definite: true,
      attempts: 0,
      node: undefined,
      message:
        'write of key "x" failed after 0 attempts: the session was closed. It did not happen and never will.',
    });
    expect([network.sent.length, network.listeners, time.running]).toEqual([1, 0, 0]);
    await expect(client.read('x')).rejects.toThrow('the session was closed');
  });

  test('a pause between attempts ends, too', async () => {
    const client = session({ nodes: ['n1'] });
    const write = watch(client.write('x', 1));
    await settle();
    await network.reply(unavailable);
    client.close();
    await settle();
    expect(write.error).toMatchObject({ definite: true, code: 11 });
    expect(time.running).toBe(0);
  });
});

describe('options', () => {
  test.each<[Partial<SessionOptions>, string]>([
    [{ nodes: [] }, 'option "nodes" is empty'],
    [{ timeoutMs: 0 }, 'option "timeoutMs" is 0: it must be a number from 1'],
    [{ deadlineMs: Number.NaN }, 'option "deadlineMs" is NaN: it must be a number from 1'],
    [{ maxAttempts: 1.5 }, 'option "maxAttempts" is 1.5: it must be an integer from 1'],
    [{ retryDelayMs: -1 }, 'option "retryDelayMs" is -1: it must be a number from 0'],
    [{ token: -1 }, 'option "token" is -1: it must be an integer from 0'],
  ])('%o is refused', (options, message) => {
    expect(() => session(options)).toThrow(RangeError);
    expect(() => session(options)).toThrow(message);
  });

  test('a read from nowhere is refused', async () => {
    const from = 'nearest' as 'any';
    await expect(session().read('x', { from })).rejects.toThrow(
      'option "from" is "nearest": it must be one of "leader", "follower", "any"',
    );
    expect(network.sent).toEqual([]);
  });

  test("the program's own timers are the default", async () => {
    const client = createSession({ transport: network, nodes: ['n1'], timeoutMs: 5, maxAttempts: 1 });
    await expect(client.write('x', 1)).rejects.toThrow('no answer within 5 ms');
  });
});

describe('sessions on one transport', () => {
  test('have names of their own, and never take each other for the answered one', async () => {
    const sent: Message[] = [];
    const handlers = new Set<(message: Message) => void>();
    const transport: Transport = {
      send: (message) => sent.push(message),
      onMessage: (handler) => {
        handlers.add(handler);
        return () => handlers.delete(handler);
      },
    };
    const [a, b] = [1, 2].map(() => createSession({ transport, nodes: ['n1'] }));
    const [readA, readB] = [a?.read('a'), b?.read('b')];
    await Promise.resolve();
    await Promise.resolve();
    expect(sent.map(({ src }) => src)).toEqual(['c1', 'c2']);
    expect(new Set(sent.map(({ body }) => body.msg_id)).size).toBe(2);
    for (const { src, dest, body } of [...sent].reverse()) {
      const served = { served_by: 'n1', follower_applied_index: 1, waited_ms: 0 };
      const reply = {
        type: 'ryw_read_ok',
        in_reply_to: body.msg_id ?? -1,
        value: body.key ?? null,
        ...served,
      };
      for (const handle of handlers) handle({ src: dest, dest: src, body: reply });
    }
    expect((await readA)?.value).toBe('a');
    expect((await readB)?.value).toBe('b');
  });

  test('refuses a node that is named twice', () => {
    const transport: Transport = { send: () => {}, onMessage: () => () => {} };
    expect(() => createSession({ transport, nodes: ['n1', 'n1'] })).toThrow(/"n1" twice/);
  });

  test('asks followers by turns while it does not know who leads', async () => {
    const asked: string[] = [];
    let hear: (message: Message) => void = () => {};
    const transport: Transport = {
      send: ({ src, dest, body }) => {
        asked.push(dest);
        const served = { served_by: dest, follower_applied_index: 1, waited_ms: 0 };
        const reply = { type: 'ryw_read_ok', in_reply_to: body.msg_id ?? -1, value: 1, ...served };
        queueMicrotask(() => hear({ src: dest, dest: src, body: reply }));
      },
      onMessage: (handler) => {
        hear = handler;
        return () => {};
      },
    };
    const session = createSession({ transport, nodes: ['n1', 'n2', 'n3'] });
    for (let i = 0; i < 6; i += 1) await session.read('x', { from: 'follower' });
    expect(asked).toEqual(['n2', 'n3', 'n1', 'n2', 'n3', 'n1']);
  });
});
