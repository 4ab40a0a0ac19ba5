import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MODES } from '../../bench/read-modes.ts';
import { measureCluster, type Row } from '../../bench/reads-cell.ts';
import { mediansOf, tableOf } from '../../bench/reads-table.ts';
import { ownProgram } from '../../src/bench/program.ts';

// The measurement of follower reads, on a cluster of real processes, shortly.

test('followers take the reads off the leader, and a slow one makes roaming clients wait', async () => {
  const logDir = mkdtempSync(join(tmpdir(), 'bench-reads-'));
  try {
    const program = ownProgram(['--workload', 'ryw-kv']);
    const kind = { program, nodes: 3, slowFollowerMs: 20, logDir, seed: 1 };
    const cells = MODES.map((mode) => ({ mode, readShare: 0.8, concurrency: 8, forMs: 300 }));
    const rows = await measureCluster(kind, cells, () => {});
    const [anyNode, leader, preferred, followers, roaming] = rows;
    expect(rows.map(({ mode }) => mode)).toEqual(MODES.map(({ name }) => name));
    expect(rows.every(({ perSecond, failed }) => perSecond > 0 && failed === 0)).toBe(true);
    expect([anyNode?.byFollowers, leader?.byFollowers]).toEqual([null, null]);
    expect(preferred?.byFollowers).toBe(0);
    expect(preferred?.redirected).toBeGreaterThan(0.4);
    expect(followers?.byFollowers).toBeGreaterThan(0.9);
    expect(followers?.leaderMessages).toBeLessThan(leader?.leaderMessages ?? 0);
    expect(roaming?.waited).toBeGreaterThan(0);
    expect(roaming?.waitP99Ms).toBeLessThan(150);
  } finally {
    rmSync(logDir, { recursive: true, force: true });
  }
}, 30_000);

test('repetitions are told by their medians', () => {
  const row = (perSecond: number, waited: number | null): Row => ({
    nodes: 3,
    slowFollowerMs: 0,
    mode: 'read',
    readShare: 0.5,
    perSecond,
    p50Ms: 1,
    p99Ms: 2,
    nodesCpuUs: 10,
    leaderCpuUs: null,
    leaderMessages: 1.5,
    routerCpuUs: 3,
    failed: 1,
    byFollowers: waited,
    redirected: waited,
    waited,
    waitP50Ms: null,
    waitP99Ms: null,
  });
  const [middle] = mediansOf([[row(100, 0.5)], [row(900, null)], [row(200, 0.1)]]);
  expect(middle).toMatchObject({ perSecond: 200, waited: 0.3, leaderCpuUs: null, failed: 3 });
  const lines = tableOf(middle === undefined ? [] : [middle]).split('\n');
  expect(lines.length).toBe(3);
  expect(lines[2]).toContain('| 3 |  | 50 % | read | 200 |');
  expect(new Set(lines.map((line) => line.split('|').length)).size).toBe(1);
});
