import { WORKLOADS } from '../../machines/operations.ts';
import {
  OBSERVER_OPTIONS,
  observerHelp,
  readObservers,
  type Watched,
  withInspectValue,
} from '../cli/observers.ts';
import { numberOption, oneOf, parseOptions, UsageError } from '../cli/usage.ts';
import { LATENCY_KINDS } from './network.ts';
import { TRACE_FD } from './node-process.ts';
import { PARTITION_SHAPES, SHAPE_HELP } from './partition.ts';
import { ownProgram, programOf } from './program.ts';
import type { RunOptions } from './run.ts';
import { type Mix, WORKLOAD_NAMES, type WorkloadName } from './workload.ts';

const shapes = PARTITION_SHAPES.map((shape) => `    ${shape.padEnd(16)} ${SHAPE_HELP[shape]}`).join('\n');

export const BENCH_HELP = `Usage: actorum bench [options] [-- arguments of the node]

Starts a cluster of real processes on this machine, carries their messages as Maelstrom does, reads, writes and
compares-and-sets keys through all of them, breaks the network if asked to, and judges whether what the clients saw
is linearizable. With --workload lww-kv: whether all nodes agree once the network is whole, and which acknowledged
writes were lost.

The cluster:
  --workload KIND           lin-kv (default) or ryw-kv: clients carry sessions from node to node and also read by
                            token from followers (ryw_read); the four session guarantees are judged, too
                            (the nodes of --bin are to be told by arguments after --)
                            lww-kv: the conflict store; --mix, --slow-follower, --workers-per-key, --ops-per-key and
                            --check-budget mean nothing there
  --nodes N                 processes (default 5)
  --bin FILE                the program of a node, speaking Maelstrom's protocol; a .js file that is not
                            executable is run by this Node
                            (default: actorum itself)
  --no-accelerate           our own nodes step their charts with XState itself
  --latency MS              mean latency of messages between nodes (default 0); clients are always near
  --slow-follower MS        messages from nodes to one follower take so much longer (default 0); should it be
                            elected, another follower is slow
  --latency-kind KIND       constant (default), uniform (0 to twice the mean) or exponential; the latter two
                            reorder messages

The clients:
  --concurrency N           workers (default: 2 for each node). lin-kv: worker i is bound to node i mod N;
                            ryw-kv: it begins there, moves on now and then, and whenever it was not served
  --rate R                  operations a second over all workers; 0 is as fast as possible (default 100)
  --time S                  seconds of load (default 10)
  --mix R:W:C[:F]           weights of reads, writes, cas and, in ryw-kv, ryw_reads that prefer a follower
                            (default 50:20:30, ryw-kv 15:20:15:50)
  --workers-per-key N       so many workers share a key (default: 2 for each node)
  --ops-per-key N           operations before they move on to a fresh key (default 128)

The conflict store (lww-kv):
  --mode MODE               lww, vv or both (default): the same load in each mode, and what became of the writes,
                            side by side; each node is also given --mode lww or --mode vv
  --keys N                  so many keys (default 10)
  --clock-offset-ms LIST    how far the clocks of nodes are off, say n1=500,n2=-300 (default: none is)

The faults:
  --nemesis KIND            none (default) or partition
  --partition SHAPE         (default: all of them by turns, the leader's first)
${shapes}
  --nemesis-interval S      so long whole, then so long cut, and so on (default 3)
  --recovery-timeout S      after the last fault, every node must answer within this time (default 10)

The run:
  --seed N                  seeds workload, faults and latencies (default: random, printed)
  --check-budget S          seconds for the checker; what is undecided then is unknown (default 60)
${observerHelp(28)}
  --store DIR               where history.jsonl, results.json and the nodes' stderr go (default store)
  --quiet                   the verdict alone
  --json                    the results alone, as JSON
  -h, --help                this text

Exit status: 0 linearizable, and every session guarantee kept; 1 not, or a node ended, broke the protocol or did not recover; 2 unknown, or wrong usage.
lww-kv: 0 all nodes agree in the end, and vv has lost nothing (lww may: that is what it shows); 1 not; 2 as above.

Examples:
  actorum bench --nodes 5 --concurrency 20 --rate 200 --time 15 --nemesis partition --latency 5
  actorum bench --nodes 3 --rate 0 --concurrency 64 --mix 1:0:0
  actorum bench --workload ryw-kv --nemesis partition --slow-follower 20
  actorum bench --workload lww-kv --nemesis partition --clock-offset-ms n1=500,n2=-300
  actorum bench --bin ./my-node.py --nemesis partition --partition majorities-ring -- --verbose
`;

export type BenchOptions = {
  readonly run: RunOptions;
  readonly store: string;
  readonly checkBudgetMs: number;
  /** Who watches; null for nobody. */
  readonly watched: Watched | null;
  readonly quiet: boolean;
  readonly json: boolean;
};

const DEFAULT_MIX: { readonly [workload in WorkloadName]: string } = {
  'lin-kv': '50:20:30',
  'ryw-kv': '15:20:15:50',
};
export const MAX_SECONDS = 24 * 60 * 60;
export const INIT_TIMEOUT_MS = 10_000;

/**
 * Reads the command line.
 * @param freshSeed is asked for a seed when none is given
 * @returns `help` when that is all that is asked for
 * @throws UsageError that says which option, its value and what is allowed
 */
export function readOptions(argv: readonly string[], freshSeed: () => number): BenchOptions | 'help' {
  const end = argv.indexOf('--');
  const [own, forNode] = end < 0 ? [argv, []] : [argv.slice(0, end), argv.slice(end + 1)];
  const given = parseOptions('bench', withInspectValue(own), {
    workload: { type: 'string', default: 'lin-kv' },
    nodes: { type: 'string', default: '5' },
    bin: { type: 'string' },
    'no-accelerate': { type: 'boolean', default: false },
    latency: { type: 'string', default: '0' },
    'latency-kind': { type: 'string', default: 'constant' },
    concurrency: { type: 'string' },
    rate: { type: 'string', default: '100' },
    time: { type: 'string', default: '10' },
    'slow-follower': { type: 'string', default: '0' },
    mix: { type: 'string' },
    'workers-per-key': { type: 'string' },
    'ops-per-key': { type: 'string', default: '128' },
    nemesis: { type: 'string', default: 'none' },
    partition: { type: 'string' },
    'nemesis-interval': { type: 'string', default: '3' },
    'recovery-timeout': { type: 'string', default: '10' },
    seed: { type: 'string' },
    'check-budget': { type: 'string', default: '60' },
    store: { type: 'string', default: 'store' },
    ...OBSERVER_OPTIONS,
    quiet: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (given.help) return 'help';
  const secondsMs = (option: `--${string}`, text: string): number =>
    numberOption(option, text, { min: 0.1, max: MAX_SECONDS }) * 1000;
  const count = (option: `--${string}`, text: string, max: number): number =>
    numberOption(option, text, { min: 1, max, whole: true });
  const nodes = count('--nodes', given.nodes, 99);
  const workload = oneOf('--workload', given.workload, WORKLOAD_NAMES, WORKLOADS);
  const watched = readObservers(given);
  const traced = watched === null ? [] : ['--trace', `fd:${TRACE_FD}`];
  if (given['no-accelerate'] && given.bin !== undefined) {
    throw new UsageError(
      `--no-accelerate is for our own nodes, not for --bin ${given.bin}`,
      'leave one of them out',
    );
  }
  return {
    run: {
      program:
        given.bin === undefined
          ? ownProgram([
              '--workload',
              workload,
              ...(given['no-accelerate'] ? ['--no-accelerate'] : []),
              ...traced,
              ...forNode,
            ])
          : programOf(given.bin, forNode),
      workload,
      nodes,
      concurrency: count('--concurrency', given.concurrency ?? String(2 * nodes), 10_000),
      rate: numberOption('--rate', given.rate, { min: 0, max: 1_000_000 }),
      timeMs: secondsMs('--time', given.time),
      latency: {
        kind: oneOf('--latency-kind', given['latency-kind'], LATENCY_KINDS),
        meanMs: numberOption('--latency', given.latency, { min: 0, max: 60_000 }),
      },
      slowFollowerMs: readSlowFollower(given['slow-follower'], nodes),
      nemesis: readNemesis(given.nemesis, given.partition, nodes),
      nemesisIntervalMs: secondsMs('--nemesis-interval', given['nemesis-interval']),
      mix: readMix(given.mix ?? DEFAULT_MIX[workload], workload),
      workersPerKey: count('--workers-per-key', given['workers-per-key'] ?? String(2 * nodes), 10_000),
      opsPerKey: count('--ops-per-key', given['ops-per-key'], 1_000_000),
      seed:
        given.seed === undefined
          ? freshSeed()
          : numberOption('--seed', given.seed, { min: 0, max: 2 ** 32 - 1, whole: true }),
      initTimeoutMs: INIT_TIMEOUT_MS,
      recoveryTimeoutMs: secondsMs('--recovery-timeout', given['recovery-timeout']),
    },
    store: given.store,
    watched,
    checkBudgetMs: secondsMs('--check-budget', given['check-budget']),
    quiet: given.quiet,
    json: given.json,
  };
}

export function readNemesis(kind: string, shape: string | undefined, nodes: number): RunOptions['nemesis'] {
  if (oneOf('--nemesis', kind, ['none', 'partition']) === 'none') {
    if (shape === undefined) return 'none';
    throw new UsageError(`--partition is "${shape}", but there is no nemesis`, 'add: --nemesis partition');
  }
  if (nodes < 3) throw new UsageError(`--nodes is ${nodes}`, '--nemesis partition needs at least 3 nodes');
  return shape === undefined ? 'any' : oneOf('--partition', shape, PARTITION_SHAPES);
}

function readSlowFollower(text: string, nodes: number): number {
  const ms = numberOption('--slow-follower', text, { min: 0, max: 60_000 });
  if (ms === 0 || nodes > 1) return ms;
  throw new UsageError(`--slow-follower is ${ms}`, 'a cluster of one node has no follower');
}

function readMix(text: string, workload: WorkloadName): Mix {
  const hint =
    workload === 'lin-kv'
      ? '--mix takes three weights, reads:writes:cas, say 50:20:30, of which not all are 0'
      : '--mix takes four weights in ryw-kv, reads:writes:cas:ryw_reads, say 15:20:15:50, of which not all are 0';
  const weights = text
    .split(':')
    .map((weight) => (/^\d+(\.\d+)?$/.test(weight) ? Number(weight) : Number.NaN));
  const [read = 0, write = 0, cas = 0, rywRead = 0] = weights;
  const sum = read + write + cas + rywRead;
  if (weights.length !== (workload === 'lin-kv' ? 3 : 4) || !(sum > 0) || !Number.isFinite(sum)) {
    throw new UsageError(`--mix is "${text}"`, hint);
  }
  return { read, write, cas, rywRead };
}
