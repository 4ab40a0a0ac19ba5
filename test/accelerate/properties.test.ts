import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mode } from './differential.ts';
import { runTrial, trials } from './trial.ts';

/**
 * Random machines do accelerated what they do in stock XState. More of them, with other seeds:
 * `npm run fuzz:accelerate -- --machines 1000000`.
 */
describe('an accelerated machine does what the stock machine does, to the last call of a user function', () => {
  const MACHINES: { readonly [mode in Mode]: number } = { direct: 8000, scope: 8000, actor: 4000 };
  for (const mode of ['direct', 'scope', 'actor'] as const) {
    it(`stepped in the mode ${mode}`, () => {
      let steps = 0;
      fc.assert(
        fc.property(trials, (trial) => {
          steps += runTrial(trial, mode);
        }),
        { seed: 8, numRuns: MACHINES[mode] },
      );
      expect(steps).toBeGreaterThan(5 * MACHINES[mode]);
    }, 120_000);
  }
});
