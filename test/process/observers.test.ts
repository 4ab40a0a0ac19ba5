import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TraceRecord } from '../../src/trace/format.ts';
import { readTrace } from '../../src/trace/reader.ts';
import { BUNDLE, NodeProcess } from './node-process.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'actorum-observers-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (key: number) => ({ type: 'write', key, value: key, msg_id: 100 + key });
const INPUT = `${[{ type: 'init', msg_id: 1, node_id: 'n1', node_ids: ['n1'] }, write(1), write(2)]
  .map((body) => JSON.stringify({ src: 'c1', dest: 'n1', body }))
  .join('\n')}\n`;

function recordsIn(text: string): readonly TraceRecord[] {
  const read = readTrace(text.trimEnd().split('\n'));
  if ('problem' in read) throw new Error(read.problem);
  expect(read.problems).toEqual([]);
  return read.records;
}

describe('a node that is watched', () => {
  it('answers as one that is not, and leaves a trace that says who it is, what came, and what went', () => {
    const file = join(folder, 'node.jsonl');
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [BUNDLE, 'node', ...args], { input: INPUT });
    const watched = run('--trace', file);
    expect(String(watched.stdout)).toBe(String(run().stdout));
    expect([watched.status, String(watched.stderr)]).toEqual([0, '']);
    const records = recordsIn(readFileSync(file, 'utf8'));
    expect(records[0]).toMatchObject({ kind: 'cluster', nodes: ['n1'] });
    const heard = records.flatMap((record) => (record.kind === 'receive' ? [record.body?.type] : []));
    const sent = records.flatMap((record) => (record.kind === 'send' ? [record.body.type] : []));
    expect(heard).toEqual(['init', 'write', 'write']);
    expect(sent).toEqual(['init_ok', 'write_ok', 'write_ok']);
    const actors = new Set(records.flatMap((record) => (record.kind === 'step' ? [record.actor] : [])));
    expect([...actors].sort()).toEqual(['io', 'raft', 'register 1', 'register 2', 'requests']);
  });

  it('tells whoever has started it only what they cannot see themselves', async () => {
    const child = spawn(process.execPath, [BUNDLE, 'node', '--trace', 'fd:3'], {
      stdio: ['pipe', 'ignore', 'inherit', 'pipe'],
    });
    let told = '';
    (child.stdio[3] as Readable).on('data', (chunk) => {
      told += String(chunk);
    });
    child.stdin?.end(INPUT);
    await new Promise((resolve) => child.once('close', resolve));
    const kinds = new Set(recordsIn(told).map(({ kind }) => kind));
    expect([...kinds]).toEqual(['step']);
  });

  it('is not slowed by a reader of its trace that does not read, and says how much it has dropped', async () => {
    const child = spawn(process.execPath, [BUNDLE, 'node', '--trace', 'fd:3'], {
      stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
    });
    const trace = child.stdio[3] as Readable;
    trace.pause();
    let answers = '';
    child.stdout?.on('data', (chunk) => {
      answers += String(chunk);
    });
    child.stdin?.write(INPUT);
    const requests = 4000;
    const value = 'x'.repeat(150);
    for (let key = 0; key < requests; key += 1) {
      const body = { type: 'write', key: key % 10, value, msg_id: 1000 + key };
      child.stdin?.write(`${JSON.stringify({ src: 'c1', dest: 'n1', body })}\n`);
    }
    const isAnswered = () => answers.includes(`"in_reply_to":${1000 + requests - 1},`);
    await expect.poll(isAnswered, { timeout: 20_000 }).toBe(true);
    let told = '';
    trace.on('data', (chunk) => {
      told += String(chunk);
    });
    trace.resume();
    child.stdin?.write(`${JSON.stringify({ src: 'c1', dest: 'n1', body: write(3) })}\n`);
    await expect.poll(() => told.includes('"kind":"dropped"'), { timeout: 20_000 }).toBe(true);
    child.stdin?.end();
    await new Promise((resolve) => child.once('close', resolve));
    const records = recordsIn(told);
    const gap = records.findIndex(({ kind }) => kind === 'dropped');
    const dropped = records[gap];
    expect(dropped?.kind === 'dropped' ? dropped.count : 0).toBeGreaterThan(requests);
    // After a gap every actor is told whole once more.
    const after = records.slice(gap).flatMap((record) => (record.kind === 'step' ? [record] : []));
    for (const actor of ['io', 'raft', 'requests']) {
      expect(after.find((record) => record.actor === actor)?.context).toBeDefined();
    }
  });

  it('is not slowed by a viewer that does not read', async () => {
    const node = new NodeProcess(['node', '--inspect']);
    await expect
      .poll(() => node.log, { timeout: 10_000 })
      .toMatch(/live view: http:\/\/127\.0\.0\.1:\d+\/\n/);
    const port = Number(/:(\d+)\/\n/.exec(node.log)?.[1]);
    const viewer = connect({ host: '127.0.0.1', port }, () => {
      viewer.write(`GET /events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    });
    viewer.pause();
    viewer.on('error', () => {});
    node.init();
    await node.reply(1);
    const value = 'x'.repeat(150);
    for (let key = 0; key < 3000; key += 1)
      node.send({ type: 'write', key: key % 10, value, msg_id: 1000 + key });
    await node.reply(3999, 20_000);
    expect(await node.end()).toBe(0);
    viewer.destroy();
  });

  it.each([
    [
      ['--trace', '/nowhere/at/all.jsonl'],
      '--trace is "/nowhere/at/all.jsonl", which cannot be written: ENOENT',
    ],
    [['--trace', 'fd:77'], '--trace is "fd:77", which cannot be written: '],
    [['--inspect=soon'], '--inspect is "soon"; --inspect takes nothing, =PORT or =stately'],
    [['--inspect=99999'], '--inspect is "99999"; --inspect takes a whole number from 0 to 65535'],
  ])('says in one line what is wrong with %j', (args, message) => {
    const { status, stderr } = spawnSync(process.execPath, [BUNDLE, 'node', ...args], {
      input: '',
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('actorum inspect', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [BUNDLE, 'inspect', ...args], { encoding: 'utf8' });

  it.each([
    [[], 'inspect takes one trace, not 0'],
    [['a', 'b'], 'inspect takes one trace, not 2'],
    [['/nowhere.jsonl'], '/nowhere.jsonl cannot be read: ENOENT'],
    [[BUNDLE], 'is no trace: its first line has no "format":"actorum-trace"'],
    [['x', '--port', 'y'], '--port is "y"'],
  ])('says in one line what is wrong with %j', (args, message) => {
    const { status, stderr } = run(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  it('writes one page with the run inside, and says which lines were damaged', () => {
    const [file, page] = [join(folder, 'run.jsonl'), join(folder, 'run.html')];
    spawnSync(process.execPath, [BUNDLE, 'node', '--trace', file], { input: INPUT });
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const key = '</script><script>alert(1)</script>';
    const evil = { kind: 'send', t: 99, id: 99, from: 'n1', to: 'c1', body: { type: 'x', key } };
    const damaged = join(folder, 'damaged.jsonl');
    spawnSync('tee', [damaged], { input: [...lines, JSON.stringify(evil), '{"kind":"st'].join('\n') });
    const { status, stderr, stdout } = run(damaged, '--out', page);
    expect([status, stdout]).toEqual([0, `${page}\n`]);
    expect(stderr).toContain(`line ${lines.length + 2} of ${damaged} is not JSON`);
    const html = readFileSync(page, 'utf8');
    expect(html).not.toContain(key);
    expect(html).toContain(JSON.stringify(evil).replaceAll('<', '\\u003c'));
    expect(html).not.toMatch(/(?:src|href)="https?:/);
  });
});
