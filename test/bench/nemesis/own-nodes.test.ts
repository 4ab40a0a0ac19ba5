import { expect, test } from 'vitest';
import { type Ran, ran } from '../ran.ts';
import { faultsIn, struckBy, unpaired } from './faults-in.ts';

// Short runs against our own nodes, on real disks. What takes longer is for `actorum bench` by hand.

async function judged(args: readonly string[]): Promise<Ran> {
  const run = await ran(['--rate', '300', '--nemesis-interval', '0.5', '--no-report', ...args]);
  const { code, results, history } = run;
  expect(results.findings).toEqual([]);
  expect({ code, verdict: results.verdict }).toEqual({ code: 0, verdict: 'ok' });
  expect(unpaired(history)).toEqual([]);
  expect(faultsIn(history).at(-1)).toBe('heal');
  expect(results.operations.all.ok).toBeGreaterThan(20);
  return run;
}

/** The log is compacted all the time, so that whoever comes back or joins is sent a snapshot. */
const SHORT_LOGS = ['--', '--checkpoint-entries', '20', '--trailing-entries', '2'];

test('nodes that are killed and cut off at once stay linearizable', async () => {
  const { history, results } = await judged(['--time', '2.5', '--nemesis', 'kill,partition']);
  expect(struckBy(history)).toEqual(new Set(['kill', 'partition']));
  // Whoever is down and cut off at once loses what comes to the cut.
  const { lostToDown, lostToPartitions } = results.messages;
  expect(lostToDown + lostToPartitions).toBeGreaterThan(0);
});

test('what was acknowledged outlives the power going everywhere, in the midst of snapshots', async () => {
  const { history } = await judged(['--time', '2.5', '--nemesis', 'kill-all', ...SHORT_LOGS]);
  expect(faultsIn(history)).toContain('kill-all n1 n2 n3');
});

test('members come and go while nodes are killed, and whoever is left over says nothing wrong', async () => {
  const faults = ['--nemesis', 'membership,kill', '--kill', 'one', '--spares', '2'];
  const { history, results } = await judged(['--time', '2.5', ...faults, ...SHORT_LOGS]);
  expect(struckBy(history)).toContain('membership');
  const changes = results.faults.filter(({ fault }) => fault === 'membership');
  expect(changes.every(({ nodes, toMs }) => nodes.length > 0 && toMs !== null)).toBe(true);
});

test('a leader that stands still, slow disks and clocks that jump change nothing in what is said', async () => {
  const faults = ['--nemesis', 'pause,slow-disk,clock-skew', '--pause', 'leader'];
  const { history } = await judged(['--time', '2', '--workload', 'ryw-kv', ...faults]);
  expect(struckBy(history)).toEqual(new Set(['pause', 'slow-disk', 'clock-skew']));
});
