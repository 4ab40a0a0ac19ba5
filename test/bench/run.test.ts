import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NO_NEMESIS } from '../../src/bench/nemesis/options.ts';
import { programOf } from '../../src/bench/program.ts';
import { Run, type RunOptions } from '../../src/bench/run.ts';
import { sleep } from '../../src/bench/sleep.ts';

const NODE = fileURLToPath(new URL('./nodes/store.mjs', import.meta.url));
let logDir = '';
beforeAll(() => {
  logDir = mkdtempSync(join(tmpdir(), 'actorum-run-'));
});
afterAll(() => rmSync(logDir, { recursive: true, force: true }));

function optionsFor(fault: string, more: Partial<RunOptions> = {}): RunOptions {
  return {
    program: programOf(NODE, ['--fault', fault]),
    nodes: 3,
    concurrency: 3,
    rate: 0,
    timeMs: 300,
    latency: { kind: 'constant', meanMs: 0 },
    nemesis: NO_NEMESIS,
    durableArgs: null,
    mix: { read: 1, write: 1, cas: 1, rywRead: 0 },
    workersPerKey: 3,
    workload: 'lin-kv',
    slowFollowerMs: 0,
    opsPerKey: 100,
    seed: 1,
    initTimeoutMs: 10_000,
    recoveryTimeoutMs: 1000,
    ...more,
  };
}

const host = (interrupted = new AbortController().signal) => ({
  nowMs: () => performance.now(),
  logDir,
  interrupted,
  tell: () => {},
});

test('a node that does not answer init ends the run, with the end of its stderr', async () => {
  const run = new Run(optionsFor('deaf', { initTimeoutMs: 600 }), host());
  await run.start();
  expect(run.load).toBeNull();
  expect(run.findings.kept.map(({ kind, node, text }) => ({ kind, node, text }))).toEqual([
    {
      kind: 'crash',
      node: 'n2',
      text: 'did not answer init within 0.6 s; its stderr ends with:\nnot listening',
    },
  ]);
});

test('a program that is none ends the run', async () => {
  const program = { name: 'nothing', file: join(logDir, 'nothing'), args: [] };
  const run = new Run(optionsFor('', { program }), host());
  await run.start();
  expect(run.findings.kept[0]?.text).toContain('could not be started: spawn');
});

test('an interrupt while the cluster comes up ends the run at once, and blames nobody', async () => {
  const interrupt = new AbortController();
  const run = new Run(optionsFor('deaf'), host(interrupt.signal));
  const beganMs = performance.now();
  const over = run.start();
  await sleep(300);
  interrupt.abort();
  await over;
  expect(performance.now() - beganMs).toBeLessThan(5000);
  expect(run.findings.count).toBe(0);
});
