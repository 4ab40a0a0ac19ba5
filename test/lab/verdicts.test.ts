import { describe, expect, it } from 'vitest';
import type { LabOptions, Outcome } from '../../src/lab/experiments/experiment.ts';
import { gapOf } from '../../src/lab/experiments/skew-loss.ts';
import { runLab, surprises } from '../../src/lab/lab.ts';
import { STRATEGIES } from '../../src/lab/strategies/index.ts';

/** All but the two that take their time: commit-wait.test.ts, metadata.test.ts. */
const QUICK = ['skew-loss', 'causal-skew', 'backward-step', 'tombstone', 'siblings', 'amnesia'];
const TIMELESS = ['siblings', 'amnesia'];

function options(some: Partial<LabOptions>): LabOptions {
  return { strategies: STRATEGIES, skewMs: 500, nodes: 3, seed: 1, ...some };
}

function outcome(experiment: string, strategy: string, some: Partial<LabOptions>): Outcome {
  const strategies = STRATEGIES.filter(({ name }) => name === strategy);
  const { found } = runLab(options({ ...some, strategies }), [experiment]);
  const verdict = found[0]?.finding.verdicts[0];
  if (verdict === undefined) throw new Error(`${experiment} has no verdict on ${strategy}`);
  return verdict.outcome;
}

describe('the verdicts', () => {
  it.each(Array.from({ length: 12 }, (_, i) => i + 1))('are what theory says, seed %i', (seed) => {
    for (const nodes of [2, 3, 5, 9]) {
      for (const skewMs of [0, 1, 40, 500, 20_000]) {
        // Two of them have no skewed clock in them.
        const names = skewMs === 500 ? QUICK : QUICK.filter((name) => !TIMELESS.includes(name));
        const found = surprises(runLab(options({ seed, nodes, skewMs }), names));
        expect(found, `actorum lab --seed ${seed} --nodes ${nodes} --skew-ms ${skewMs}`).toEqual([]);
      }
    }
  });

  it('lose nothing to clocks that are right', () => {
    for (const experiment of ['skew-loss', 'causal-skew', 'backward-step']) {
      for (let seed = 1; seed <= 20; seed += 1) {
        expect(outcome(experiment, 'wall', { skewMs: 0, seed })).not.toBe('lost');
      }
    }
  });

  it('turn exactly where the skew passes the time between the writes', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const gapMs = gapOf({ seed });
      for (const experiment of ['skew-loss', 'causal-skew', 'backward-step']) {
        expect(outcome(experiment, 'wall', { skewMs: gapMs - 1, seed })).not.toBe('lost');
        expect(outcome(experiment, 'wall', { skewMs: gapMs + 1, seed })).toBe('lost');
        // At the very time between them the timestamps are equal, and either may win.
        expect(surprises(runLab(options({ skewMs: gapMs, seed }), [experiment]))).toEqual([]);
      }
      expect(outcome('skew-loss', 'dotted', { skewMs: gapMs + 1, seed })).toBe('siblings');
    }
  });

  it('are all asked for: every strategy answers every experiment on schedules, and a new one must say what it promises', () => {
    const { found } = runLab(options({}), QUICK);
    for (const { experiment, finding } of found) {
      const answered = new Set(finding.verdicts.map(({ strategy }) => strategy));
      for (const { name } of STRATEGIES) expect(answered, experiment.name).toContain(name);
    }
  });
});
