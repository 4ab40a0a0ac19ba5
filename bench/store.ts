// npm run bench:store: what a key of the conflict store takes, what an operation costs, and what a repair sends.
import { MODES, type Mode } from '../machines/store/operations.ts';
import type { Program } from '../src/bench/node-process.ts';
import { ownProgram } from '../src/bench/program.ts';
import { median } from '../src/bench/statistics.ts';
import { formatNumber } from '../src/bench/text.ts';
import { numberOption, oneOf, parseOptions } from '../src/cli/usage.ts';
import { progress, runScript } from './script.ts';
import { FilledNode, type NodeRow } from './store/filled-node.ts';
import { Repair, type RepairRow } from './store/repair.ts';

const HELP = `Usage: npm run bench:store -- [options]

Measures the conflict store (--workload lww-kv). A node of its own, a real process that is spoken to through its pipes,
is filled with small keys; then its resident memory is read, and writes and reads of random keys are timed. And two
nodes in virtual time, of which some keys differ, are let alone until they hold the same; what they send is counted.

  --keys A,B,…          sizes of the filled node (default 10000,100000,1000000)
  --modes A,B           of ${MODES.join(', ')} (default both)
  --operations N        writes, and as many reads, of one measurement (default 100000)
  --compared N          keys of the two nodes that compare (default 100000)
  --differing A,B,…     how many of them differ (default 1,100,10000)
  --repetitions N       (default 3)
  --seed N              seeds the choice of keys (default 1)
  --json                JSON instead of the tables
  -h, --help            this text

Examples:
  npm run bench:store
  npm run bench:store -- --keys 1000000 --modes lww --repetitions 1
`;

type Options = {
  readonly program: Program;
  readonly keys: readonly number[];
  readonly modes: readonly Mode[];
  readonly operations: number;
  readonly compared: number;
  readonly differing: readonly number[];
  readonly repetitions: number;
  readonly seed: number;
  readonly json: boolean;
};

type Row = NodeRow | RepairRow;

function readOptions(argv: readonly string[]): Options | 'help' {
  const given = parseOptions('bench:store', argv, {
    keys: { type: 'string', default: '10000,100000,1000000' },
    modes: { type: 'string', default: MODES.join(',') },
    operations: { type: 'string', default: '100000' },
    compared: { type: 'string', default: '100000' },
    differing: { type: 'string', default: '1,100,10000' },
    repetitions: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (given.help) return 'help';
  const count = (option: `--${string}`, text: string, max: number): number =>
    numberOption(option, text, { min: 1, max, whole: true });
  const compared = count('--compared', given.compared, 10_000_000);
  return {
    program: ownProgram(['--workload', 'lww-kv']),
    keys: given.keys.split(',').map((text) => count('--keys', text, 10_000_000)),
    modes: given.modes.split(',').map((text) => oneOf('--modes', text, MODES)),
    operations: count('--operations', given.operations, 100_000_000),
    compared,
    differing: given.differing.split(',').map((text) => count('--differing', text, compared)),
    repetitions: count('--repetitions', given.repetitions, 1000),
    seed: numberOption('--seed', given.seed, { min: 0, max: 2 ** 32 - 1, whole: true }),
    json: given.json,
  };
}

async function repeat(options: Options, logDir: string, seed: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const mode of options.modes) {
    for (const keys of options.keys) {
      progress(`a node with ${formatNumber(keys)} keys, ${mode}`);
      const node = new FilledNode(options.program, logDir, mode, keys, seed);
      try {
        rows.push(await node.measure(options.operations, keys));
      } finally {
        await node.stop();
      }
    }
  }
  for (const differing of options.differing) {
    progress(`${formatNumber(differing)} of ${formatNumber(options.compared)} keys differ`);
    rows.push(new Repair(seed).measure(options.compared, differing));
  }
  return rows;
}

/** The median of each figure over the repetitions. */
function mediansOf(repetitions: readonly (readonly Row[])[]): Row[] {
  const [first = []] = repetitions;
  return first.map((row, place) => {
    const rows = repetitions.map((rows) => rows[place] as Row);
    const middle = <R extends Row>(of: readonly R[], pick: (row: R) => number | null): number | null => {
      const values = of.flatMap((one) => pick(one) ?? []);
      return values.length === of.length ? median(values) : null;
    };
    if (row.part === 'node') {
      const nodes = rows.filter((one): one is NodeRow => one.part === 'node');
      return {
        ...row,
        residentMb: middle(nodes, (one) => one.residentMb),
        workedMb: middle(nodes, (one) => one.workedMb),
        bytesPerKey: middle(nodes, (one) => one.bytesPerKey),
        writesPerSecond: middle(nodes, (one) => one.writesPerSecond) ?? 0,
        readsPerSecond: middle(nodes, (one) => one.readsPerSecond) ?? 0,
        nodesCpuUs: middle(nodes, (one) => one.nodesCpuUs),
      };
    }
    const repairs = rows.filter((one): one is RepairRow => one.part === 'repair');
    return {
      ...row,
      rounds: middle(repairs, (one) => one.rounds) ?? 0,
      messages: middle(repairs, (one) => one.messages) ?? 0,
      bytes: middle(repairs, (one) => one.bytes) ?? 0,
      virtualMs: middle(repairs, (one) => one.virtualMs) ?? 0,
    };
  });
}

function tableOf(rows: readonly Row[]): string {
  const nodes = rows.flatMap((row) => {
    if (row.part !== 'node') return [];
    const { mode, keys, residentMb, workedMb, bytesPerKey, writesPerSecond, readsPerSecond, nodesCpuUs } =
      row;
    const figures = [keys, residentMb, bytesPerKey, workedMb, writesPerSecond, readsPerSecond, nodesCpuUs];
    return [line([mode, ...figures.map((value) => (value === null ? '' : formatNumber(value)))])];
  });
  const repairs = rows.flatMap((row) => {
    if (row.part !== 'repair') return [];
    const { differing, keys, rounds, messages, bytes, virtualMs } = row;
    const figures = [differing, keys, rounds, messages, bytes, bytes / differing, virtualMs];
    return [line(figures.map(formatNumber))];
  });
  return [
    '| mode | keys | resident MB, filled | bytes a key | resident MB, worked | writes/s | reads/s | CPU µs/op |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
    ...nodes,
    '',
    '| keys that differ | of | rounds | messages | bytes | bytes a differing key | ms at 1 ms a message |',
    '|--:|--:|--:|--:|--:|--:|--:|',
    ...repairs,
  ].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

runScript({
  name: 'bench:store',
  help: HELP,
  readOptions,
  repeat,
  mediansOf,
  tableOf,
  subject: ({ operations }) => `${formatNumber(operations)} writes and as many reads`,
});
