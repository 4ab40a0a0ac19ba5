import { describe, expect, it } from 'vitest';
import { replayCommand } from '../../src/sim/log-report.ts';
import { CALM, drawOptions } from '../../src/sim/options.ts';
import { simulate } from '../../src/sim/simulation.ts';

/**
 * Hundreds of short lives of a cluster, each under its own weather. Catches what no one thought of: every property
 * of the paper is checked after every step, recovery and linearizability at the end.
 */
const SEEDS = 240;
const GROUP = 20;
const SECONDS = 4;
/** The faults that begin and end. */
const LASTING = [
  'bit-flip',
  'crash',
  'crash-all',
  'disk-full',
  'duplicate',
  'fsync-failure',
  'io-error',
  'loss',
  'one-way-partition',
  'partition',
  'pause',
  'reorder',
  'slow-disk',
  'torn',
];

describe('a simulated cluster keeps every property', () => {
  for (let first = 1; first <= SEEDS; first += GROUP) {
    it(`under the weather of seeds ${first} to ${first + GROUP - 1}`, () => {
      for (let seed = first; seed < first + GROUP; seed += 1) {
        const options = { ...drawOptions(seed), seconds: SECONDS };
        const { failure } = simulate(options);
        expect(failure, `replay: ${replayCommand(options)}`).toBeNull();
      }
    });
  }

  it('with hardly anything left to hold on to', () => {
    const options = {
      ...drawOptions(4),
      nodes: 5,
      seconds: 30,
      opsPerSecond: 40,
      weather: {
        ...CALM,
        delayMs: [1, 100] as const,
        loss: 0.15,
        duplicate: 0.3,
        partitionRate: 1,
        pauseRate: 0.5,
        crashRate: 0.5,
        transferRate: 1,
        crashAllRate: 0.1,
        reorder: 0.1,
        slowDiskRate: 0.5,
        torn: 0.5,
        fsyncFailureRate: 0.1,
        ioErrorRate: 0.1,
        diskFullRate: 0.1,
        bitFlipRate: 0.05,
        oneWay: 0.5,
        syncMs: 30,
      },
    };
    const { failure, stats } = simulate(options);
    expect(failure, `replay: ${replayCommand(options)}`).toBeNull();
    // Not vacuously: leaders came and went, things were lost, and clients got through now and then.
    expect(stats.termsLed).toBeGreaterThan(5);
    expect(stats.lost).toBeGreaterThan(100);
    expect(stats.ok).toBeGreaterThan(0);
    expect(stats.invariantChecks).toBeGreaterThan(100);
  });
});

describe('what the seeds choose, together', () => {
  it('meets every fault, every size of cluster, elections, commits and doubt', () => {
    const met = new Set<string>();
    for (let seed = 1; seed <= 60; seed += 1) {
      const { options, stats } = simulate({ ...drawOptions(seed), seconds: 2 });
      for (const fault of Object.keys(stats.faults)) met.add(fault);
      met.add(`${options.nodes} nodes`);
      if (stats.info > 0) met.add('unknown outcomes');
      if (stats.fail > 0) met.add('failures');
      if (stats.termsLed > 1) met.add('changes of leader');
    }
    expect([...met].sort()).toEqual(
      [
        '1 nodes',
        '2 nodes',
        '3 nodes',
        '4 nodes',
        '5 nodes',
        'changes of leader',
        'failures',
        'heal',
        'membership',
        'refused',
        'transfer',
        'unknown outcomes',
        ...LASTING.flatMap((fault) => [fault, `${fault}-end`]),
      ].sort(),
    );
  });
});
