import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { BUNDLE } from './node-process.ts';

/** What becomes of the processes of `actorum sim --jobs` when the one that has started them ends. */

let parent: ChildProcess | null = null;
let children: number[] = [];

afterEach(() => {
  for (const pid of [...children, ...(parent?.pid === undefined ? [] : [parent.pid])]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It is gone, as it should be.
    }
  }
});

/** Begins runs that nobody could wait for. Resolves when as many processes as there are jobs are deep in one. */
async function begin(jobs: number): Promise<ChildProcess> {
  const args = ['sim', '--runs', '9', '--jobs', `${jobs}`, '--seconds', '100000', '--nodes', '3'];
  parent = spawn(process.execPath, [BUNDLE, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  const isDeep = () => {
    children = childrenOf(parent?.pid);
    return children.length === jobs && children.every((pid) => cpuMs(pid) >= 1000);
  };
  await expect.poll(isDeep, { timeout: 20_000, interval: 100 }).toBe(true);
  return parent;
}

function childrenOf(pid: number | undefined): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const rows = stdout
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number));
  return rows.flatMap(([own, parent]) => (own !== undefined && parent === pid ? [own] : []));
}

/** The CPU time that a process has used: more than starting takes, when it is at work. */
function cpuMs(pid: number): number {
  const { stdout } = spawnSync('ps', ['-o', 'time=', '-p', `${pid}`], { encoding: 'utf8' });
  return stdout
    .trim()
    .split(/[-:]/)
    .reduce((ms, part) => ms * 60 + Number(part) * 1000, 0);
}

function isThere(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

describe('the processes of actorum sim', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('end with their parent: %s', async (signal) => {
    const process = await begin(2);
    const ended = once(process, 'exit');
    process.kill(signal);
    expect(await ended).toEqual([null, signal]);
    // Each of them is in the middle of a run that takes minutes.
    await expect.poll(() => children.filter(isThere), { timeout: 3000 }).toEqual([]);
  });

  it('end with a parent whose output nobody reads any more', async () => {
    const process = spawn('bash', [
      '-c',
      '"$0" "$1" sim --seed 1 --runs 400 --jobs 2 --seconds 1 --verbose | head -n 1',
      ...[globalThis.process.execPath, BUNDLE],
    ]);
    expect(await once(process, 'exit')).toEqual([0, null]);
  });
});
