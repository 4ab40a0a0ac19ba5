import { describe, expect, it } from 'vitest';
import { caseNames, casesOf } from '../../bench/charts/cases.ts';
import { firstDifference } from '../../bench/charts/sameness.ts';
import { stepperOf } from '../../bench/charts/steppers.ts';
import { startActorum } from '../../bench/core/actorum.ts';

describe('what bench:charts compares', () => {
  const cases = casesOf(caseNames());

  it.each(['send', 'accelerated', 'reducer'] as const)('%s comes to the results of stock XState', (way) => {
    for (const one of cases) {
      expect({ name: one.name, differs: firstDifference(one, stepperOf(way, one)) }).toEqual({
        name: one.name,
        differs: null,
      });
    }
  });

  it('takes its moments from a cluster in which everything hot has happened', () => {
    expect(cases.map(({ name }) => name)).toEqual(caseNames());
    for (const { moments } of cases) expect(moments).toHaveLength(16);
  });
});

it('bench:core commits on all three nodes what it proposes', () => {
  const cluster = startActorum();
  cluster.commit(1, 1);
  cluster.commit(64, 2);
  expect(cluster.applied()).toEqual([65, 65, 65]);
});
