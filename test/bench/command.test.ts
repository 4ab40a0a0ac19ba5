import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BenchEnvironment, benchCommand } from '../../src/bench/command.ts';
import type { Results } from '../../src/bench/results.ts';
import { UsageError } from '../../src/cli/usage.ts';
import { type HistoryEvent, operations, parseHistory } from '../../src/verify/index.ts';

// Whole runs against small nodes of known character.

const NODE = fileURLToPath(new URL('./nodes/store.mjs', import.meta.url));
let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'actorum-bench-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Ran = {
  readonly code: number;
  readonly text: string;
  readonly results: Results;
  readonly history: HistoryEvent[];
  readonly directory: string;
};

let runs = 0;

/** Runs `actorum bench` on the test node, with the fault if one is named. */
async function bench(fault: string | null, args: readonly string[], interruptAfterMs?: number): Promise<Ran> {
  runs += 1;
  const store = join(root, String(runs));
  let text = '';
  let onSignal = (): void => {};
  const environment: BenchEnvironment = {
    stdout: {
      write: (more: string) => {
        text += more;
      },
    },
    variables: {},
    signals: {
      once: (_, listener) => {
        onSignal = listener;
      },
      off: () => {},
    },
  };
  if (interruptAfterMs !== undefined) setTimeout(() => onSignal(), interruptAfterMs);
  const always = ['--bin', NODE, '--store', store, '--seed', '7', '--nodes', '3', '--rate', '300'];
  const forNode = fault === null ? [] : ['--', '--fault', fault];
  const code = await benchCommand([...always, ...args, ...forNode], environment);
  const [name = ''] = readdirSync(store).filter((entry) => entry !== 'latest');
  const directory = join(store, name);
  const results = JSON.parse(readFileSync(join(directory, 'results.json'), 'utf8')) as Results;
  const history = parseHistory(readFileSync(join(directory, 'history.jsonl'), 'utf8'));
  return { code, text, results, history, directory };
}

describe.concurrent('a cluster that keeps its word', () => {
  test('is found linearizable, and the run leaves history, results and logs', async () => {
    const { code, text, results, history, directory } = await bench(null, ['--time', '1']);
    expect(code).toBe(0);
    expect(results.verdict).toBe('ok');
    expect(text).toMatch(/^LINEARIZABLE: [\d,]+ operations/m);
    expect(text).toContain(directory);
    expect(results.operations.all.ok).toBeGreaterThan(20);
    // Two thirds of the operations are passed on, with two messages each; fewer when the others are slow to start.
    expect(results.messages.perOperation).toBeGreaterThan(0.5);
    expect(results.messages.perOperation).toBeLessThan(1.7);
    expect(Object.keys(results.messages.byType)).toEqual(['pass', 'passed']);
    expect(operations(history).length).toBe(results.operations.all.total + finalReads(history, results));
    expect(readdirSync(join(directory, 'nodes')).sort()).toEqual(['n1.log', 'n2.log', 'n3.log']);
    expect(text).toContain(`report      ${join(directory, 'report.html')}`);
    expect(readFileSync(join(directory, 'report.html'), 'utf8')).toContain('LINEARIZABLE: ');
    expect(readFileSync(join(directory, '..', 'latest', 'results.json'), 'utf8')).toContain(
      '"verdict": "ok"',
    );
  });

  test('does not answer while n1 is cut off, and comes back', async () => {
    const args = ['--time', '1.4', '--nemesis', 'partition', '--partition', 'minority', '--mix', '1:2:2'];
    const { code, results, history, text } = await bench(null, [...args, '--nemesis-interval', '0.5']);
    expect(code).toBe(0);
    expect(history.filter((event) => event.process === 'nemesis').map((event) => event.f)).toEqual([
      'partition',
      'partition-end',
      'heal',
    ]);
    expect(text).toContain('partition (minority): ');
    expect(results.messages.lostToPartitions).toBeGreaterThan(0);
    expect(results.operations.all.info).toBeGreaterThan(0);
    expect(results.recovery.allNodesMs).not.toBeNull();
    expect(Object.keys(results.operations.errors).join()).toContain('code 0: n1 does not answer');
  });

  test('runs at the rate that was asked for', async () => {
    const { results } = await bench(null, ['--time', '1.5', '--rate', '200']);
    expect(results.operations.all.total).toBeGreaterThan(40);
    expect(results.operations.all.total).toBeLessThan(400);
  });

  test('prints nothing but the results with --json, and only the verdict with --quiet', async () => {
    const json = await bench(null, ['--time', '0.2', '--json']);
    expect(JSON.parse(json.text)).toEqual(json.results);
    const quiet = await bench(null, ['--time', '0.2', '--quiet']);
    expect(quiet.text).not.toContain('A cluster of');
    expect(quiet.text).toContain('LINEARIZABLE');
  });

  test('is not called linearizable when the run was interrupted, only what was seen of it', async () => {
    const { code, text, results } = await bench(null, ['--time', '60'], 3000);
    expect(code).toBe(2);
    expect(text).toMatch(/^UNKNOWN: interrupted before the end; what was seen is linearizable/m);
    expect(results.interrupted).toBe(true);
    expect(text).toContain('interrupted');
  });

  test('carries messages with the latency that was asked for', async () => {
    const { history } = await bench(null, ['--time', '0.6', '--latency', '20']);
    const tookMs = (nodes: readonly string[]) =>
      operations(history)
        .filter(({ invocation, outcome }) => outcome === 'ok' && nodes.includes(invocation.node ?? ''))
        .map(({ invocation, completion }) => (completion?.timeMs ?? Number.NaN) - invocation.timeMs);
    // There and back for what is passed on; clients are near.
    expect(Math.min(...tookMs(['n2', 'n3']))).toBeGreaterThan(39);
    expect(Math.min(...tookMs(['n1']))).toBeLessThan(39);
  });
});

describe.concurrent('a cluster that does not', () => {
  test('is not linearizable when each node keeps its own values, and is told why', async () => {
    const page = join(root, 'pages', 'local.html');
    const { code, text, results, directory } = await bench('local', ['--time', '0.4', '--report', page]);
    expect(code).toBe(1);
    expect(text).toContain(`report      ${page}`);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('No order explains what clients saw of key 0');
    expect(html).toContain('class="contradiction"');
    expect(existsSync(join(directory, 'report.html'))).toBe(false);
    expect(results.linearizability.verdict).toBe('illegal');
    expect(results.linearizability.explanations.length).toBeGreaterThan(0);
    expect(text).toMatch(/NOT LINEARIZABLE: /);
    expect(text).toContain('The smallest contradiction found');
  });

  test('has crashed when a process ends, with the end of its stderr', async () => {
    const { code, text, results } = await bench('crash', ['--time', '5']);
    expect(code).toBe(1);
    expect(results.findings.map(({ kind, node }) => [kind, node])).toEqual([['crash', 'n2']]);
    expect(text).toContain('n2 exited with status 3; its stderr ends with:\nthe test wants it so');
    expect(text).toContain('FAILED: a node ended');
    // It ends the run: nobody waits five seconds for a verdict that is known.
    expect(results.load?.toMs).toBeLessThan(3000);
  });

  test.each([
    ['garbage', 'wrote a line that is not JSON: Hello!'],
    ['extra', 'answered read with the field "commit_index", which read_ok does not have'],
    ['mistyped', 'answered write with type "ok" instead of "write_ok" or "error"'],
    ['nobody', 'wrote to "c999", whom nobody knows'],
    ['impostor', 'wrote a message whose "src" is not "n1"'],
    ['twice', 'answered what nobody asked, or twice'],
  ])('violates the protocol with the fault %s', async (fault, problem) => {
    const { code, text, results } = await bench(fault, ['--time', '0.3']);
    expect(code).toBe(1);
    expect(results.findings.every(({ kind }) => kind === 'protocol')).toBe(true);
    expect(text).toContain(problem);
    expect(text).toContain('FAILED: the protocol was violated');
  });

  test('did not recover when a node answers nobody after the network is whole', async () => {
    const args = ['--time', '1', '--nemesis', 'partition', '--partition', 'minority'];
    const more = ['--nemesis-interval', '0.4', '--recovery-timeout', '0.5'];
    const { code, results, text } = await bench('sulk', [...args, ...more]);
    expect(code).toBe(1);
    expect(results.findings.map(({ kind }) => kind)).toContain('progress');
    expect(text).toContain('within 0.5 s of a whole network');
    expect(results.recovery.allNodesMs).toBeNull();
  });

  test('is unknown when nothing was ever served', async () => {
    const { code, results } = await bench('refusing', [
      '--time',
      '0.2',
      '--recovery-timeout',
      '0.1',
      '--rate',
      '50',
    ]);
    // Nothing can be checked, and that no node ever answered is a failure of its own.
    expect(results.linearizability.verdict).toBe('unknown');
    expect(code).toBe(1);
    const interrupted = await bench('refusing', ['--time', '60', '--rate', '50'], 500);
    expect(interrupted.code).toBe(2);
    expect(interrupted.text).toContain('UNKNOWN: ');
  });
});

test('a write without an answer is unknown, and its client goes on as a new process', async () => {
  const { code, history, results } = await bench('silent', [
    '--time',
    '1.2',
    '--mix',
    '0:1:0',
    '--concurrency',
    '3',
  ]);
  const lost = operations(history).filter(({ f }) => f === 'write');
  // Each of the three clients waits a second, once or twice.
  expect(lost.length).toBeGreaterThanOrEqual(3);
  expect(
    lost.every(({ outcome, completion }) => outcome === 'info' && completion?.error === 'no answer'),
  ).toBe(true);
  expect(new Set(lost.map(({ process }) => process)).size).toBe(lost.length);
  expect(results.operations.all.info).toBe(lost.length);
  expect(code).toBe(0);
});

test('who leads is learned from the traffic, and cut off first', async () => {
  const args = ['--time', '1', '--nemesis', 'partition', '--nemesis-interval', '0.6'];
  const { text, results } = await bench('leader', args);
  expect(results.leaderships.map(({ node, term }) => [node, term])).toEqual([['n3', 7]]);
  expect(text).toContain('n3 leads, term 7');
  expect(text).toContain('partition (leader): n3 alone | n1 n2 (it leads)');
});

test('wrong usage is told in one line with a hint', async () => {
  await expect(bench(null, ['--nodes', '0'])).rejects.toThrow(UsageError);
  await expect(bench(null, ['--report', 'a.html', '--no-report'])).rejects.toThrow(/--no-report/);
  // Before the run, not after it.
  await expect(bench(null, ['--report', join(NODE, 'a.html')])).rejects.toThrow(
    /--report is .*cannot be written/,
  );
  await expect(bench(null, ['--mix', '1:2'])).rejects.toThrow('--mix is "1:2"');
  await expect(bench(null, ['--partition', 'one'])).rejects.toThrow('there is no nemesis');
  await expect(bench(null, ['--nodes', '2', '--nemesis', 'partition'])).rejects.toThrow('--nodes is 2');
  await expect(bench(null, ['--bin', '/does/not/exist'])).rejects.toThrow('there is no such file');
  await expect(bench(null, ['--nonsense'])).rejects.toThrow(/--nonsense/);
});

/** How many reads were made after the load, which the statistics leave out. */
function finalReads(history: readonly HistoryEvent[], results: Results): number {
  const processes = results.operations.all.info + 6;
  return operations(history).filter(({ process }) => process >= processes).length;
}
