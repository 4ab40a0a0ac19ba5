import { afterEach, expect, it, vi } from 'vitest';
import { simCommand } from '../../src/sim/command.ts';

afterEach(() => vi.restoreAllMocks());

/**
 * `actorum sim --runs 1000000 --jobs 1 --json | head -1` ran all seeds to the end, for nobody: hours of work after the
 * reader had gone. With more processes it ended at once.
 *
 * Cause: that a pipe is closed is told in an event, and this process had no moment for one between two runs: what it
 * awaited there was at hand already, and promises that are come before all events.
 */
it('a process that runs all seeds itself hears after the first that nobody reads its output', async () => {
  let isClosed = false;
  const written: boolean[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation(() => {
    written.push(isClosed);
    // As node tells of EPIPE.
    process.nextTick(() => {
      isClosed = true;
    });
    return true;
  });
  await simCommand(['--seed', '1', '--runs', '3', '--seconds', '1', '--jobs', '1', '--json']);
  expect(written).toEqual([false, true, true]);
});
