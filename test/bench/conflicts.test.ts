import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { benchCommand } from '../../src/bench/command.ts';
import { readStoreOptions } from '../../src/bench/store-options.ts';
import type { StoreResults } from '../../src/bench/store-results.ts';
import { checkSurvival, parseHistory } from '../../src/verify/index.ts';

// Whole runs of lww-kv: against small nodes of known character, and against the real ones.

const NODE = fileURLToPath(new URL('./nodes/conflicts.mjs', import.meta.url));

type Ran = {
  readonly code: number;
  readonly text: string;
  readonly results: StoreResults;
  readonly files: Map<string, string>;
};

async function ran(args: readonly string[]): Promise<Ran> {
  const store = mkdtempSync(join(tmpdir(), 'actorum-bench-'));
  let text = '';
  const stdout = {
    write: (more: string) => {
      text += more;
    },
  };
  const always = ['--workload', 'lww-kv', '--store', store, '--seed', '7', '--nodes', '3'];
  const signals = { once: () => {}, off: () => {} };
  try {
    const code = await benchCommand([...always, ...args], { stdout, variables: {}, signals });
    const [name = ''] = readdirSync(store).filter((entry) => entry !== 'latest');
    const files = new Map(
      readdirSync(join(store, name))
        .filter((file) => file.includes('.json'))
        .map((file) => [file, readFileSync(join(store, name, file), 'utf8')]),
    );
    return { code, text, results: JSON.parse(files.get('results.json') ?? '') as StoreResults, files };
  } finally {
    rmSync(store, { recursive: true, force: true });
  }
}

function bench(fault: string | null, args: readonly string[] = []): Promise<Ran> {
  const forNode = fault === null ? [] : ['--', '--fault', fault];
  const load = ['--bin', NODE, '--rate', '300', '--time', '0.6', '--keys', '2', '--recovery-timeout', '20'];
  return ran([...load, ...args, ...forNode]);
}

/** All at once and one by one, so that what only one node has is put to the test. */
const KILLED = [
  ...['--nemesis', 'kill-all,kill', '--kill-rate', '3', '--kill-all-rate', '3', '--nemesis-interval', '0.2'],
  ...['--time', '1.5', '--durable-args', '--data {dir}.jsonl'],
];

describe.concurrent('a conflict store that keeps its word', () => {
  test('loses nothing in vv when its nodes are killed, and remember', async () => {
    const { code, results, text } = await bench(null, [...KILLED, '--mode', 'vv']);
    const [vv] = results.modes;
    expect(vv?.findings).toEqual([]);
    expect(code).toBe(0);
    expect(vv).toMatchObject({ verdict: 'ok', survival: { lost: 0, converged: true } });
    expect(new Set(vv?.faults.map(({ fault }) => fault))).toContain('kill-all');
    expect(vv?.faults.every(({ fromMs, toMs }) => toMs !== null && toMs > fromMs)).toBe(true);
    expect(vv?.messages.lostToDown).toBeGreaterThan(0);
    expect(text).toContain('run again');
  });

  test('loses nothing in vv when messages are lost, come twice and late, and nodes stand still', async () => {
    const weather = [
      '--nemesis',
      'loss,duplicate,reorder,pause',
      '--loss',
      '0.5',
      '--nemesis-interval',
      '0.2',
    ];
    const { code, results } = await bench(null, [...weather, '--mode', 'vv', '--time', '1.2']);
    const [vv] = results.modes;
    expect(code).toBe(0);
    expect(vv?.messages.lostToChance).toBeGreaterThan(0);
    expect(vv?.messages.repeated).toBeGreaterThan(0);
    expect(new Set(vv?.faults.map(({ fault }) => fault)).size).toBe(4);
  });

  test('is shown in both modes, with what lww lost, and leaves its histories', async () => {
    const { code, text, results, files } = await bench(null, [
      '--nemesis',
      'partition',
      '--nemesis-interval',
      '0.2',
    ]);
    expect(code).toBe(0);
    expect(results).toMatchObject({ verdict: 'ok', workload: 'lww-kv', interrupted: false });
    const [lww, vv] = results.modes;
    expect(lww).toMatchObject({ mode: 'lww', verdict: 'ok', survival: { converged: true } });
    expect(lww?.survival.lost).toBeGreaterThan(0);
    expect(vv).toMatchObject({ mode: 'vv', verdict: 'ok', survival: { lost: 0, converged: true } });
    expect(vv?.survival.acknowledged).toBeGreaterThan(20);
    expect(vv?.survival.covered).toBeGreaterThan(5);
    expect(text).toMatch(/^CONVERGED: lww: \d+ of \d+ acknowledged writes were lost \(/m);
    expect(text).toMatch(/^NOTHING LOST: vv: 0 of \d+ acknowledged writes were lost \(0.0 %\)\.$/m);
    expect(text).toMatch(/^ {4}LOST: .* +\d+ +0$/m);
    for (const { mode, survival } of results.modes) {
      const history = parseHistory(files.get(`history-${mode}.jsonl`) ?? '');
      expect(checkSurvival(history, { mode })).toEqual(survival);
    }
  });

  test('runs in one mode when asked to, with the clocks that it is told', async () => {
    const { code, results } = await bench(null, [
      '--mode',
      'lww',
      '--clock-offset-ms',
      'n1=600000,n2=-600000',
    ]);
    expect(code).toBe(0);
    expect(results.modes.map(({ mode }) => mode)).toEqual(['lww']);
    // Whoever writes at n1 wins, and nobody else's write lasts.
    expect(results.modes[0]?.survival.lost).toBeGreaterThan(10);
  });
});

describe.concurrent('a conflict store that does not', () => {
  test('does not converge when nodes keep things to themselves', async () => {
    const { code, text, results } = await bench('local', ['--mode', 'vv', '--recovery-timeout', '1']);
    expect(code).toBe(1);
    expect(results.modes[0]).toMatchObject({ convergedMs: null, survival: { converged: false } });
    expect(text).toContain('did not agree within 1 s of a whole network');
    expect(text).toMatch(/^FAILED: vv: /m);
  });

  test('loses acknowledged writes when a write replaces what its client has not seen', async () => {
    const { code, text, results } = await bench('overwrite', ['--mode', 'vv']);
    expect(code).toBe(1);
    expect(results.modes[0]?.survival.lost).toBeGreaterThan(0);
    expect(text).toMatch(/^FAILED: vv: the write of \d+ to key \d+ at n\d .* is held nowhere/m);
  });

  test('loses acknowledged writes when its nodes forget what they have said', async () => {
    const { code, results } = await bench('forgets', [...KILLED, '--mode', 'vv']);
    expect(code).toBe(1);
    expect(results.modes[0]?.survival.lost).toBeGreaterThan(0);
    expect(results.modes[0]?.findings).toEqual([]);
  });

  test('is wrong in lww when an earlier timestamp wins', async () => {
    const { code, text } = await bench('oldest', ['--mode', 'lww']);
    expect(code).toBe(1);
    expect(text).toMatch(/^FAILED: lww: \d+ is held with ts .* has ts /m);
  });
});

test('real nodes lose nothing in vv, cut apart and with clocks that are off', async () => {
  const load = [
    '--rate',
    '300',
    '--time',
    '1.5',
    '--keys',
    '3',
    '--nemesis',
    'partition',
    '--nemesis-interval',
    '0.4',
  ];
  const { code, results } = await ran([...load, '--clock-offset-ms', 'n1=300,n3=-300']);
  expect(results.modes.map(({ mode, survival }) => [mode, survival.converged])).toEqual([
    ['lww', true],
    ['vv', true],
  ]);
  expect(results.modes[0]?.survival.lost).toBeGreaterThan(0);
  expect(results.modes[1]?.survival.lost).toBe(0);
  expect(code).toBe(0);
});

test('real nodes lose nothing in vv when they are killed, one by one and all at once', async () => {
  const killed = ['--nemesis', 'kill,kill-all', '--nemesis-interval', '0.5', '--kill-rate', '1'];
  const { code, results } = await ran([
    '--rate',
    '300',
    '--time',
    '2',
    '--keys',
    '3',
    '--mode',
    'vv',
    ...killed,
  ]);
  const [vv] = results.modes;
  expect(vv?.findings).toEqual([]);
  expect(vv?.survival).toMatchObject({ lost: 0, forgotten: 0, converged: true });
  expect(vv?.survival.acknowledged).toBeGreaterThan(10);
  expect(vv?.faults.map(({ fault }) => fault)).toContain('kill-all');
  expect(code).toBe(0);
});

describe('the command line', () => {
  const refusal =
    (...args: string[]) =>
    () =>
      readStoreOptions(['--workload', 'lww-kv', ...args], () => 1);
  test.each([
    [['--mode', 'neither'], '--mode is "neither"'],
    [['--clock-offset-ms', '500'], '--clock-offset-ms is "500"'],
    [['--clock-offset-ms', 'n9=1'], '--clock-offset-ms is "n9=1"'],
    [['--clock-offset-ms', 'n1='], '--clock-offset-ms is "n1="'],
    [['--clock-offset-ms', 'n1=1,n2=soon'], '--clock-offset-ms is "n1=1,n2=soon"'],
    [['--keys', '0'], '--keys is "0"'],
    [['--mix', '1:1:1'], "Unknown option '--mix'"],
  ])('refuses %j', (args, message) => {
    expect(refusal(...args)).toThrow(message);
  });
});
