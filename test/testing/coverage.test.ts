import { describe, expect, it } from 'vitest';
import { assign, createMachine } from 'xstate';
import {
  Coverage,
  coverageFaults,
  coverageTable,
  pathsOf,
  takePath,
  uncovered,
} from '../../src/testing/index.ts';
import { type LampEvent, lamp, lampModel } from './toys.ts';

const anything = () => () => {};

function reportOf(...events: LampEvent[]) {
  const coverage = new Coverage(lamp);
  takePath({ input: undefined, events }, coverage, anything);
  return coverage.report();
}

describe('coverage', () => {
  it('names what no life has entered, taken, or heard both answers of', () => {
    const report = reportOf({ type: 'press' }, { type: 'dim', by: 4 });
    expect(uncovered(report)).toEqual([
      'never entered: broken',
      'never taken: (root) break',
      'never taken: on press',
      'never taken: on.bright look',
      'never taken: on.bright dim #2',
      'never taken: on.dimmed dim',
      'never taken: on.dimmed (always) [isDark]',
      'on.bright dim #1 [canDim] is never false',
      'on.dimmed (always) [isDark] is never true',
    ]);
    expect(report).toMatchObject({ chart: 'lamp', lives: 1, steps: 2, states: 6, transitions: 8, guards: 2 });
  });

  it('counts states that are left within the step that enters them', () => {
    const report = reportOf({ type: 'press' }, { type: 'dim', by: 10 });
    expect(report.unentered).toEqual(['broken']);
    expect(report.untaken).not.toContain('on.dimmed (always) [isDark]');
  });

  it('is whole when every path is taken', () => {
    const coverage = new Coverage(lamp);
    for (const path of pathsOf(lampModel).paths) takePath(path, coverage, anything);
    expect(coverageFaults(coverage.report())).toEqual([]);
  });

  it('lets off what has a reason, and wants no reason that is not needed', () => {
    const report = reportOf({ type: 'press' }, { type: 'press' }, { type: 'break' });
    const missing = uncovered(report);
    expect(coverageFaults(report)).toEqual(missing);
    const reasons = Object.fromEntries(missing.map((what) => [what, 'nobody dims it']));
    expect(coverageFaults(report, reasons)).toEqual([]);
    expect(coverageFaults(report, { ...reasons, 'never entered: off': 'it starts there' })).toEqual([
      'needs no excuse any more: never entered: off',
    ]);
    const table = coverageTable([{ report, paths: 1, walks: 0, reasons }]);
    expect(table).toContain('| lamp | 5 of 6 | 3 of 8 | 0 of 2 | 1 | 0 | 3 |');
    expect(table).toContain('lamp: never taken: on.bright dim #2 (nobody dims it)');
  });

  it('does not let a chart be one thing behind the gate and another to XState', () => {
    let calls = 0;
    const forgetful = createMachine({
      id: 'forgetful',
      context: { calls: 0 },
      on: { call: { actions: assign({ calls: () => (calls += 1) }) } },
    });
    const { step } = new Coverage(forgetful).start(undefined);
    expect(() => step({ type: 'call' })).toThrow('the gate and stock XState disagree after call');
  });
});
