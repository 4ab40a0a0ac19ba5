// npm run bench:durable: what durability costs, beside what the drive gives; and how long a long log takes to recover.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Program } from '../src/bench/node-process.ts';
import { ownProgram } from '../src/bench/program.ts';
import { median } from '../src/bench/statistics.ts';
import { formatNumber, formatShare } from '../src/bench/text.ts';
import { numberOption, parseOptions } from '../src/cli/usage.ts';
import { bundleOf, runBundle } from './bundle.ts';
import { Subject } from './cell.ts';
import type { FsyncRate, FsyncTask } from './durable/fsync.ts';
import { measureRecovery, type RecoveryRow } from './durable/recovery.ts';
import { progress, runScript } from './script.ts';

const HELP = `Usage: npm run bench:durable -- [options]

Measures writes of a cluster of real processes in a closed loop, once with state in memory and once with --data-dir, at
several concurrencies; in the same run, how many syncs a second the drive gives to one process and to as many processes
as there are nodes (one page appended, then fdatasync, and again); and how long a node takes to come back with a long
log, and how much memory.

"Allowed" is what one sync a batch allows: if all clients' writes travel together, a batch of N takes what N writes take
in memory, and then one sync of a drive that all nodes share: N / (N / memory + 1 / syncs).

  --nodes N             processes (default 3)
  --concurrency A,B,…   clients side by side (default 1,16,64,256)
  --seconds S           each measurement, after 0.3 s of warming up (default 2)
  --entries N           log entries to recover; 0 leaves that out (default 1000000)
  --dir DIR             where the data is; the drive that is measured (default: this folder's store/)
  --repetitions N       (default 3)
  --seed N              seeds the choice of keys (default 1)
  --json                JSON instead of the tables
  -h, --help            this text

Examples:
  npm run bench:durable
  npm run bench:durable -- --concurrency 64 --entries 0 --dir /mnt/nvme
`;

type Options = {
  readonly program: Program;
  readonly nodes: number;
  readonly concurrencies: readonly number[];
  readonly forMs: number;
  readonly entries: number;
  readonly dir: string;
  readonly repetitions: number;
  readonly seed: number;
  readonly json: boolean;
};

/** Syncs of the drive, when so many processes ask for them at a time; of each process. */
type DriveRow = FsyncRate & { readonly part: 'drive'; readonly processes: number };
type WriteRow = {
  readonly part: 'writes';
  readonly concurrency: number;
  readonly memoryPerSecond: number;
  readonly memoryP99Ms: number;
  readonly diskPerSecond: number;
  readonly diskP50Ms: number;
  readonly diskP99Ms: number;
  /** What one sync for all concurrent writes would allow. */
  readonly allowedPerSecond: number;
};
type Row = DriveRow | WriteRow | RecoveryRow;

function readOptions(argv: readonly string[]): Options | 'help' {
  const given = parseOptions('bench:durable', argv, {
    nodes: { type: 'string', default: '3' },
    concurrency: { type: 'string', default: '1,16,64,256' },
    seconds: { type: 'string', default: '2' },
    entries: { type: 'string', default: '1000000' },
    dir: { type: 'string', default: 'store' },
    repetitions: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (given.help) return 'help';
  const count = (option: `--${string}`, text: string, min: number, max: number): number =>
    numberOption(option, text, { min, max, whole: true });
  return {
    program: ownProgram([]),
    nodes: count('--nodes', given.nodes, 1, 99),
    concurrencies: given.concurrency.split(',').map((text) => count('--concurrency', text, 1, 9000)),
    forMs: numberOption('--seconds', given.seconds, { min: 0.1, max: 3600 }) * 1000,
    entries: count('--entries', given.entries, 0, 100_000_000),
    dir: resolve(given.dir),
    repetitions: count('--repetitions', given.repetitions, 1, 1000),
    seed: numberOption('--seed', given.seed, { min: 0, max: 2 ** 32 - 1, whole: true }),
    json: given.json,
  };
}

async function repeat(options: Options, workDir: string, seed: number): Promise<Row[]> {
  mkdirSync(options.dir, { recursive: true });
  const dataDir = mkdtempSync(join(options.dir, 'bench-durable-'));
  try {
    const drive = await measureDrive(options, workDir, dataDir);
    const shared = drive.at(-1) as DriveRow;
    const writes = await measureWrites(options, workDir, dataDir, seed, shared.perSecond);
    if (options.entries === 0) return [...drive, ...writes];
    progress(`a log of ${formatNumber(options.entries)} entries`);
    const dir = join(dataDir, 'recovery');
    return [...drive, ...writes, await measureRecovery(options.program, workDir, dir, options.entries)];
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measureDrive({ nodes }: Options, workDir: string, dir: string): Promise<DriveRow[]> {
  const bundle = await bundleOf('durable/fsync.ts', workDir);
  const rows: DriveRow[] = [];
  for (const processes of new Set([1, nodes])) {
    progress(`syncs of the drive, ${processes} at a time`);
    const rates = await Promise.all(
      Array.from({ length: processes }, (_, place) => {
        const task: FsyncTask = { dir, name: `sync-${place}`, forMs: 1000 };
        return runBundle<FsyncRate>(bundle, task);
      }),
    );
    const middle = (pick: (rate: FsyncRate) => number): number => median(rates.map(pick));
    rows.push({
      part: 'drive',
      processes,
      perSecond: middle((rate) => rate.perSecond),
      p50Ms: middle((rate) => rate.p50Ms),
      p99Ms: middle((rate) => rate.p99Ms),
    });
  }
  return rows;
}

async function measureWrites(
  options: Options,
  logDir: string,
  dataDir: string,
  seed: number,
  syncsPerSecond: number,
): Promise<WriteRow[]> {
  const { program, nodes, concurrencies, forMs } = options;
  const onDisk = (node: string): readonly string[] => ['--data-dir', join(dataDir, node)];
  const measureAll = async (disk: string, argsOf: (node: string) => readonly string[]) => {
    const subject = await Subject.start(program, nodes, logDir, seed, { argsOf });
    try {
      await subject.ready('write');
      const figures = [];
      for (const concurrency of concurrencies) {
        progress(`writes, ${disk}, concurrency ${concurrency}`);
        figures.push(await subject.measure('write', concurrency, forMs));
      }
      return figures;
    } finally {
      await subject.stop();
    }
  };
  const memory = await measureAll('memory', () => []);
  const disk = await measureAll('disk', onDisk);
  return concurrencies.map((concurrency, place) => {
    const inMemory = memory[place] as (typeof memory)[number];
    const durable = disk[place] as (typeof disk)[number];
    return {
      part: 'writes',
      concurrency,
      memoryPerSecond: inMemory.perSecond,
      memoryP99Ms: inMemory.p99Ms,
      diskPerSecond: durable.perSecond,
      diskP50Ms: durable.p50Ms,
      diskP99Ms: durable.p99Ms,
      allowedPerSecond: concurrency / (concurrency / inMemory.perSecond + 1 / syncsPerSecond),
    };
  });
}

/** The median of each figure over the repetitions. */
function mediansOf(repetitions: readonly (readonly Row[])[]): Row[] {
  const [first = []] = repetitions;
  return first.map((row, place) => {
    const rows = repetitions.map((rows) => rows[place] as Row);
    const figures = Object.entries(row).map(([name, value]) => {
      const values = rows.map((one) => one[name as keyof Row] as unknown);
      return [name, values.every((one) => typeof one === 'number') ? median(values as number[]) : value];
    });
    return Object.fromEntries(figures) as Row;
  });
}

function tableOf(rows: readonly Row[]): string {
  const drives = rows.filter((row): row is DriveRow => row.part === 'drive');
  const writes = rows.filter((row): row is WriteRow => row.part === 'writes');
  const recoveries = rows.filter((row): row is RecoveryRow => row.part === 'recovery');
  const megabytes = (value: number | null): string => (value === null ? '' : formatNumber(value));
  return [
    '| processes that sync | syncs/s of each | p50 ms | p99 ms |',
    '|--:|--:|--:|--:|',
    ...drives.map(({ processes, perSecond, p50Ms, p99Ms }) =>
      line([processes, formatNumber(perSecond), p50Ms.toFixed(2), p99Ms.toFixed(2)]),
    ),
    '',
    '| clients | memory writes/s | p99 ms | disk writes/s | p50 ms | p99 ms | of memory | allowed by one sync a batch | of that |',
    '|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...writes.map((row) =>
      line([
        row.concurrency,
        formatNumber(row.memoryPerSecond),
        row.memoryP99Ms.toFixed(2),
        formatNumber(row.diskPerSecond),
        row.diskP50Ms.toFixed(2),
        row.diskP99Ms.toFixed(2),
        formatShare(row.diskPerSecond / row.memoryPerSecond),
        formatNumber(row.allowedPerSecond),
        formatShare(row.diskPerSecond / row.allowedPerSecond),
      ]),
    ),
    ...(recoveries.length === 0
      ? []
      : [
          '',
          '| log entries | from start to the first answer, s | most resident MB | resident MB then |',
          '|--:|--:|--:|--:|',
        ]),
    ...recoveries.map(({ entries, readyMs, peakMb, residentMb }) =>
      line([formatNumber(entries), (readyMs / 1000).toFixed(2), megabytes(peakMb), megabytes(residentMb)]),
    ),
  ].join('\n');
}

function line(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

runScript({
  name: 'bench:durable',
  help: HELP,
  readOptions,
  repeat,
  mediansOf,
  tableOf,
  subject: ({ nodes }) => `writes of ${nodes} processes`,
});
