import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ran } from '../ran.ts';
import { faultsIn, struckBy, unpaired } from './faults-in.ts';

// Whole runs against small nodes of known character: what the bench does to processes, and what it makes of them.

const NODE = fileURLToPath(new URL('../nodes/durable.mjs', import.meta.url));
const DURABLE = ['--durable-args', '--data {dir}.jsonl'];

function bench(fault: string | null, args: readonly string[], durable = DURABLE) {
  const load = [
    '--bin',
    NODE,
    '--rate',
    '300',
    '--time',
    '1.6',
    '--nemesis-interval',
    '0.4',
    '--no-report',
    ...durable,
  ];
  return ran([...load, ...args, ...(fault === null ? [] : ['--', '--fault', fault])]);
}

/** Keys that stay in use, so that what was written before a kill is asked for after it. */
const OLD_KEYS = ['--ops-per-key', '100000', '--time', '2.4'];

describe.concurrent('nodes that are killed', () => {
  test('come back to what they wrote down, and every strike is in the history with its end', async () => {
    const { code, history, results, text } = await bench(null, ['--nemesis', 'kill', '--mix', '0:1:0']);
    expect(results.findings).toEqual([]);
    expect(code).toBe(0);
    const faults = faultsIn(history);
    expect(faults.slice(0, 2)).toEqual(['kill n1', 'kill-end n1']);
    expect(faults.at(-1)).toBe('heal');
    expect(faults.filter((fault) => fault.startsWith('kill ')).length).toBe(results.faults.length);
    const endMs = 1600;
    for (const { fault, fromMs, toMs } of results.faults) {
      expect(fault).toBe('kill');
      // Only the end of the run, which heals everything, brings a node back sooner.
      const leastMs = Number(toMs) >= endMs ? 0 : 300;
      expect(toMs).toBeGreaterThan(fromMs + leastMs);
    }
    expect(text).toContain('kill -9 of n1 (it leads)');
    expect(text).toContain('n1 runs again');
    expect(results.messages.lostToDown).toBeGreaterThan(0);
    // Whoever asked a node that was down learned nothing, not that it did not happen.
    const writes = history.filter(
      ({ f, type, error }) => f === 'write' && type !== 'ok' && error === 'no answer',
    );
    expect(writes.length).toBeGreaterThan(0);
    expect(new Set(writes.map(({ type }) => type))).toEqual(new Set(['info']));
  });

  test('are not linearizable when they forget', async () => {
    const { code, results, text } = await bench('forgets', [
      '--nemesis',
      'kill',
      '--kill',
      'leader',
      ...OLD_KEYS,
    ]);
    expect(results.linearizability.verdict).toBe('illegal');
    expect(results.findings).toEqual([]);
    expect(code).toBe(1);
    expect(text).toContain('NOT LINEARIZABLE');
  });

  test('have crashed when they do not come back, with the end of their stderr', async () => {
    const { code, results, text } = await bench('stays-away', ['--nemesis', 'kill', '--time', '20']);
    expect(code).toBe(1);
    expect(results.findings.map(({ kind, node }) => [kind, node])).toEqual([['crash', 'n1']]);
    expect(text).toContain(
      'n1 did not come back after kill -9: it exited with status 4; its stderr ends with:',
    );
    expect(text).toContain('cannot read my log');
    expect(results.load?.toMs).toBeLessThan(10_000);
  });

  test('all at once, by a rate: all are down, all come back, and nothing is lost', async () => {
    const { code, history, results } = await bench(null, ['--nemesis', 'kill-all', '--kill-all-rate', '3']);
    expect(results.findings).toEqual([]);
    expect(code).toBe(0);
    expect(faultsIn(history)).toContain('kill-all n1 n2 n3');
    expect(faultsIn(history)).toContain('kill-all-end n1 n2 n3');
  });

  test('while others are cut off and stand still: everything is undone in the end', async () => {
    const together = [
      '--nemesis',
      'kill,partition,pause,one-way-partition',
      '--kill-rate',
      '2',
      '--pause-rate',
      '2',
    ];
    const { code, history, results } = await bench(null, together);
    expect(results.findings).toEqual([]);
    expect(code).toBe(0);
    expect(unpaired(history)).toEqual([]);
    // In a cluster of three a killed node and one that stands still would be too many at a time.
    expect(struckBy(history).size).toBeGreaterThanOrEqual(3);
    expect(results.recovery.allNodesMs).not.toBeNull();
  });
});

test('a node that stands still is asked in vain, and answers when it goes on', async () => {
  const { code, history, results } = await bench(null, ['--nemesis', 'pause', '--pause', 'leader'], []);
  expect(code).toBe(0);
  expect(results.findings).toEqual([]);
  expect(faultsIn(history).slice(0, 2)).toEqual(['pause n1', 'pause-end n1']);
  const [pause] = results.faults;
  const served = history.filter(
    ({ process, type, timeMs }) =>
      process !== 'nemesis' &&
      type === 'ok' &&
      timeMs > (pause?.fromMs ?? 0) + 20 &&
      timeMs < (pause?.toMs ?? 0),
  );
  expect(served).toEqual([]);
});

test('a program of which nobody knows how it keeps its state cannot be killed', async () => {
  await expect(bench(null, ['--nemesis', 'kill'], [])).rejects.toThrow(
    /needs nodes that keep their state on disk/,
  );
});
