import { describe, expect, it } from 'vitest';
import type { RegisterEvent } from '../../machines/register/linear.machine.ts';
import { linearRegisterMachine } from '../../machines/register/linear.machine.ts';
import { Coverage, judge } from './coverage.ts';
import { type Domain, takeEveryPath, walkAtRandom } from './explore.ts';

const VALUES = [null, 1, { a: [2] }];
const EVENTS: readonly RegisterEvent[] = [
  { type: 'read', key: 'x' },
  ...VALUES.map((value) => ({ type: 'write', key: 'x', value }) as const),
  ...VALUES.flatMap((from) =>
    [true, false].map(
      (createIfNotExists) => ({ type: 'cas', key: 'x', from, to: 1, createIfNotExists }) as const,
    ),
  ),
];

const domain: Domain<typeof linearRegisterMachine> = {
  machine: linearRegisterMachine,
  events: () => EVENTS,
  serialize: ({ value, context }) => JSON.stringify([value, context.value]),
};

describe('the chart of the linearizable register', () => {
  it('is behind the gate what it is to XState, on every path, and every transition is taken', () => {
    const coverage = new Coverage(linearRegisterMachine);
    // Absent, or present with one of the values.
    expect(takeEveryPath(domain, coverage, undefined)).toEqual({
      states: 1 + VALUES.length,
      edges: (1 + VALUES.length) * EVENTS.length,
    });
    walkAtRandom(domain, coverage, [undefined], { seed: 1, walks: 20, steps: 50 });
    const { table, faults } = judge(coverage.report());
    process.stdout.write(`${table}\n`);
    expect(faults).toEqual([]);
  });
});
