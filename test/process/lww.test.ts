import { afterEach, describe, expect, it } from 'vitest';
import { type Body, NodeProcess } from './node-process.ts';

const nodes: NodeProcess[] = [];

function start(...args: readonly string[]): NodeProcess {
  const node = new NodeProcess(['--workload', 'lww-kv', ...args]);
  nodes.push(node);
  return node;
}

afterEach(() => {
  for (const node of nodes.splice(0)) node.child.kill('SIGKILL');
});

const INIT = '{"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}';
const INIT_OK = { src: 'n1', dest: 'c0', body: { type: 'init_ok', in_reply_to: 1, msg_id: 0 } };
const from = (client: string, body: object): string => JSON.stringify({ src: client, dest: 'n1', body });

/** Sends requests of c1 to a node that has answered init, and gives their replies without the numbers. */
async function ask(node: NodeProcess, ...bodies: readonly object[]): Promise<Body[]> {
  const first = node.output.length + 100;
  node.send(...bodies.map((body, place) => ({ ...body, msg_id: first + place })));
  await node.reply(first + bodies.length - 1);
  return bodies.map((_, place) => {
    const { body } = node.messages().find((message) => message.body.in_reply_to === first + place) ?? {};
    const { in_reply_to: _in, msg_id: _id, ...rest } = body as Body;
    return rest as Body;
  });
}

describe('the samples, line by line', () => {
  it('write and read back', async () => {
    const node = start();
    node.sendLines(
      INIT,
      '{"src":"c1","dest":"n1","body":{"type":"write","msg_id":2,"key":"x","value":"hi"}}',
      '{"src":"c1","dest":"n1","body":{"type":"kv_read","msg_id":3,"key":"x"}}',
    );
    expect(await node.end()).toBe(0);
    const ts = node.messages()[1]?.body.ts as number;
    expect(Math.abs(ts - Date.now() / 1000)).toBeLessThan(60);
    expect(node.messages()).toEqual([
      INIT_OK,
      { src: 'n1', dest: 'c1', body: { type: 'write_ok', ts, in_reply_to: 2, msg_id: 1 } },
      {
        src: 'n1',
        dest: 'c1',
        body: { type: 'kv_read_ok', key: 'x', value: 'hi', ts, in_reply_to: 3, msg_id: 2 },
      },
    ]);
  });

  it('a missing key is an error', async () => {
    const node = start();
    node.sendLines(INIT, '{"src":"c1","dest":"n1","body":{"type":"kv_read","msg_id":2,"key":"missing"}}');
    expect(await node.end()).toBe(0);
    expect(node.messages()).toEqual([
      INIT_OK,
      {
        src: 'n1',
        dest: 'c1',
        body: { type: 'error', code: 20, text: 'Key not found', in_reply_to: 2, msg_id: 1 },
      },
    ]);
  });

  it('set the mode', async () => {
    const node = start();
    node.sendLines(INIT, '{"src":"c1","dest":"n1","body":{"type":"set_mode","msg_id":2,"mode":"vv"}}');
    expect(await node.end()).toBe(0);
    expect(node.messages()).toEqual([
      INIT_OK,
      { src: 'n1', dest: 'c1', body: { type: 'set_mode_ok', in_reply_to: 2, msg_id: 1 } },
    ]);
  });

  it('one write by version vector, read without a conflict', async () => {
    const node = start();
    node.sendLines(
      INIT,
      '{"src":"c1","dest":"n1","body":{"type":"vv_write","msg_id":2,"key":"x","value":"a","context":{}}}',
      '{"src":"c1","dest":"n1","body":{"type":"vv_read","msg_id":3,"key":"x"}}',
    );
    expect(await node.end()).toBe(0);
    expect(node.messages()).toEqual([
      INIT_OK,
      { src: 'n1', dest: 'c1', body: { type: 'vv_write_ok', vc: { c1: 1 }, in_reply_to: 2, msg_id: 1 } },
      {
        src: 'n1',
        dest: 'c1',
        body: {
          type: 'vv_read_ok',
          values: [{ value: 'a', vc: { c1: 1 } }],
          conflict: false,
          in_reply_to: 3,
          msg_id: 2,
        },
      },
    ]);
  });

  it('two concurrent writes by version vector are both there', async () => {
    const node = start();
    node.sendLines(
      INIT,
      from('c1', { type: 'vv_write', msg_id: 2, key: 'x', value: 'a', context: {} }),
      from('c2', { type: 'vv_write', msg_id: 3, key: 'x', value: 'b', context: {} }),
      from('c1', { type: 'vv_read', msg_id: 4, key: 'x' }),
    );
    expect(await node.end()).toBe(0);
    expect(node.messages()[3]?.body).toEqual({
      type: 'vv_read_ok',
      values: [
        { value: 'a', vc: { c1: 1 } },
        { value: 'b', vc: { c2: 1 } },
      ],
      conflict: true,
      in_reply_to: 4,
      msg_id: 3,
    });
  });
});

describe('a node of the conflict store', () => {
  it('merges entries, and counts those that changed something', async () => {
    const node = start();
    node.init();
    const far = { value: 'far', ts: 8.64e12 };
    const merged = await ask(
      node,
      { type: 'kv_merge', entries: { x: { value: 1, ts: 5 }, y: { value: 2, ts: 5, origin: 'n9' } } },
      { type: 'kv_merge', entries: { x: { value: 1, ts: 5 }, y: { value: 3, ts: 4 }, z: far } },
      { type: 'kv_merge', entries: { x: { value: 'gone', ts: 5, deleted: true } } },
      { type: 'kv_read', key: 'x' },
      { type: 'kv_read', key: 'y' },
      { type: 'kv_read', key: 'z' },
    );
    expect(merged).toEqual([
      { type: 'kv_merge_ok', updated: 2 },
      { type: 'kv_merge_ok', updated: 1 },
      { type: 'kv_merge_ok', updated: 1 },
      { type: 'error', code: 20, text: 'Key not found' },
      { type: 'kv_read_ok', key: 'y', value: 2, ts: 5 },
      { type: 'kv_read_ok', key: 'z', ...far },
    ]);
    // What comes from the far future wins, and does not drag this node's own clock along.
    const [write, read] = await ask(
      node,
      { type: 'write', key: 'z', value: 'now' },
      { type: 'kv_read', key: 'z' },
    );
    expect(write?.ts as number).toBeLessThan(8.64e12);
    expect(read).toEqual({ type: 'kv_read_ok', key: 'z', ...far });
  });

  it('takes nothing of a merge in which one entry is bad', async () => {
    const node = start();
    node.init();
    node.sendLines(
      '{"src":"c1","dest":"n1","body":{"type":"kv_merge","msg_id":2,"entries":{"good":{"value":1,"ts":1},"bad":{"value":1,"ts":1e400}}}}',
      '{"src":"c1","dest":"n1","body":{"type":"kv_read","msg_id":3,"key":"good"}}',
    );
    expect((await node.reply(2)).body).toMatchObject({
      code: 12,
      text: expect.stringContaining('field "entries["bad"]["ts"]" must be a finite number'),
    });
    expect((await node.reply(3)).body).toMatchObject({ code: 20 });
  });

  it('gives timestamps that increase, and deletes', async () => {
    const node = start('--clock-offset-ms', '-1000000');
    node.init();
    const [a, b, gone, read] = await ask(
      node,
      { type: 'write', key: 'x', value: 1 },
      { type: 'write', key: 'x', value: 2 },
      { type: 'kv_delete', key: 'x' },
      { type: 'kv_read', key: 'x' },
    );
    expect(a?.ts as number).toBeLessThan(b?.ts as number);
    expect(b?.ts as number).toBeLessThan(gone?.ts as number);
    expect(read).toEqual({ type: 'error', code: 20, text: 'Key not found' });
    expect(Math.abs((a?.ts as number) + 1000 - Date.now() / 1000)).toBeLessThan(60);
  });

  it('keeps both histories of a key while the mode goes back and forth', async () => {
    const node = start('--mode', 'vv');
    node.init();
    const plain = { type: 'kv_read', key: 'x' };
    const answers = await ask(
      node,
      { type: 'write', key: 'x', value: 'v' },
      { type: 'set_mode', mode: 'lww' },
      plain,
      { type: 'write', key: 'x', value: 'l' },
      { type: 'vv_read', key: 'x' },
      { type: 'set_mode', mode: 'vv' },
      plain,
      { type: 'kv_delete', key: 'x', context: { c1: 1 } },
      plain,
      { type: 'set_mode', mode: 'lww' },
      plain,
    );
    const values = [{ value: 'v', vc: { c1: 1 } }];
    expect(answers).toEqual([
      { type: 'write_ok', vc: { c1: 1 } },
      { type: 'set_mode_ok' },
      { type: 'error', code: 20, text: 'Key not found' },
      { type: 'write_ok', ts: expect.any(Number) },
      { type: 'vv_read_ok', values, conflict: false },
      { type: 'set_mode_ok' },
      { type: 'kv_read_ok', key: 'x', values, conflict: false },
      { type: 'kv_delete_ok', vc: expect.any(Object) },
      { type: 'kv_read_ok', key: 'x', values: [], conflict: false },
      { type: 'set_mode_ok' },
      { type: 'kv_read_ok', key: 'x', value: 'l', ts: expect.any(Number) },
    ]);
  });

  it('takes any key and any actor by its name', async () => {
    const node = start();
    node.init();
    const keys = [
      '"__proto__"',
      '"constructor"',
      '""',
      '"\\ud800"',
      '1',
      '"1"',
      'null',
      '{"b":1,"a":[2]}',
      '[]',
    ];
    const line = (body: string): string => `{"src":"__proto__","dest":"n1","body":${body}}`;
    keys.forEach((key, place) => {
      node.sendLines(
        line(`{"type":"vv_write","msg_id":${100 + place},"key":${key},"value":${place}}`),
        line(`{"type":"write","msg_id":${200 + place},"key":${key},"value":${place}}`),
      );
    });
    keys.forEach((key, place) => {
      node.sendLines(
        line(`{"type":"vv_read","msg_id":${300 + place},"key":${key}}`),
        line(`{"type":"kv_read","msg_id":${400 + place},"key":${key}}`),
      );
    });
    await node.reply(400 + keys.length - 1);
    for (const [place, key] of keys.entries()) {
      const text = node.output.find((one) => one.includes(`"in_reply_to":${300 + place},`));
      expect(text).toContain(`"values":[{"value":${place},"vc":{"__proto__":1}}]`);
      const body = (await node.reply(400 + place)).body;
      expect(body).toMatchObject({ type: 'kv_read_ok', value: place });
      expect(body.key).toEqual(JSON.parse(key));
    }
    node.sendLines(line('{"type":"kv_read","msg_id":500,"key":{"a":[2],"b":1}}'));
    expect((await node.reply(500)).body).toMatchObject({ value: 7, key: { a: [2], b: 1 } });
  });

  it('honours a context from the future, and is not poisoned by it', async () => {
    const node = start();
    node.init();
    const [, , read] = await ask(
      node,
      { type: 'vv_write', key: 'x', value: 'old' },
      { type: 'vv_write', key: 'x', value: 'new', context: { c1: 9007199254740990, c7: 3 } },
      { type: 'vv_read', key: 'x' },
    );
    expect(((read?.values ?? []) as { value: string }[]).map(({ value }) => value)).toEqual(['new']);
    const [after, again] = await ask(
      node,
      { type: 'vv_write', key: 'x', value: 'later' },
      { type: 'vv_read', key: 'x' },
    );
    expect(after?.type).toBe('vv_write_ok');
    expect(((again?.values ?? []) as { value: string }[]).map(({ value }) => value).sort()).toEqual([
      'later',
      'new',
    ]);
    expect(again?.conflict).toBe(true);
  });

  it('does not know the requests of a log, and tells of its own before init', async () => {
    const node = start();
    node.send({ type: 'vv_read', msg_id: 1, key: 'x' });
    expect((await node.reply(1)).body).toMatchObject({ code: 11 });
    node.send({ type: 'init', msg_id: 2, node_id: 'n1', node_ids: ['n1'] });
    expect(await ask(node, { type: 'cas', key: 'x', from: 1, to: 2 })).toMatchObject([{ code: 10 }]);
  });
});

describe('the command line', () => {
  it.each([
    [['--mode', 'both'], '--mode is "both"; --mode takes lww, vv'],
    [['--clock-offset-ms', 'late'], '--clock-offset-ms is "late"'],
    [['--clock-offset-ms', '-4e12'], '--clock-offset-ms is "-4e12"'],
    [['--gossip-interval-ms', '0'], '--gossip-interval-ms is "0"'],
    [['--tombstone-grace-ms', '-1'], '--tombstone-grace-ms is "-1"'],
    [['--workload', 'lww'], '--workload is "lww"; --workload takes lin-kv, ryw-kv, lww-kv'],
  ])('refuses %j', async (args, message) => {
    const node = new NodeProcess(args);
    nodes.push(node);
    expect(await node.exit()).toBe(2);
    expect(node.log).toContain(message);
  });
});
