import { afterAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../machines/index.ts';
import { coverageTable, type Row } from '../../src/testing/index.ts';
import { MODELS, WITHOUT_MODEL } from './index.ts';
import { idleReasons, mutantsTable, verdicts } from './mutants.ts';

/** On a machine that is busy with other things, too, these end. */
const TIMEOUT_MS = 180_000;
/** How many mutants of one chart are tried here; `npm run mutants:charts` tries them all. */
const MOST_MUTANTS = 40;

const rows: Row[] = [];
afterAll(() => void process.stdout.write(`${coverageTable(rows)}\n`));

it('every chart of the catalogue has a model, or a reason for having none', () => {
  const known = [...MODELS.map(({ chart }) => chart), ...Object.keys(WITHOUT_MODEL)].sort();
  const help =
    'write test/models/<chart>.model.ts and add it to test/models/index.ts: docs/testing.md tells how';
  expect(known, help).toEqual(catalogue.map(({ machine }) => machine.id).sort());
});

describe.each(MODELS)('the chart $chart', (model) => {
  it('has worlds of the size that they are known to have', () => {
    // Pinned: a model that shrinks has lost something that used to be tried.
    const { found, expected } = model.states();
    expect(found).toEqual(expected);
  });

  it(
    'is what its reference says on every path and on long walks, and is covered by them',
    () => {
      const row = model.cover();
      rows.push(row);
      expect(row.faults).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'cannot be changed unnoticed (a sample; npm run mutants:charts tries all)',
    () => {
      expect(idleReasons([model])).toEqual([]);
      // Some charts have a thousand mutants, each of which may be led along every path.
      const every = Math.max(11, Math.ceil(model.mutants().length / MOST_MUTANTS));
      const sample = verdicts([model], { every });
      const atFault = sample.filter(({ fault }) => fault !== null);
      expect(atFault, mutantsTable(sample)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
