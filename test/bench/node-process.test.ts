import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NodeProcess } from '../../src/bench/node-process.ts';
import { sleep } from '../../src/bench/sleep.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'actorum-process-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Says `ready`, then for each line what `body` says. */
function start(body: string) {
  const lines: string[] = [];
  const exits: string[] = [];
  const script = `process.stdout.write('ready\\n'); process.stdin.on('data', (line) => { ${body} });`;
  const program = { name: 'test', file: process.execPath, args: ['-e', script] };
  const node = new NodeProcess('n1', program, join(root, 'n1.log'), {
    onLine: (line) => lines.push(line),
    onBadOutput: (problem) => lines.push(`bad: ${problem}`),
    onExit: (how) => exits.push(how),
  });
  return { node, lines, exits };
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !holds(); tries += 1) await sleep(10);
  expect(holds()).toBe(true);
}

/** Keeps this process from noticing anything for a while. */
function lookAway(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Lets a line reach the process, and this process notice nothing of what it does then. */
async function tell(node: NodeProcess): Promise<void> {
  node.send('go');
  await new Promise((resolve) => setImmediate(resolve));
  lookAway(400);
}

test('what a node wrote before it was killed is read to the end, but for half a line; nobody calls it a crash', async () => {
  const { node, lines, exits } = start("process.stdout.write('x\\n'.repeat(300) + 'half')");
  await until(() => lines.includes('ready'));
  await tell(node);
  expect(lines).toEqual(['ready']);
  await node.crash();
  expect(lines).toEqual(['ready', ...Array.from({ length: 300 }, () => 'x')]);
  expect(exits).toEqual([]);
  expect(node.running).toBe(false);
});

test('a node that ended by itself just before it was killed has crashed', async () => {
  const { node, lines, exits } = start('process.exit(3)');
  await until(() => lines.includes('ready'));
  await tell(node);
  await node.crash();
  expect(exits).toEqual(['exited with status 3']);
});

test('a node that stands still does nothing, goes on where it was, and can be stopped as it stands', async () => {
  const { node, lines } = start("process.stdout.write('heard\\n')");
  await until(() => lines.includes('ready'));
  node.pause();
  node.send('go');
  await sleep(150);
  expect(lines).toEqual(['ready']);
  node.resume();
  await until(() => lines.includes('heard'));
  node.pause();
  await node.stop();
  expect(node.running).toBe(false);
});
