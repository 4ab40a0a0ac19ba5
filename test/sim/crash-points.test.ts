import { describe, expect, it } from 'vitest';
import { replayCommand } from '../../src/sim/log-report.ts';
import { CALM, CRASH_POINT_MS, drawOptions, type SimulationOptions } from '../../src/sim/options.ts';
import { simulate } from '../../src/sim/simulation.ts';

/**
 * One run of a cluster, and then the same run once for every moment between two operations of any disk: there its node
 * crashes, and finds its commit on the disk or not, and starts again. Found by program, so none is left out: the
 * first commit of a life, votes, entries, checkpoints, and the removal of what a checkpoint has made superfluous.
 */
const RUN: SimulationOptions = {
  ...drawOptions(11),
  nodes: 3,
  seconds: 1.2,
  opsPerSecond: 30,
  concurrency: 3,
  keys: 2,
  weather: { ...CALM, delayMs: [1, 5], syncMs: 3 },
  limits: { checkpointEntries: 4, trailingEntries: 1 },
};

describe('a crash between any two operations of any disk', () => {
  const { stats, failure } = simulate(RUN);
  const points = Object.entries(stats.commits).flatMap(([node, count]) =>
    Array.from({ length: count }, (_, i) => ({ node, commit: i + 1 })),
  );

  it('is one of many', () => {
    expect(failure).toBeNull();
    expect(points.length).toBeGreaterThan(40);
  });

  it.each(['none', 'all'] as const)('loses nothing, whether its commit is on the disk (%s)', (kept) => {
    for (const point of points) {
      const options = { ...RUN, crashAt: { ...point, kept, downMs: CRASH_POINT_MS } };
      const result = simulate(options);
      expect(result.failure, `replay: ${replayCommand(options)}`).toBeNull();
      expect(result.stats.faults.crash).toBe(1);
    }
  });
});
