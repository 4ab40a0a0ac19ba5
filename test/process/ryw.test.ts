import { afterEach, describe, expect, it } from 'vitest';
import { NodeProcess } from './node-process.ts';

const nodes: NodeProcess[] = [];

function start(...args: readonly string[]): NodeProcess {
  const node = new NodeProcess(args);
  nodes.push(node);
  return node;
}

/** A node alone, ready. */
function alone(workload = 'ryw-kv'): NodeProcess {
  const node = start('--workload', workload);
  node.init();
  return node;
}

afterEach(() => {
  for (const { child } of nodes.splice(0)) child.kill('SIGKILL');
});

describe('a read by token among peers that are not there', () => {
  it.each([5, 999])(
    'with token %d leaves init_ok alone, and the end of input ends the node',
    async (token) => {
      const node = start('--workload', 'ryw-kv');
      node.sendLines(
        '{"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1","n2","n3"]}}',
        `{"src":"c1","dest":"n1","body":{"type":"ryw_read","msg_id":2,"key":"x","last_write_index":${token},"prefer_follower":true}}`,
      );
      await node.reply(1);
      expect(await node.end()).toBe(0);
      expect(node.messages().filter(({ dest }) => dest.startsWith('c'))).toEqual([
        { src: 'n1', dest: 'c0', body: { type: 'init_ok', in_reply_to: 1, msg_id: 0 } },
      ]);
    },
  );

  it('is answered with error 11 within 900 ms while the input lasts', async () => {
    const node = start('--workload', 'ryw-kv');
    node.init(['n1', 'n2', 'n3']);
    await node.reply(1);
    const sentMs = Date.now();
    node.send({ type: 'ryw_read', msg_id: 2, key: 'x', last_write_index: 5, prefer_follower: true });
    expect((await node.reply(2)).body).toMatchObject({ type: 'error', code: 11 });
    // A busy machine adds to the 900 ms of the contract; golden transcripts hold it to them in virtual time.
    expect(Date.now() - sentMs).toBeLessThan(1500);
    expect(Date.now() - sentMs).toBeGreaterThan(500);
  });
});

describe('ryw-kv in the words of the contract', () => {
  it('tells with each plain reply at which index it took place, and carries nothing else', async () => {
    const node = alone();
    node.send(
      { type: 'write', msg_id: 2, key: 'x', value: 1 },
      { type: 'cas', msg_id: 3, key: 'x', from: 1, to: 2 },
      { type: 'read', msg_id: 4, key: 'x' },
      { type: 'cas', msg_id: 5, key: 'x', from: 9, to: 3 },
      { type: 'cas', msg_id: 6, key: 'y', from: 9, to: 3 },
      { type: 'cas', msg_id: 7, key: 'y', from: 9, to: 3, create_if_not_exists: true },
    );
    expect(await node.end()).toBe(0);
    const bodies = node.messages().map(({ body }) => body);
    // Index 1 is the no-op with which a leader opens its term. A refused cas has its place in the log, too.
    expect(bodies.slice(1)).toEqual([
      { type: 'write_ok', commit_index: 2, in_reply_to: 2, msg_id: 1 },
      { type: 'cas_ok', commit_index: 3, in_reply_to: 3, msg_id: 2 },
      { type: 'read_ok', value: 2, commit_index: 3, in_reply_to: 4, msg_id: 3 },
      { type: 'error', code: 22, text: expect.any(String), in_reply_to: 5, msg_id: 4 },
      { type: 'error', code: 20, text: expect.any(String), in_reply_to: 6, msg_id: 5 },
      { type: 'cas_ok', commit_index: 6, in_reply_to: 7, msg_id: 6 },
    ]);
  });

  it.each([
    ['the token that its write returned', { last_write_index: 2 }],
    ['the same, from a follower if there is one', { last_write_index: 2, prefer_follower: true }],
    ['the token of a client that has seen nothing', { last_write_index: 0, prefer_follower: true }],
    ['what the node remembers of its client', {}],
    ['the same, from a follower if there is one', { prefer_follower: true }],
  ])('serves a read by %s', async (_, fields) => {
    const node = alone();
    node.send(
      { type: 'write', msg_id: 2, key: 'x', value: 'new' },
      { type: 'ryw_read', msg_id: 3, key: 'x', ...fields },
    );
    const { body } = await node.reply(3);
    expect(body).toEqual({
      type: 'ryw_read_ok',
      value: 'new',
      served_by: 'n1',
      follower_applied_index: 2,
      waited_ms: expect.any(Number),
      in_reply_to: 3,
      msg_id: 2,
    });
    expect(body.waited_ms).toBeGreaterThanOrEqual(0);
    expect(body.waited_ms).toBeLessThan(100);
  });

  it('reads null under a key never written', async () => {
    const node = alone();
    node.send({ type: 'ryw_read', msg_id: 2, key: ['no', 'such'] });
    expect((await node.reply(2)).body).toMatchObject({ type: 'ryw_read_ok', value: null });
  });

  it.each([3, 999, Number.MAX_SAFE_INTEGER])(
    'answers a token beyond its log (%d) with error 11 within 900 ms, and goes on',
    async (token) => {
      const node = alone();
      node.send({ type: 'write', msg_id: 2, key: 'x', value: 1 });
      await node.reply(2);
      const sentMs = Date.now();
      node.send({ type: 'ryw_read', msg_id: 3, key: 'x', last_write_index: token, prefer_follower: true });
      expect((await node.reply(3)).body).toMatchObject({ type: 'error', code: 11 });
      expect(Date.now() - sentMs).toBeLessThan(1500);
      node.send({ type: 'ryw_read', msg_id: 4, key: 'x', last_write_index: 2 });
      expect((await node.reply(4)).body).toMatchObject({ type: 'ryw_read_ok', value: 1 });
    },
  );

  it('answers a token just beyond its log once the log gets there', async () => {
    const node = alone();
    node.send(
      { type: 'ryw_read', msg_id: 2, key: 'x', last_write_index: 2 },
      { type: 'write', msg_id: 3, key: 'x', value: 1 },
    );
    expect((await node.reply(2)).body).toMatchObject({ type: 'ryw_read_ok', value: 1 });
  });

  // Nothing can come any more that would help, so the error is definite before its time.
  it('answers a read that is beyond the log when the input ends, and exits 0', async () => {
    const node = alone();
    node.send({ type: 'ryw_read', msg_id: 2, key: 'x', last_write_index: 999 });
    expect(await node.end()).toBe(0);
    expect(node.messages()[1]?.body).toMatchObject({ type: 'error', code: 11, in_reply_to: 2, msg_id: 1 });
    expect(node.messages()).toHaveLength(2);
  });
});

describe('a ryw_read with a bad field', () => {
  it.each([
    ['last_write_index', -1],
    ['last_write_index', 1.5],
    ['last_write_index', '5'],
    ['last_write_index', null],
    ['last_write_index', 1e300],
    ['prefer_follower', 'yes'],
    ['prefer_follower', 1],
    ['prefer_follower', null],
  ])('is error 12 that names %s, not %j', async (field, value) => {
    const node = alone();
    node.send({ type: 'ryw_read', msg_id: 2, key: 'x', [field]: value });
    const { body } = await node.reply(2);
    expect(body).toMatchObject({ type: 'error', code: 12 });
    expect(body.text).toContain(field);
  });

  it('is error 12 without a key', async () => {
    const node = alone();
    node.send({ type: 'ryw_read', msg_id: 2 });
    expect((await node.reply(2)).body).toMatchObject({
      type: 'error',
      code: 12,
      text: expect.stringMatching(/key/),
    });
  });
});

describe('lin-kv', () => {
  it('stays pure when both kinds of request are mixed', async () => {
    const node = alone('lin-kv');
    node.send(
      { type: 'ryw_read', msg_id: 2, key: 'x' },
      { type: 'write', msg_id: 3, key: 'x', value: 1 },
      { type: 'ryw_read', msg_id: 4, key: 'x', prefer_follower: true },
      { type: 'read', msg_id: 5, key: 'x' },
      { type: 'cas', msg_id: 6, key: 'x', from: 1, to: 2 },
      { type: 'cas', msg_id: 7, key: 'x', from: 1, to: 2 },
    );
    expect(await node.end()).toBe(0);
    const keys = node
      .messages()
      .filter(({ body }) => body.type !== 'ryw_read_ok' && body.type !== 'init_ok')
      .map(({ body }) => [body.type, ...Object.keys(body).filter((key) => key !== 'type')].sort().join(' '));
    expect(keys.sort()).toEqual(
      [
        ['write_ok', 'in_reply_to', 'msg_id'],
        ['read_ok', 'in_reply_to', 'msg_id', 'value'],
        ['cas_ok', 'in_reply_to', 'msg_id'],
        ['error', 'code', 'in_reply_to', 'msg_id', 'text'],
      ]
        .map((names) => names.sort().join(' '))
        .sort(),
    );
  });
});
