// npm run bench:sim: how many seconds of a cluster's life the simulator runs through in a second.
import { median } from '../src/bench/statistics.ts';
import { formatNumber } from '../src/bench/text.ts';
import { numberOption, oneOf, parseOptions } from '../src/cli/usage.ts';
import { bundleOf, runBundle } from './bundle.ts';
import { progress, runScript } from './script.ts';
import { optionsOf, type SimFigures, type SimTask, WEATHERS, type WeatherName } from './sim/task.ts';

const NAMES = Object.keys(WEATHERS) as WeatherName[];

const HELP = `Usage: npm run bench:sim -- [options]

Measures the simulator as "actorum sim" runs it: five nodes and twenty operations a second, every invariant checked after
every step, the history judged at the end. Each run is made with accelerated charts and with stock XState, in processes
of their own that have warmed up, and both must leave the same trace.

  --weather A,B,…       of ${NAMES.join(', ')} (default all)
  --seconds N           virtual seconds under that weather (default 60)
  --repetitions N       runs, each with the next seed (default 5)
  --seed N              the first seed (default 1)
  --json                JSON instead of the table
  -h, --help            this text

"faults" has messages that take 1 to 30 ms, 2 % of them lost and 2 % twice, and now and then a partition, a pause, a
crash, or a transfer of leadership; "storm" has all of it five to ten times as strong; "calm" has none.

Examples:
  npm run bench:sim
  npm run bench:sim -- --weather faults --seconds 300 --repetitions 3
`;

type Options = {
  readonly weathers: readonly WeatherName[];
  readonly seconds: number;
  readonly repetitions: number;
  readonly seed: number;
  readonly json: boolean;
};

type Row = {
  readonly weather: WeatherName;
  readonly events: number;
  readonly messages: number;
  readonly accelerated: Speed;
  readonly stock: Speed;
};
type Speed = Pick<SimFigures, 'perSecond' | 'perCpuSecond'>;

function readOptions(argv: readonly string[]): Options | 'help' {
  const given = parseOptions('bench:sim', argv, {
    weather: { type: 'string', default: NAMES.join(',') },
    seconds: { type: 'string', default: '60' },
    repetitions: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (given.help) return 'help';
  return {
    weathers: given.weather.split(',').map((text) => oneOf('--weather', text, NAMES)),
    seconds: numberOption('--seconds', given.seconds, { min: 1, max: 100_000 }),
    repetitions: numberOption('--repetitions', given.repetitions, { min: 1, max: 1000, whole: true }),
    seed: numberOption('--seed', given.seed, { min: 0, max: 2 ** 31, whole: true }),
    json: given.json,
  };
}

async function repeat({ weathers, seconds }: Options, dir: string, seed: number): Promise<Row[]> {
  const bundle = await bundleOf('sim/child.ts', dir);
  const rows: Row[] = [];
  for (const weather of weathers) {
    const run = (accelerate: boolean): Promise<SimFigures> => {
      progress(`${weather}, seed ${seed}, ${accelerate ? 'accelerated' : 'stock'}`);
      const task: SimTask = { options: optionsOf(weather, seed, seconds), accelerate };
      return runBundle<SimFigures>(bundle, task);
    };
    const accelerated = await run(true);
    const stock = await run(false);
    if (accelerated.traceHash !== stock.traceHash) {
      const hashes = `${accelerated.traceHash} accelerated, ${stock.traceHash} stock`;
      throw new Error(`${weather}, seed ${seed}: the traces differ (${hashes})`);
    }
    const { events, messages } = stock;
    rows.push({ weather, events, messages, accelerated: speedOf(accelerated), stock: speedOf(stock) });
  }
  return rows;
}

function speedOf({ perSecond, perCpuSecond }: SimFigures): Speed {
  return { perSecond, perCpuSecond };
}

function mediansOf(repetitions: readonly (readonly Row[])[]): Row[] {
  const [first = []] = repetitions;
  return first.map(({ weather }, place) => {
    const rows = repetitions.map((rows) => rows[place] as Row);
    const middle = (pick: (row: Row) => number): number => median(rows.map(pick));
    const speed = (way: 'accelerated' | 'stock'): Speed => ({
      perSecond: middle((row) => row[way].perSecond),
      perCpuSecond: middle((row) => row[way].perCpuSecond),
    });
    return {
      weather,
      events: middle(({ events }) => events),
      messages: middle(({ messages }) => messages),
      accelerated: speed('accelerated'),
      stock: speed('stock'),
    };
  });
}

function tableOf(rows: readonly Row[]): string {
  const line = ({ weather, events, messages, accelerated, stock }: Row): string =>
    `| ${[
      weather,
      formatNumber(Math.round(events)),
      formatNumber(Math.round(messages)),
      formatNumber(Math.round(accelerated.perSecond)),
      formatNumber(Math.round(stock.perSecond)),
      `${(accelerated.perSecond / stock.perSecond).toFixed(1)} ×`,
      formatNumber(Math.round(accelerated.perCpuSecond)),
      formatNumber(Math.round(stock.perCpuSecond)),
    ].join(' | ')} |`;
  return [
    '| weather | events/s | messages between nodes/s | simulated s/s, accelerated | stock | faster by | simulated s/CPU s, accelerated | stock |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
    ...rows.map(line),
  ].join('\n');
}

runScript({
  name: 'bench:sim',
  help: HELP,
  readOptions,
  repeat,
  mediansOf,
  tableOf,
  subject: ({ seconds }) => `five nodes, twenty operations a second, ${seconds} virtual seconds`,
});
