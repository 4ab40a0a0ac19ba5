import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Script } from '../../src/lab/script.ts';
import { tell } from '../../src/lab/story.ts';
import { STRATEGIES } from '../../src/lab/strategies/index.ts';
import type { Strategy } from '../../src/lab/strategies/strategy.ts';
import { histories, leftBy, pastsOf, SETTINGS, scriptOf, shownBy } from './histories.ts';

/** Those that promise it: what happened before something is replaced by it, what is concurrent stands side by side. */
const EXACT = ['client-vectors', 'dotted'];

function named(name: string): Strategy {
  const strategy = STRATEGIES.find((one) => one.name === name);
  if (strategy === undefined) throw new Error(`no strategy is called ${name}`);
  return strategy;
}

function outcome(name: string, script: Script) {
  const story = tell(script, named(name), SETTINGS);
  return { shown: shownBy(story), left: leftBy(story), story };
}

describe('over random histories', () => {
  it.each(EXACT)('pairs in order collapse to one version, concurrent pairs are siblings: %s', (name) => {
    fc.assert(
      fc.property(histories, (script) => {
        const { shown, left, story } = outcome(name, script);
        expect(shown).toEqual(left);
        expect(story.converged).toBe(true);
        expect(story.judgement).toEqual({ lost: [], falseSiblings: [] });
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('no write is lost under any that keeps siblings, while clocks are right', () => {
    fc.assert(
      fc.property(histories, fc.constantFrom('pruned', 'server-vectors'), (script, name) => {
        const { shown, left, story } = outcome(name, script);
        expect(shown).toEqual(expect.arrayContaining(left));
        expect(story.judgement.lost).toEqual([]);
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  it('one version is left at most under those that keep none beside it, and it is the same everywhere', () => {
    const names = STRATEGIES.filter(({ keepsSiblings }) => !keepsSiblings).map(({ name }) => name);
    fc.assert(
      fc.property(histories, fc.constantFrom(...names), (script, name) => {
        const { shown, story } = outcome(name, script);
        expect(shown.length).toBeLessThanOrEqual(1);
        expect(story.converged).toBe(true);
      }),
      { seed: 13, numRuns: 300 },
    );
  });

  it.each(['lamport', 'hybrid'])(
    'a write never loses to what its author or its node had seen: %s',
    (name) => {
      const skew = fc.integer({ min: -400, max: 400 });
      fc.assert(
        fc.property(histories, fc.tuple(skew, skew, skew), (script, [n1, n2, n3]) => {
          // Where nothing is left, it is not told which of several deletes has won.
          const steps = script.steps.filter((step) => step.type !== 'write' || !step.deletes);
          const { story } = outcome(name, { ...script, steps, skewMs: { n1, n2, n3 } });
          expect(story.judgement.lost.filter(({ toItsPast }) => toItsPast)).toEqual([]);
          for (const { happening, versions } of story.events) {
            if (happening.type === 'write') expect(versions.map(({ id }) => id)).toEqual([happening.id]);
          }
        }),
        { seed: 16, numRuns: 200 },
      );
    },
  );

  it('the truth that judges is the definition of happens-before', () => {
    fc.assert(
      fc.property(histories, (script) => {
        const { story } = outcome('dotted', script);
        const pasts = pastsOf(story.events);
        expect(story.causality.writes.map(({ id }) => id)).toEqual([...pasts.keys()]);
        for (const a of pasts.keys()) {
          for (const [b, past] of pasts) {
            expect(story.causality.happenedBefore(a, b)).toBe(past.has(a));
            const apart = a !== b && !past.has(a) && !pasts.get(a)?.has(b);
            expect(story.causality.areConcurrent(a, b)).toBe(apart);
          }
        }
      }),
      { seed: 14, numRuns: 600 },
    );
  });

  it.each(STRATEGIES.map(({ name }) => name).filter((name) => !EXACT.includes(name)))(
    'a history is found that breaks the promise which it does not make: %s',
    (name) => {
      const { failed } = fc.check(
        fc.property(histories, (script) => {
          const { shown, left } = outcome(name, script);
          return shown.join() === left.join();
        }),
        { seed: 15, numRuns: 3000, endOnFailure: true },
      );
      expect(failed).toBe(true);
    },
  );
});

/** The least histories that fast-check found, by hand made to be read. */
describe('the least history that breaks it', () => {
  it.each(['wall', 'lamport', 'hybrid', 'commit-wait'])(
    'two writes that know nothing of each other: %s',
    (name) => {
      const { shown, left } = outcome(
        name,
        scriptOf([
          { type: 'write', node: 'n1', client: 'a' },
          { type: 'write', node: 'n1', client: 'b' },
        ]),
      );
      expect({ shown, left }).toEqual({ shown: ['w2'], left: ['w1', 'w2'] });
    },
  );

  it('a third client replaces two writes, and its vector has room for one of them: pruned', () => {
    const { shown, left } = outcome(
      'pruned',
      scriptOf([
        { type: 'write', node: 'n2', client: 'a' },
        { type: 'write', node: 'n2', client: 'b' },
        { type: 'read', node: 'n2', client: 'c' },
        { type: 'write', node: 'n1', client: 'c' },
      ]),
    );
    expect({ shown, left }).toEqual({ shown: ['w1', 'w4'], left: ['w4'] });
  });

  it('a slow clock cuts off the very entry that stands for the write, and the write is lost: pruned', () => {
    const script = scriptOf([
      { type: 'write', node: 'n1', client: 'a' },
      { type: 'write', node: 'n1', client: 'b' },
      { type: 'read', node: 'n1', client: 'b' },
      { type: 'read', node: 'n1', client: 'c' },
      { type: 'write', node: 'n2', client: 'c' },
      { type: 'write', node: 'n1', client: 'b' },
    ]);
    const left = ['w5', 'w6'];
    expect(outcome('pruned', { ...script, skewMs: { n2: -1000 } })).toMatchObject({ shown: ['w6'], left });
    expect(outcome('dotted', { ...script, skewMs: { n2: -1000 } })).toMatchObject({ shown: left, left });
  });

  it('a write at another node replaces one that a blind write has locked in: server-vectors', () => {
    const { shown, left } = outcome(
      'server-vectors',
      scriptOf([
        { type: 'write', node: 'n1', client: 'd' },
        { type: 'write', node: 'n2', client: 'd' },
        { type: 'write', node: 'n1', client: 'a' },
      ]),
    );
    expect({ shown, left }).toEqual({ shown: ['w1', 'w2', 'w3'], left: ['w2', 'w3'] });
  });
});
