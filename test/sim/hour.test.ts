import { expect, it } from 'vitest';
import { replayCommand } from '../../src/sim/log-report.ts';
import { CALM, drawOptions } from '../../src/sim/options.ts';
import { simulate } from '../../src/sim/simulation.ts';

// Catches a log that is not compacted, or is kept for a follower that is not there; and a follower that nobody sends
// what is not in the log any more. Virtual time is cheap where little happens: a write every two or three seconds is enough.
it('an hour of writes leaves a short log, and who was absent for all of it catches up by a snapshot', () => {
  const limits = { checkpointEntries: 50, trailingEntries: 10 };
  const options = {
    ...drawOptions(5),
    nodes: 3,
    seconds: 3600,
    opsPerSecond: 1,
    concurrency: 2,
    keys: 5,
    weather: { ...CALM, delayMs: [0.5, 3] as const },
    limits,
    crashAt: { node: 'n3', commit: 2, kept: 'all' as const, downMs: 3_600_000 },
  };
  const { failure, stats } = simulate(options);
  expect(failure, `replay: ${replayCommand(options)}`).toBeNull();
  expect(stats.committed).toBeGreaterThan(1000);
  expect(stats.longestLog).toBeLessThanOrEqual(2 * limits.checkpointEntries + limits.trailingEntries);
  expect(stats.messages['snapshot.request']).toBeGreaterThan(0);
  expect([stats.restarts, stats.restores > 0]).toEqual([options.nodes + 1, true]);
}, 60_000);
