// npm run bench:node: what a cluster of real processes reaches, by kind of operation and concurrency.
import { fileURLToPath } from 'node:url';
import type { Program } from '../src/bench/node-process.ts';
import { ownProgram, programOf } from '../src/bench/program.ts';
import { median } from '../src/bench/statistics.ts';
import { formatNumber, formatShare } from '../src/bench/text.ts';
import { numberOption, parseOptions, UsageError } from '../src/cli/usage.ts';
import { type Figures, Subject } from './cell.ts';
import { progress, runScript } from './script.ts';
import { WORKLOADS, type WorkloadName } from './workloads.ts';

const HELP = `Usage: npm run bench:node -- [options] [-- arguments of the node]

Measures a cluster of real processes in a closed loop through the bench's router, with no added latency: each kind of
operation alone, at several concurrencies, the median of several repetitions, each with a fresh cluster.

  --bin FILE            the program of a node (default: actorum, as built)
  --nodes N             processes (default 3)
  --concurrency A,B,…   clients side by side (default 1,16,64,256)
  --workloads A,B,…     of ${WORKLOADS.join(', ')} (default all)
  --repetitions N       (default 3)
  --seconds S           each measurement, after 0.3 s of warming up (default 1)
  --seed N              seeds the choice of keys (default 1)
  --json                JSON instead of the table
  -h, --help            this text

"bare echo" is a node of a few lines that does nothing but answer: the ceiling of pipes, processes and router. "echo"
is the program under test answering Maelstrom's echo: the ceiling of its own way in and out.
`;

const BARE = 'bare echo';
const BARE_NODE = fileURLToPath(new URL('./echo-node.mjs', import.meta.url));

type Options = {
  readonly program: Program;
  readonly nodes: number;
  readonly concurrencies: readonly number[];
  readonly workloads: readonly WorkloadName[];
  readonly repetitions: number;
  readonly forMs: number;
  readonly seed: number;
  readonly json: boolean;
};

type Row = Omit<Figures, 'leaderCpuUs' | 'leaderMessages' | 'services' | 'leader'> & {
  readonly workload: string;
  readonly concurrency: number;
};

function readOptions(argv: readonly string[]): Options | 'help' {
  const end = argv.indexOf('--');
  const [own, forNode] = end < 0 ? [argv, []] : [argv.slice(0, end), argv.slice(end + 1)];
  const given = parseOptions('bench:node', own, {
    bin: { type: 'string' },
    nodes: { type: 'string', default: '3' },
    concurrency: { type: 'string', default: '1,16,64,256' },
    workloads: { type: 'string', default: WORKLOADS.join(',') },
    repetitions: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (given.help) return 'help';
  const count = (option: string, text: string, max: number): number =>
    numberOption(option, text, { min: 1, max, whole: true });
  return {
    program: given.bin === undefined ? ownProgram(forNode) : programOf(given.bin, forNode),
    nodes: count('--nodes', given.nodes, 99),
    concurrencies: given.concurrency.split(',').map((text) => count('--concurrency', text, 9000)),
    workloads: given.workloads.split(',').map(readWorkload),
    repetitions: count('--repetitions', given.repetitions, 1000),
    forMs: numberOption('--seconds', given.seconds, { min: 0.1, max: 3600 }) * 1000,
    seed: numberOption('--seed', given.seed, { min: 0, max: 2 ** 32 - 1, whole: true }),
    json: given.json,
  };
}

function readWorkload(text: string): WorkloadName {
  const found = WORKLOADS.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError(`--workloads has "${text}"`, `--workloads takes ${WORKLOADS.join(', ')}`);
}

/** One repetition: a fresh cluster of the program, and one of the bare node. */
async function repeat(options: Options, logDir: string, seed: number): Promise<Row[]> {
  const rows: Row[] = [];
  const measureAll = async (
    program: Program,
    workloads: readonly WorkloadName[],
    nameOf: (name: WorkloadName) => string,
  ): Promise<void> => {
    const subject = await Subject.start(program, options.nodes, logDir, seed);
    try {
      for (const name of workloads) {
        await subject.ready(name);
        for (const concurrency of options.concurrencies) {
          progress(`${nameOf(name)}, concurrency ${concurrency}`);
          const {
            services: _s,
            leader: _l,
            leaderCpuUs: _c,
            leaderMessages: _m,
            ...figures
          } = await subject.measure(name, concurrency, options.forMs);
          rows.push({ workload: nameOf(name), concurrency, ...figures });
        }
      }
    } finally {
      await subject.stop();
    }
  };
  await measureAll(programOf(BARE_NODE, []), ['echo'], () => BARE);
  await measureAll(options.program, options.workloads, (name) => name);
  return rows;
}

/** The median of each figure over the repetitions. */
function medians(repetitions: readonly (readonly Row[])[]): Row[] {
  const [first = []] = repetitions;
  return first.map(({ workload, concurrency }, place) => {
    const rows = repetitions.map((rows) => rows[place] as Row);
    const middle = (pick: (row: Row) => number): number => median(rows.map(pick));
    const cpu = rows.flatMap(({ nodesCpuUs }) => (nodesCpuUs === null ? [] : [nodesCpuUs]));
    return {
      workload,
      concurrency,
      perSecond: middle((row) => row.perSecond),
      p50Ms: middle((row) => row.p50Ms),
      p99Ms: middle((row) => row.p99Ms),
      messages: middle((row) => row.messages),
      nodesCpuUs: cpu.length === rows.length ? median(cpu) : null,
      routerCpuUs: middle((row) => row.routerCpuUs),
      failed: rows.reduce((sum, row) => sum + row.failed, 0),
    };
  });
}

function table(rows: readonly Row[]): string {
  const ceiling = (concurrency: number): number | undefined =>
    rows.find((row) => row.workload === 'echo' && row.concurrency === concurrency)?.perSecond;
  const line = (row: Row): string => {
    const echo = ceiling(row.concurrency);
    return `| ${[
      row.workload,
      row.concurrency,
      formatNumber(row.perSecond),
      echo === undefined ? '' : formatShare(row.perSecond / echo),
      row.p50Ms.toFixed(2),
      row.p99Ms.toFixed(2),
      row.messages.toFixed(2),
      row.nodesCpuUs === null ? '' : formatNumber(row.nodesCpuUs),
      formatNumber(row.routerCpuUs),
      row.failed,
    ].join(' | ')} |`;
  };
  return [
    '| operation | clients | operations/s | of echo | p50 ms | p99 ms | messages between nodes/op | CPU of the nodes µs/op | CPU of the router µs/op | not served |',
    '|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...rows.map(line),
  ].join('\n');
}

runScript({
  name: 'bench:node',
  help: HELP,
  readOptions,
  repeat,
  mediansOf: medians,
  tableOf: table,
  subject: ({ nodes, program }) => `${nodes} processes of ${program.name}`,
});
