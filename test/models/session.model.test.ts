import { describe, expect, it } from 'vitest';
import { sessionMachine } from '../../machines/session/session.machine.ts';
import { Coverage, judge, type Run } from './coverage.ts';
import { type Domain, takeEveryPath, walkAtRandom } from './explore.ts';

const INDICES = [0, 1, 2, 3];

const domain: Domain<typeof sessionMachine> = {
  machine: sessionMachine,
  events: () => INDICES.map((index) => ({ type: 'index.shown', index })),
  serialize: ({ value, context }) => JSON.stringify([value, context.shownIndex]),
};

/** It tracks as soon as something was shown, and not before. */
function tracksWhatWasShown({ snapshot }: Run<typeof sessionMachine>): void {
  expect(snapshot.matches('tracking')).toBe(snapshot.context.shownIndex > 0);
}

describe('the chart of a session', () => {
  it('only moves forward, on every path, and every transition is taken', () => {
    const coverage = new Coverage(sessionMachine);
    expect(takeEveryPath(domain, coverage, undefined, tracksWhatWasShown)).toEqual({
      states: INDICES.length,
      edges: INDICES.length ** 2,
    });
    let highest = 0;
    walkAtRandom(domain, coverage, [undefined], { seed: 2, walks: 20, steps: 30 }, ({ snapshot }) => {
      const { shownIndex } = snapshot.context;
      if (snapshot.matches('fresh')) highest = 0;
      expect(shownIndex).toBeGreaterThanOrEqual(highest);
      highest = shownIndex;
    });
    const { table, faults } = judge(coverage.report());
    process.stdout.write(`${table}\n`);
    expect(faults).toEqual([]);
  });
});
