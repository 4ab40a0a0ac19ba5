import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeProcess } from './node-process.ts';

let node: NodeProcess;
let number = 100;

beforeEach(() => {
  node = new NodeProcess();
});

afterEach(() => {
  node.child.kill('SIGKILL');
});

/** The node still does its work: what is written now is read back. */
async function expectServing(): Promise<void> {
  const [write, read] = [number++, number++];
  node.send({ type: 'write', msg_id: write, key: 'alive', value: write });
  expect((await node.reply(write)).body).toMatchObject({ type: 'write_ok' });
  node.send({ type: 'read', msg_id: read, key: 'alive' });
  expect((await node.reply(read)).body).toMatchObject({ type: 'read_ok', value: write });
}

describe('lin-kv in the words of the contract', () => {
  it('answers the sample line by line', async () => {
    node.sendLines(
      '{"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}',
      '{"src":"c1","dest":"n1","body":{"type":"write","msg_id":2,"key":"x","value":1}}',
      '{"src":"c1","dest":"n1","body":{"type":"read","msg_id":3,"key":"x"}}',
    );
    expect(await node.end()).toBe(0);
    expect(node.messages()).toEqual([
      { src: 'n1', dest: 'c0', body: { type: 'init_ok', in_reply_to: 1, msg_id: 0 } },
      { src: 'n1', dest: 'c1', body: { type: 'write_ok', in_reply_to: 2, msg_id: 1 } },
      { src: 'n1', dest: 'c1', body: { type: 'read_ok', in_reply_to: 3, msg_id: 2, value: 1 } },
    ]);
  });

  it('compares and sets', async () => {
    node.init();
    node.send(
      { type: 'read', msg_id: 2, key: 'k' },
      { type: 'cas', msg_id: 3, key: 'k', from: 0, to: 1 },
      { type: 'cas', msg_id: 4, key: 'k', from: 0, to: 1, create_if_not_exists: true },
      { type: 'cas', msg_id: 5, key: 'k', from: 0, to: 2 },
      { type: 'cas', msg_id: 6, key: 'k', from: 1, to: { a: [null] } },
    );
    const types = [];
    for (const msgId of [2, 3, 4, 5, 6]) types.push((await node.reply(msgId)).body);
    expect(types).toMatchObject([
      { type: 'read_ok', value: null },
      { type: 'error', code: 20 },
      { type: 'cas_ok' },
      { type: 'error', code: 22 },
      { type: 'cas_ok' },
    ]);
    node.send(
      { type: 'cas', msg_id: 7, key: 'k', from: { a: [null] }, to: 3 },
      { type: 'read', msg_id: 8, key: 'k' },
    );
    expect((await node.reply(8)).body).toEqual({ type: 'read_ok', value: 3, in_reply_to: 8, msg_id: 7 });
  });

  it('keeps keys and values of every JSON type apart, and unchanged', async () => {
    const keys = [
      '1',
      '"1"',
      'null',
      'false',
      '""',
      '"__proto__"',
      '"constructor"',
      '[]',
      '{}',
      '{"a":1,"b":2}',
      '1.5',
    ];
    const values = ['{"__proto__":{"x":1}}', '"\\ud800"', '"ż\\u0000\\u2028"', '1e300', '[[],{}]', 'null'];
    const request = (body: string) => `{"src":"c1","dest":"n1","body":${body}}`;
    node.init();
    keys.forEach((key, i) => {
      node.sendLines(
        request(`{"type":"write","msg_id":${100 + i},"key":${key},"value":[${i},${values[i % 6]}]}`),
      );
    });
    keys.forEach((key, i) => {
      const same = key === '{"a":1,"b":2}' ? '{"b":2,"a":1}' : key;
      node.sendLines(request(`{"type":"read","msg_id":${200 + i},"key":${same}}`));
    });
    for (const [i] of keys.entries()) {
      const { value } = (await node.reply(200 + i)).body;
      expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(`[${i},${values[i % 6]}]`)));
    }
  });

  it('echoes', async () => {
    node.init();
    node.send({ type: 'echo', msg_id: 2, echo: { please: ['echo', null] } });
    expect((await node.reply(2)).body).toEqual({
      type: 'echo_ok',
      echo: { please: ['echo', null] },
      in_reply_to: 2,
      msg_id: 1,
    });
  });

  it('carries out a request without msg_id and does not answer it', async () => {
    node.init();
    node.send({ type: 'write', key: 'q', value: 9 }, { type: 'read', msg_id: 2, key: 'q' });
    expect((await node.reply(2)).body).toMatchObject({ value: 9, msg_id: 1 });
    expect(node.output).toHaveLength(2);
  });

  it('answers each of thousands of requests in one burst exactly once', async () => {
    node.init();
    const count = 5000;
    node.send(
      ...Array.from({ length: count }, (_, i) =>
        i % 2 === 0
          ? { type: 'write', msg_id: i + 2, key: i % 7, value: i }
          : { type: 'read', msg_id: i + 2, key: i % 7 },
      ),
    );
    expect(await node.end()).toBe(0);
    const bodies = node.messages().map((message) => message.body);
    expect(bodies.map((body) => body.msg_id)).toEqual(Array.from({ length: count + 1 }, (_, i) => i));
    expect(new Set(bodies.map((body) => body.in_reply_to)).size).toBe(count + 1);
    expect(bodies.filter((body) => body.type === 'error')).toEqual([]);
  });
});

describe('before init', () => {
  it('answers every request with error 11 as its dest, passes over nodes, and then starts as ever', async () => {
    node.sendLines(
      '{"src":"c9","dest":"n5","body":{"type":"read","msg_id":7,"key":1}}',
      '{"src":"c9","dest":"n5","body":{"type":"echo","msg_id":8,"echo":1}}',
      '{"src":"c9","dest":"n5","body":{"type":"no-such-type","msg_id":9}}',
      '{"src":"c9","dest":"n5","body":{"type":"write","msg_id":10}}',
      '{"src":"c9","dest":"n5","body":{"type":"read","key":1}}',
      '{"src":"n2","dest":"n5","body":{"type":"vote.request","term":9,"lastIndex":0,"lastTerm":0,"transfer":false}}',
      '{"src":"n2","dest":"n5","body":{"type":"campaign.request","term":9}}',
    );
    for (const msgId of [7, 8, 9, 10]) {
      expect(await node.reply(msgId)).toMatchObject({
        src: 'n5',
        dest: 'c9',
        body: { type: 'error', code: 11, text: expect.stringContaining('init') },
      });
    }
    expect(node.output).toHaveLength(4);
    node.init();
    expect((await node.reply(1)).body).toEqual({ type: 'init_ok', in_reply_to: 1, msg_id: 0 });
    await expectServing();
  });

  it('answers an init that cannot be with error 12, and takes a better one', async () => {
    node.send(
      { type: 'init', msg_id: 2, node_ids: ['n1'] },
      { type: 'init', msg_id: 3, node_id: 'n1', node_ids: ['n2'] },
      { type: 'init', msg_id: 4, node_id: 'n1', node_ids: ['n1', 'n1'] },
    );
    for (const [msgId, field] of [
      [2, 'node_id'],
      [3, 'node_ids'],
      [4, 'node_ids'],
    ] as const) {
      const { body } = await node.reply(msgId);
      expect(body).toMatchObject({ type: 'error', code: 12, text: expect.stringContaining(`"${field}"`) });
    }
    node.init();
    await expectServing();
  });
});

describe('bad input, row by row; the node serves afterwards', () => {
  beforeEach(() => node.init());

  it.each([
    'garbage',
    '',
    '{"src":"c1","dest":"n1","body":{"type":"read","msg_id":2,"key":',
    '[1,2,3]',
    '42',
    '{"src":"c1","dest":"n1"}',
    '{"src":1,"dest":"n1","body":{"type":"read","msg_id":2,"key":1}}',
    '{"src":"c1","dest":"n1","body":{"msg_id":2}}',
    '{"src":"c1","dest":"n1","body":"read"}',
  ])('warns of the line %j and does not answer it', async (line) => {
    node.sendLines(line);
    await expectServing();
    expect(node.output).toHaveLength(3);
    expect(node.log).toContain('passed over');
  });

  it('answers an unknown type with error 10', async () => {
    node.send({ type: 'frobnicate', msg_id: 2 }, { type: 'append.request', msg_id: 3, term: 99 });
    for (const msgId of [2, 3])
      expect((await node.reply(msgId)).body).toMatchObject({ type: 'error', code: 10 });
    await expectServing();
  });

  it.each([
    ['key', '{"type":"read","msg_id":2}'],
    ['key', '{"type":"write","msg_id":2,"value":"effect"}'],
    ['value', '{"type":"write","msg_id":2,"key":"k"}'],
    ['from', '{"type":"cas","msg_id":2,"key":"k","to":"effect"}'],
    ['to', '{"type":"cas","msg_id":2,"key":"k","from":"before"}'],
    [
      'create_if_not_exists',
      '{"type":"cas","msg_id":2,"key":"k","from":"before","to":"effect","create_if_not_exists":1}',
    ],
    ['echo', '{"type":"echo","msg_id":2}'],
    ['value', '{"type":"write","msg_id":2,"key":"k","value":[1e999]}'],
    ['value', '{"type":"write","msg_id":2,"key":"k","value":9007199254740993}'],
    ['value', `{"type":"write","msg_id":2,"key":"k","value":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['key', `{"type":"read","msg_id":2,"key":${'{"a":'.repeat(100_000)}0${'}'.repeat(100_000)}}`],
    ['msg_id', '{"type":"write","msg_id":-2,"key":"k","value":"effect"}'],
    ['msg_id', '{"type":"write","msg_id":"2","key":"k","value":"effect"}'],
  ])('answers a bad %s with error 12 and does nothing of the request', async (field, body) => {
    node.send({ type: 'write', msg_id: 50, key: 'k', value: 'before' });
    await node.reply(50);
    node.sendLines(`{"src":"c1","dest":"n1","body":${body}}`);
    expect((await node.reply(JSON.parse(body).msg_id)).body).toMatchObject({
      type: 'error',
      code: 12,
      text: expect.stringContaining(`"${field}"`),
    });
    node.send({ type: 'read', msg_id: 51, key: 'k' });
    expect((await node.reply(51)).body.value).toBe('before');
  });

  it('answers a second init with error 14 and stays who it is', async () => {
    node.send({ type: 'init', msg_id: 2, node_id: 'n7', node_ids: ['n7', 'n8'] });
    expect(await node.reply(2)).toMatchObject({ src: 'n1', body: { type: 'error', code: 14 } });
    await expectServing();
  });

  it('discards a line of 20 MB and keeps one of 8 MB', async () => {
    const write = (msgId: number, length: number) => ({
      type: 'write',
      msg_id: msgId,
      key: 'big',
      value: 'x'.repeat(length),
    });
    node.send(write(2, 20_000_000), write(3, 8_000_000), { type: 'read', msg_id: 4, key: 'big' });
    expect((await node.reply(4)).body.value).toHaveLength(8_000_000);
    expect(node.messages().some((message) => message.body.in_reply_to === 2)).toBe(false);
    expect(node.log).toContain('passed over a line of more than 16777216 bytes');
    await expectServing();
  });

  it('takes lines that end in CRLF, and bytes that are cut anywhere', async () => {
    const bytes = Buffer.from(
      '{"src":"c1","dest":"n1","body":{"type":"echo","msg_id":2,"echo":"żółć 🎈"}}\r\n',
    );
    for (const byte of bytes) {
      node.child.stdin.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    expect((await node.reply(2)).body.echo).toBe('żółć 🎈');
  });

  it('never answers an answer', async () => {
    node.send(
      { type: 'error', in_reply_to: 3, msg_id: 2, code: 11, text: 'no' },
      { type: 'read_ok', in_reply_to: 4, msg_id: 2 },
    );
    await expectServing();
    expect(node.output).toHaveLength(3);
  });
});

describe('the end', () => {
  it('of input, before init: exits 0', async () => {
    expect(await node.end()).toBe(0);
    expect(node.output).toEqual([]);
  });

  it('of input: answers what came before, also a last line without terminator, and exits 0', async () => {
    node.init();
    node.child.stdin.write('{"src":"c1","dest":"n1","body":{"type":"write","msg_id":2,"key":1,"value":2}}');
    expect(await node.end()).toBe(0);
    expect(node.messages().map((message) => message.body.type)).toEqual(['init_ok', 'write_ok']);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('by %s: exits 0', async (signal) => {
    node.init();
    await expectServing();
    node.child.kill(signal);
    expect(await node.exit()).toBe(0);
    expect(node.output).toHaveLength(3);
  });

  it('of a node whose peers are silent: drops in silence what waits for them, and exits 0', async () => {
    node.init(['n1', 'n2', 'n3']);
    await node.reply(1);
    node.send({ type: 'write', msg_id: 2, key: 1, value: 2 });
    expect(await node.end()).toBe(0);
    expect(node.log).toBe('');
  });

  it('of its reader: exits 0 without a word', async () => {
    node.init();
    await node.reply(1);
    node.child.stdout.destroy();
    const poke = setInterval(() => node.send({ type: 'echo', msg_id: 2, echo: 1 }), 20);
    const code = await node.exit();
    clearInterval(poke);
    expect(code).toBe(0);
    expect(node.log).toBe('');
  });
});
