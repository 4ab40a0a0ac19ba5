import { afterAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../machines/index.ts';
import { coverageTable, type Row } from '../../src/testing/index.ts';
import { MODELS } from './index.ts';
import { mutantsTable, verdicts } from './mutants.ts';

const rows: Row[] = [];
afterAll(() => void process.stdout.write(`${coverageTable(rows)}\n`));

it('every chart of the catalogue has a model', () => {
  expect(MODELS.map(({ machine }) => machine.id).sort()).toEqual(
    catalogue.map(({ machine }) => machine.id).sort(),
  );
});

describe.each(MODELS)('the chart $chart', (model) => {
  it('has worlds of the size that they are known to have', () => {
    // Pinned: a model that shrinks has lost something that used to be tried.
    const { found, expected } = model.states();
    expect(found).toEqual(expected);
  });

  it('is what its reference says on every path and on long walks, and is covered by them', () => {
    const row = model.cover();
    rows.push(row);
    expect(row.faults).toEqual([]);
  });

  it('cannot lose or misdirect a transition unnoticed (a sample; npm run mutants:charts tries all)', () => {
    const sample = verdicts([model], { every: 7 });
    expect(
      sample.filter(({ fault }) => fault !== null),
      mutantsTable(sample),
    ).toEqual([]);
  });
});
