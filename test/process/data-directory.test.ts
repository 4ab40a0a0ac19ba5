import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BUNDLE, NodeProcess } from './node-process.ts';

// The directory of a real node: one process has it at a time, and damage in its file is found.

let root: string;
let directory: string;
const running: NodeProcess[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'actorum-directory-'));
  directory = join(root, 'n1');
});

afterEach(async () => {
  for (const node of running.splice(0)) {
    node.child.kill('SIGKILL');
    await node.exit();
  }
  rmSync(root, { recursive: true });
});

function node(...args: readonly string[]): NodeProcess {
  const started = new NodeProcess(['--data-dir', directory, ...args]);
  running.push(started);
  return started;
}

/** Keys and values that are found again in the journal, byte for byte. */
async function fill(writes: number): Promise<void> {
  const filler = node();
  filler.init();
  for (let i = 0; i < writes; i += 1) {
    filler.send({ type: 'write', key: `key ${i}`, value: `value ${i}`, msg_id: 10 + i });
    await filler.reply(10 + i);
  }
  expect(await filler.end()).toBe(0);
}

/** The same in the database: the next life folds the journal into it. */
async function fillDatabase(writes: number): Promise<string> {
  await fill(writes);
  await fill(0);
  return join(directory, 'data.mdb');
}

/** Changes a byte of a text wherever it stands in a file. */
function damage(file: string, found: string): void {
  const bytes = readFileSync(file);
  let places = 0;
  for (let place = bytes.indexOf(found); place >= 0; place = bytes.indexOf(found, place + 1)) {
    bytes[place] = 'V'.charCodeAt(0);
    places += 1;
  }
  expect(places).toBeGreaterThan(0);
  writeFileSync(file, bytes);
}

async function inspectData(...args: readonly string[]) {
  const child = spawn(process.execPath, [BUNDLE, 'inspect-data', directory, ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = await once(child, 'close');
  return { code: code as number | null, stdout, stderr };
}

describe('a directory has one user', () => {
  it('of two nodes started at once, one serves, and the other says who has it', async () => {
    const pair = [node(), node()];
    for (const one of pair) one.init();
    const loser = await Promise.race(pair.map((one) => one.exit().then(() => one)));
    const winner = pair.find((one) => one !== loser) as NodeProcess;
    expect(loser.child.exitCode).toBe(1);
    expect(loser.log).toContain(`${directory} is in use by process ${winner.child.pid}: give each node`);
    expect((await winner.reply(1)).body.type).toBe('init_ok');
    const told = await inspectData();
    expect(told).toMatchObject({ code: 2, stdout: '' });
    expect(told.stderr).toContain(`process ${winner.child.pid} uses ${directory}`);
  });

  it('kill -9 gives it back', async () => {
    const first = node();
    first.init();
    await first.reply(1);
    first.child.kill('SIGKILL');
    // Not even its end is waited for.
    await once(first.child, 'exit');
    const second = node();
    second.init();
    expect((await second.reply(1)).body.type).toBe('init_ok');
  });
});

describe('a directory has one workload', () => {
  it.each([
    [['lin-kv', 'ryw-kv'], 'lww-kv', 'a log (lin-kv, ryw-kv)'],
    [['lww-kv', 'lww-kv'], 'lin-kv', 'a conflict store (lww-kv)'],
  ])('that of %j is refused to %s', async (made, other, what) => {
    for (const workload of made) {
      const own = node('--workload', workload);
      own.init();
      expect((await own.reply(1)).body.type).toBe('init_ok');
      own.send({ type: 'write', key: 'x', value: 1, msg_id: 2 });
      expect((await own.reply(2)).body.type).toBe('write_ok');
      expect(await own.end()).toBe(0);
    }
    const stranger = node('--workload', other);
    stranger.init();
    const { body } = await stranger.reply(1);
    expect(body).toMatchObject({ type: 'error', code: 12 });
    expect(stranger.log).toContain(`--data-dir ${directory}: ${body.text}`);
    expect(body.text).toContain(
      `the directory holds ${what}, and this node was started with --workload ${other}`,
    );
  });
});

describe('damage in the file', () => {
  it.each(['journal.0', 'journal.1'])('a directory without its %s is refused', async (name) => {
    await fill(1);
    rmSync(join(directory, name));
    const told = await inspectData();
    expect(told).toMatchObject({ code: 1, stderr: '' });
    expect(told.stdout).toContain(`${join(directory, name)} is missing, and with it what was written last`);
    const refused = node();
    expect(await refused.exit()).toBe(1);
    expect(refused.log).toContain(`${name} is missing`);
  });

  it('a database into which nothing was ever written is looked at as the node would', async () => {
    await fill(1);
    for (const lose of [
      () => truncateSync(join(directory, 'data.mdb')),
      () => rmSync(join(directory, 'data.mdb')),
    ]) {
      lose();
      expect(await inspectData()).toMatchObject({ code: 0, stderr: '' });
    }
    for (const name of ['journal.0', 'journal.1']) truncateSync(join(directory, name));
    expect((await inspectData()).stdout).toContain('none has begun here yet');
  });

  it('in a value is named by inspect-data and by the node, which does not start', async () => {
    const file = await fillDatabase(30);
    expect(await inspectData()).toMatchObject({ code: 0 });
    damage(file, 'value 17"');
    const { code, stdout } = await inspectData('--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout).damage).toEqual([
      expect.stringMatching(/^log record \d+ \(batch \d+\) is damaged$/),
    ]);
    const damaged = node();
    damaged.init();
    expect(await damaged.exit()).toBe(1);
    expect(damaged.log).toMatch(/log record \d+ \(batch \d+\) is damaged: this was acknowledged/);
    expect(damaged.output).toEqual([]);
  });

  it('in the journal is named, too', async () => {
    await fill(30);
    damage(join(directory, 'journal.0'), 'value 17"');
    const fault = /batch \d+ of the journal \(.*journal\.0, byte \d+\) is damaged/;
    expect(await inspectData()).toMatchObject({ code: 1, stdout: expect.stringMatching(fault) });
    const damaged = node();
    damaged.init();
    expect(await damaged.exit()).toBe(1);
    expect(damaged.log).toMatch(fault);
    expect(damaged.output).toEqual([]);
  });

  it('a file that is cut short is told, and does not kill the process', async () => {
    const file = await fillDatabase(30);
    truncateSync(file, statSync(file).size - 4096);
    const damaged = node();
    damaged.init();
    expect(await damaged.exit()).toBe(1);
    expect(damaged.log).toContain(`${file} is cut short`);
    expect(await inspectData()).toMatchObject({ code: 1, stdout: expect.stringContaining('is cut short') });
  });
});
