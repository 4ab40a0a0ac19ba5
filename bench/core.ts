// npm run bench:core: how many entries a second three Raft cores commit in one process, ours and a peer's.
import { median } from '../src/bench/statistics.ts';
import { formatNumber } from '../src/bench/text.ts';
import { numberOption, parseOptions } from '../src/cli/usage.ts';
import { bundleOf, runBundle } from './bundle.ts';
import { CONTENDERS, type Contender, type CoreFigures, type CoreTask } from './core/task.ts';
import { ensurePeers, PEERS_DIR } from './peers.ts';
import { progress, runScript } from './script.ts';

const HELP = `Usage: npm run bench:core -- [options]

Measures the protocol alone: three Raft nodes in one process, with memory for wire and disks. Each proposal is committed
and applied by all three before the next one is made. No JSON, no pipes, no clients, no registers. Each core runs in
processes of its own, in turn with the others.

  --batch A,B,…         entries in each proposal (default 1,64)
  --repetitions N       (default 5)
  --seconds S           each measurement, after as long of warming up (default 1)
  --no-peers            Actorum alone
  --json                JSON instead of the table
  -h, --help            this text

The peer is @coaty/consensus.raft 1.0.0, a port of etcd's Raft core to TypeScript: its RawNode with its MemoryStorage. It
is installed under bench/peers when it is missing. "At once" proposes a batch as one message with many entries, which its
RawNode.propose does not do.

Examples:
  npm run bench:core
  npm run bench:core -- --batch 1,8,64,512 --repetitions 3 --no-peers
`;

type Options = {
  readonly batches: readonly number[];
  readonly contenders: readonly Contender[];
  readonly repetitions: number;
  readonly forMs: number;
  readonly json: boolean;
};

type Row = CoreFigures & { readonly contender: Contender; readonly batch: number };

function readOptions(argv: readonly string[]): Options | 'help' {
  const given = parseOptions('bench:core', argv, {
    batch: { type: 'string', default: '1,64' },
    repetitions: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1' },
    'no-peers': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (given.help) return 'help';
  const count = (option: string, text: string, max: number): number =>
    numberOption(option, text, { min: 1, max, whole: true });
  const all = Object.keys(CONTENDERS) as Contender[];
  const hasPeers = !given['no-peers'] && ensurePeers((text) => process.stderr.write(`bench:core: ${text}\n`));
  return {
    batches: given.batch.split(',').map((text) => count('--batch', text, 10_000)),
    contenders: hasPeers ? all : all.filter((contender) => !contender.startsWith('coaty')),
    repetitions: count('--repetitions', given.repetitions, 1000),
    forMs: numberOption('--seconds', given.seconds, { min: 0.1, max: 60 }) * 1000,
    json: given.json,
  };
}

/** Everything once, each core with each size of batch. */
async function repeat({ batches, contenders, forMs }: Options, dir: string): Promise<Row[]> {
  const bundle = await bundleOf('core/child.ts', dir);
  const rows: Row[] = [];
  for (const batch of batches) {
    for (const contender of contenders) {
      // One entry proposed at once is one entry proposed.
      if (contender === 'coatyAtOnce' && batch === 1) continue;
      progress(`${CONTENDERS[contender]}, ${batch} at a time`);
      const task: CoreTask = { contender, batch, forMs, peersDir: PEERS_DIR };
      rows.push({ contender, batch, ...(await runBundle<CoreFigures>(bundle, task)) });
    }
  }
  return rows;
}

function mediansOf(repetitions: readonly (readonly Row[])[]): Row[] {
  const [first = []] = repetitions;
  return first.map(({ contender, batch }, place) => {
    const rows = repetitions.map((rows) => rows[place] as Row);
    return {
      contender,
      batch,
      perSecond: median(rows.map(({ perSecond }) => perSecond)),
      cpuUs: median(rows.map(({ cpuUs }) => cpuUs)),
    };
  });
}

function tableOf(rows: readonly Row[]): string {
  const ours = ({ batch }: Row) =>
    rows.find((row) => row.batch === batch && row.contender === 'accelerated') as Row;
  const line = (row: Row): string =>
    `| ${[
      row.batch,
      CONTENDERS[row.contender],
      formatNumber(Math.round(row.perSecond)),
      row.cpuUs.toFixed(2),
      row.contender === 'accelerated' ? '' : `${(row.cpuUs / ours(row).cpuUs).toFixed(1)} ×`,
    ].join(' | ')} |`;
  return [
    '| entries in a proposal | core | committed and applied by all, a second | CPU µs/entry | Actorum is faster by |',
    '|--:|---|--:|--:|--:|',
    ...rows.map(line),
  ].join('\n');
}

runScript({
  name: 'bench:core',
  help: HELP,
  readOptions,
  repeat,
  mediansOf,
  tableOf,
  subject: ({ forMs }) => `three nodes in one process, ${forMs / 1000} s each`,
});
