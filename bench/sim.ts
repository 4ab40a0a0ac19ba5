// npm run bench:sim: how many seconds of a cluster's life the simulator runs through in a second.
import { availableParallelism } from 'node:os';
import { numberOption, oneOf, parseOptions } from '../src/cli/usage.ts';
import { bundleOf, runBundle } from './bundle.ts';
import { progress, runScript } from './script.ts';
import { buildBundle, measureCommand, simArguments } from './sim/command.ts';
import {
  type CommandRow,
  type CoreRow,
  commandRow,
  coreRow,
  mediansOf,
  type Row,
  tablesOf,
} from './sim/rows.ts';
import { optionsOf, type SimFigures, type SimTask, WEATHERS, type WeatherName } from './sim/task.ts';

const NAMES = Object.keys(WEATHERS) as WeatherName[];
const PARTS = ['core', 'command'] as const;

const HELP = `Usage: npm run bench:sim -- [options]

Measures the simulator: five nodes and twenty operations a second, every invariant checked after every step, the history
judged at the end. Two parts, which take turns:

  core      one run in a process that has warmed up, with accelerated charts and with stock XState, which must leave the
            same trace: what a core reaches
  command   "actorum sim --runs N" as users run it, from its start to its end, under "faults": with --jobs 1, and with a
            process for each core

  --part A,B            of ${PARTS.join(', ')} (default both)
  --weather A,B,…       of ${NAMES.join(', ')} (default all); for the core
  --seconds N           virtual seconds of a run (default 60)
  --warm-up N           virtual seconds before a run of the core: V8 takes some 400 to reach its speed (default 600)
  --runs N              runs of the command (default 40)
  --repetitions N       of everything, in turns; each of the core with the next seed (default 5)
  --seed N              the first seed (default 1)
  --json                JSON instead of the tables
  -h, --help            this text

"faults" has messages that take 1 to 30 ms, 2 % of them lost and 2 % twice, and now and then a partition, a pause, a
crash, or a transfer of leadership; "storm" has all of it five to ten times as strong; "calm" has none.

Examples:
  npm run bench:sim
  npm run bench:sim -- --part core --weather faults --seconds 300 --repetitions 3
  npm run bench:sim -- --part command --runs 200
`;

type Options = {
  readonly parts: readonly (typeof PARTS)[number][];
  readonly weathers: readonly WeatherName[];
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly runs: number;
  readonly repetitions: number;
  readonly seed: number;
  readonly json: boolean;
};

function readOptions(argv: readonly string[]): Options | 'help' {
  const given = parseOptions('bench:sim', argv, {
    part: { type: 'string', default: PARTS.join(',') },
    weather: { type: 'string', default: NAMES.join(',') },
    seconds: { type: 'string', default: '60' },
    'warm-up': { type: 'string', default: '600' },
    runs: { type: 'string', default: '40' },
    repetitions: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (given.help) return 'help';
  return {
    parts: given.part.split(',').map((text) => oneOf('--part', text, PARTS)),
    weathers: given.weather.split(',').map((text) => oneOf('--weather', text, NAMES)),
    seconds: numberOption('--seconds', given.seconds, { min: 1, max: 100_000 }),
    warmUpSeconds: numberOption('--warm-up', given['warm-up'], { min: 0, max: 1_000_000 }),
    // What the command tells of one run is of another form.
    runs: numberOption('--runs', given.runs, { min: 2, max: 1_000_000, whole: true }),
    repetitions: numberOption('--repetitions', given.repetitions, { min: 1, max: 1000, whole: true }),
    seed: numberOption('--seed', given.seed, { min: 0, max: 2 ** 31, whole: true }),
    json: given.json,
  };
}

async function repeat(options: Options, dir: string, seed: number): Promise<Row[]> {
  const rows: Row[] = [];
  if (options.parts.includes('core')) rows.push(...(await measureCore(options, dir, seed)));
  if (options.parts.includes('command'))
    rows.push(...(await measureCommands(options, seed === options.seed)));
  return rows;
}

async function measureCore(options: Options, dir: string, seed: number): Promise<CoreRow[]> {
  const { weathers, seconds, warmUpSeconds } = options;
  const bundle = await bundleOf('sim/child.ts', dir);
  const rows: CoreRow[] = [];
  for (const weather of weathers) {
    const run = (accelerate: boolean): Promise<SimFigures> => {
      progress(`${weather}, seed ${seed}, ${accelerate ? 'accelerated' : 'stock'}`);
      const task: SimTask = { options: optionsOf(weather, seed, seconds), accelerate, warmUpSeconds };
      return runBundle<SimFigures>(bundle, task);
    };
    const accelerated = await run(true);
    const stock = await run(false);
    if (accelerated.traceHash !== stock.traceHash) {
      const hashes = `${accelerated.traceHash} accelerated, ${stock.traceHash} stock`;
      throw new Error(`${weather}, seed ${seed}: the traces differ (${hashes})`);
    }
    rows.push(coreRow(weather, accelerated, stock));
  }
  return rows;
}

/** @param isFirst whether nothing was measured yet, so that there may be no bundle of these sources */
async function measureCommands({ seed, runs, seconds }: Options, isFirst: boolean): Promise<CommandRow[]> {
  if (isFirst) buildBundle();
  // The same seeds each time: the command is to be the one that is printed.
  const args = simArguments(seed, runs, seconds);
  const rows: CommandRow[] = [];
  for (const jobs of new Set([1, availableParallelism()])) {
    progress(`actorum sim --runs ${runs} --jobs ${jobs}`);
    rows.push(commandRow(`actorum ${args.join(' ')}`, jobs, await measureCommand(args, jobs)));
  }
  return rows;
}

runScript({
  name: 'bench:sim',
  help: HELP,
  readOptions,
  repeat,
  mediansOf,
  tableOf: tablesOf,
  subject: ({ seconds, warmUpSeconds }) =>
    `five nodes, twenty operations a second, runs of ${seconds} virtual seconds, ${warmUpSeconds} before those of the core; ${availableParallelism()} cores`,
});
