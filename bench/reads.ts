// npm run bench:reads: what follower reads are worth, against leader reads, in one cluster of real processes after another.
import type { Program } from '../src/bench/node-process.ts';
import { ownProgram } from '../src/bench/program.ts';
import { numberOption, parseOptions } from '../src/cli/usage.ts';
import { MODES } from './read-modes.ts';
import { type Cell, measureCluster, type Row } from './reads-cell.ts';
import { mediansOf, tableOf } from './reads-table.ts';
import { progress, runScript } from './script.ts';

const HELP = `Usage: npm run bench:reads -- [options] [-- arguments of the node]

Compares reads that the leader serves with reads that followers serve (ryw_read with the client's token), mixed with
writes, in a closed loop on clusters of real processes: the median of several repetitions, each with fresh clusters.

  --nodes A,B,…         sizes of clusters (default 3,5)
  --reads A,B,…         percentages of reads; the others are writes (default 50,90,99)
  --slow-follower MS    once more with one follower to which messages take so much longer, at the middle percentage
                        of reads (default 20; 0 leaves it out)
  --concurrency N       clients side by side (default 64)
  --repetitions N       (default 3)
  --seconds S           each measurement, after 0.3 s of warming up (default 1)
  --seed N              seeds the choice of keys (default 1)
  --json                JSON instead of the table
  -h, --help            this text

The ways to read:
${MODES.map(({ name, help }) => `  ${name.padEnd(32)}${help}`).join('\n')}

"Messages of the leader" are all that it sends and receives, to and from clients and nodes.
`;

type Options = {
  readonly program: Program;
  readonly nodes: readonly number[];
  readonly readShares: readonly number[];
  readonly slowFollowerMs: number;
  readonly concurrency: number;
  readonly repetitions: number;
  readonly forMs: number;
  readonly seed: number;
  readonly json: boolean;
};

function readOptions(argv: readonly string[]): Options | 'help' {
  const end = argv.indexOf('--');
  const [own, forNode] = end < 0 ? [argv, []] : [argv.slice(0, end), argv.slice(end + 1)];
  const given = parseOptions('bench:reads', own, {
    nodes: { type: 'string', default: '3,5' },
    reads: { type: 'string', default: '50,90,99' },
    'slow-follower': { type: 'string', default: '20' },
    concurrency: { type: 'string', default: '64' },
    repetitions: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (given.help) return 'help';
  const count = (option: `--${string}`, text: string, min: number, max: number): number =>
    numberOption(option, text, { min, max, whole: true });
  return {
    program: ownProgram(['--workload', 'ryw-kv', ...forNode]),
    nodes: given.nodes.split(',').map((text) => count('--nodes', text, 2, 99)),
    readShares: given.reads
      .split(',')
      .map((text) => numberOption('--reads', text, { min: 0, max: 100 }) / 100),
    slowFollowerMs: numberOption('--slow-follower', given['slow-follower'], { min: 0, max: 60_000 }),
    concurrency: count('--concurrency', given.concurrency, 1, 9000),
    repetitions: count('--repetitions', given.repetitions, 1, 1000),
    forMs: numberOption('--seconds', given.seconds, { min: 0.1, max: 3600 }) * 1000,
    seed: count('--seed', given.seed, 0, 2 ** 32 - 1),
    json: given.json,
  };
}

/** What is measured in clusters of one kind: every share of reads in every mode. */
function cellsOf(options: Options, slow: boolean): Cell[] {
  const { readShares, concurrency, forMs } = options;
  const shares = slow ? [readShares[readShares.length >> 1] as number] : readShares;
  return shares.flatMap((readShare) => MODES.map((mode) => ({ mode, readShare, concurrency, forMs })));
}

async function repeat(options: Options, logDir: string, seed: number): Promise<Row[]> {
  const { program, nodes, slowFollowerMs } = options;
  const rows: Row[] = [];
  for (const lagMs of slowFollowerMs === 0 ? [0] : [0, slowFollowerMs]) {
    for (const count of nodes) {
      const kind = { program, nodes: count, slowFollowerMs: lagMs, logDir, seed };
      rows.push(...(await measureCluster(kind, cellsOf(options, lagMs > 0), progress)));
    }
  }
  return rows;
}

runScript({
  name: 'bench:reads',
  help: HELP,
  readOptions,
  repeat,
  mediansOf,
  tableOf,
  subject: ({ concurrency }) => `${concurrency} clients`,
});
