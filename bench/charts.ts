// npm run bench:charts: what a step of a chart costs in XState, accelerated, and in a hand-written reducer.
import { median } from '../src/bench/statistics.ts';
import { numberOption, parseOptions, UsageError } from '../src/cli/usage.ts';
import { bundleOf, runBundle } from './bundle.ts';
import { caseNames } from './charts/cases.ts';
import { type Figures, tableOf } from './charts/table.ts';
import { type ChartsFigures, type ChartsTask, WAYS, type Way } from './charts/task.ts';
import { progress, runScript } from './script.ts';

const HELP = `Usage: npm run bench:charts -- [options]

Measures the CPU time of one step of a chart: toys of every shape, and the hot events of a cluster's charts, with the
contexts and the events of a recorded run. Four ways: stock XState by actor.send, stock XState's transition with a scope
that is used again, the same accelerated (as a node runs it), and a hand-written reducer that calls the same pure
functions. All four are checked to come to the same state, context and effects before they are timed.

"Alone" is a process for each case and way; "mixed" is a process for each way, in which all cases take turns.

  --cases TEXT          only cases whose name has this in it
  --alone, --mixed      only the one or the other
  --repetitions N       (default 3)
  --seconds S           each case and way, after as long of warming up (default 0.3)
  --json                JSON instead of the table
  -h, --help            this text

Examples:
  npm run bench:charts
  npm run bench:charts -- --cases raft --mixed --seconds 1
`;

type Options = {
  readonly cases: readonly string[];
  readonly places: readonly Place[];
  readonly repetitions: number;
  readonly forMs: number;
  readonly json: boolean;
};

type Place = 'alone' | 'mixed';
type Row = { readonly case: string; readonly alone: Figures | null; readonly mixed: Figures | null };

function readOptions(argv: readonly string[]): Options | 'help' {
  const given = parseOptions('bench:charts', argv, {
    cases: { type: 'string', default: '' },
    alone: { type: 'boolean', default: false },
    mixed: { type: 'boolean', default: false },
    repetitions: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '0.3' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (given.help) return 'help';
  const cases = caseNames().filter((name) => name.includes(given.cases));
  if (cases.length === 0) {
    throw new UsageError(
      `--cases is "${given.cases}", which is in no name`,
      `the cases: ${caseNames().join('; ')}`,
    );
  }
  const both = given.alone === given.mixed;
  return {
    cases,
    places: (['alone', 'mixed'] as const).filter((place) => both || given[place]),
    repetitions: numberOption('--repetitions', given.repetitions, { min: 1, max: 1000, whole: true }),
    forMs: numberOption('--seconds', given.seconds, { min: 0.01, max: 60 }) * 1000,
    json: given.json,
  };
}

async function repeat({ cases, places, forMs }: Options, dir: string): Promise<Row[]> {
  const bundle = await bundleOf('charts/child.ts', dir);
  const measure = async (some: readonly string[]): Promise<{ readonly [way in Way]: ChartsFigures }> => {
    const figures: { [way in Way]?: ChartsFigures } = {};
    for (const way of Object.keys(WAYS) as Way[]) {
      progress(`${some.length === 1 ? some[0] : 'mixed'}: ${WAYS[way]}`);
      const task: ChartsTask = { cases: some, way, forMs };
      figures[way] = await runBundle<ChartsFigures>(bundle, task);
    }
    return figures as { [way in Way]: ChartsFigures };
  };
  const mixed = places.includes('mixed') ? await measure(cases) : null;
  const rows: Row[] = [];
  for (const name of cases) {
    const alone = places.includes('alone') ? await measure([name]) : null;
    rows.push({ case: name, alone: pick(alone, name), mixed: pick(mixed, name) });
  }
  return rows;
}

function pick(figures: { readonly [way in Way]: ChartsFigures } | null, name: string): Figures | null {
  if (figures === null) return null;
  return Object.fromEntries(Object.entries(figures).map(([way, of]) => [way, of[name]])) as Figures;
}

function mediansOf(repetitions: readonly (readonly Row[])[]): Row[] {
  const [first = []] = repetitions;
  return first.map((row, place) => ({
    case: row.case,
    alone: middle(repetitions.map((rows) => rows[place]?.alone ?? null)),
    mixed: middle(repetitions.map((rows) => rows[place]?.mixed ?? null)),
  }));
}

function middle(all: readonly (Figures | null)[]): Figures | null {
  const some = all.filter((figures) => figures !== null);
  if (some.length === 0) return null;
  return Object.fromEntries(
    (Object.keys(WAYS) as Way[]).map((way) => [way, median(some.map((figures) => figures[way]))]),
  ) as Figures;
}

runScript({
  name: 'bench:charts',
  help: HELP,
  readOptions,
  repeat,
  mediansOf,
  tableOf,
  subject: ({ forMs }) => `CPU time of a step in µs; ${forMs / 1000} s for each case and way`,
});
