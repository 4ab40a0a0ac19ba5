import { WORKLOADS } from '../../machines/operations.ts';
import { OBSERVER_OPTIONS, readObservers, type Watched, withInspectValue } from '../cli/observers.ts';
import { numberOption, oneOf, parseOptions, UsageError } from '../cli/usage.ts';
import { ADDRESS_RULE, type Address, parseAddress } from '../host/line-server.ts';
import type { DataOptions } from './data-home.ts';
import { bindDurableArgs, type NodeNeeds, nodeNeeds } from './nemesis/needs.ts';
import { NEMESIS_OPTIONS, type NemesisOptions, readNemesis } from './nemesis/options.ts';
import { LATENCY_KINDS } from './network.ts';
import { TRACE_FD } from './node-process.ts';
import { ownProgram, programOf } from './program.ts';
import type { RunOptions } from './run.ts';
import { type Mix, WORKLOAD_NAMES, type WorkloadName } from './workload.ts';

/** The options about what nodes keep on disk. */
export const DATA_OPTIONS = {
  'data-dir': { type: 'string' },
  'keep-data': { type: 'boolean', default: false },
  'durable-args': { type: 'string' },
} as const;

/** @throws UsageError unless it is an address of this machine */
function readListen(text: string | undefined): Address | null {
  if (text === undefined) return null;
  const address = parseAddress(text);
  if (address !== null) return address;
  throw new UsageError(`--listen is "${text}"`, `--listen takes ${ADDRESS_RULE}`);
}

export type BenchOptions = {
  readonly run: RunOptions;
  readonly store: string;
  readonly data: DataOptions;
  /** Where operators may ask the cluster of a log; null for nowhere. */
  readonly listen: Address | null;
  /** Where the report goes: a file, beside the results (true), or nowhere (false). */
  readonly report: string | boolean;
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
  const given = parseOptions('bench', withInspectValue(bindDurableArgs(own)), {
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
    ...NEMESIS_OPTIONS,
    ...DATA_OPTIONS,
    'recovery-timeout': { type: 'string', default: '10' },
    seed: { type: 'string' },
    'check-budget': { type: 'string', default: '60' },
    store: { type: 'string', default: 'store' },
    listen: { type: 'string' },
    report: { type: 'string' },
    'no-report': { type: 'boolean', default: false },
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
  const nemesis = readNemesis(given, nodes);
  const needs = needsOf(given, nemesis);
  return {
    run: {
      program:
        given.bin === undefined
          ? ownProgram([
              '--workload',
              workload,
              ...(given['no-accelerate'] ? ['--no-accelerate'] : []),
              ...traced,
              ...needs.faultArgs,
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
      durableArgs: needs.durableArgs,
      nemesis,
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
    data: { dir: given['data-dir'], keep: given['keep-data'] },
    listen: readListen(given.listen),
    report: readReport(given.report, given['no-report']),
    watched,
    checkBudgetMs: secondsMs('--check-budget', given['check-budget']),
    quiet: given.quiet,
    json: given.json,
  };
}

/** What the options say about directories of nodes, and what they need for the faults. */
export function needsOf(
  given: { readonly [option in 'bin' | 'data-dir' | 'durable-args']?: string | undefined },
  { faults }: NemesisOptions,
): NodeNeeds {
  const { bin, 'data-dir': dataDir, 'durable-args': durableArgs } = given;
  return nodeNeeds({ bin, dataDir, durableArgs }, faults);
}

/** @throws UsageError when it is wanted and not wanted */
export function readReport(file: string | undefined, none: boolean): string | boolean {
  if (file === undefined) return !none;
  if (none) throw new UsageError(`--report is "${file}", and --no-report`, 'leave one of them out');
  return file;
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
