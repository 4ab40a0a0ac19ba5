import { MODES, type Mode } from '../../machines/store/operations.ts';
import { OBSERVER_OPTIONS, readObservers, type Watched, withInspectValue } from '../cli/observers.ts';
import { numberOption, oneOf, parseOptions, UsageError } from '../cli/usage.ts';
import { nodeNames } from './cluster.ts';
import type { DataOptions } from './data-home.ts';
import type { FaultName } from './nemesis/fault.ts';
import { bindDurableArgs } from './nemesis/needs.ts';
import { NEMESIS_OPTIONS, readNemesis } from './nemesis/options.ts';
import { LATENCY_KINDS } from './network.ts';
import { TRACE_FD } from './node-process.ts';
import { DATA_OPTIONS, INIT_TIMEOUT_MS, MAX_SECONDS, needsOf, readReport } from './options.ts';
import { ownProgram, programOf } from './program.ts';
import type { StoreRunOptions } from './store-run.ts';

export type StoreBenchOptions = {
  readonly run: StoreRunOptions;
  /** The modes to run, one after the other. */
  readonly modes: readonly Mode[];
  readonly store: string;
  readonly data: DataOptions;
  /** As of {@link BenchOptions}. */
  readonly report: string | boolean;
  /** Who watches; null for nobody. */
  readonly watched: Watched | null;
  readonly quiet: boolean;
  readonly json: boolean;
};

/** The faults that mean something to a store without a leader, a log or members. */
const STORE_FAULTS: readonly FaultName[] = [
  'partition',
  'one-way-partition',
  'kill',
  'kill-all',
  'pause',
  'loss',
  'duplicate',
  'reorder',
  'slow-disk',
  'clock-skew',
];

/** Whether the command line asks for the conflict store; what comes after `--` is the node's. */
export function asksForStore(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  return own.some(
    (arg, place) => arg === '--workload=lww-kv' || (arg === 'lww-kv' && own[place - 1] === '--workload'),
  );
}

/**
 * Reads the command line of a bench of the conflict store.
 * @param freshSeed is asked for a seed when none is given
 * @returns `help` when that is all that is asked for
 * @throws UsageError that says which option, its value and what is allowed
 */
export function readStoreOptions(
  argv: readonly string[],
  freshSeed: () => number,
): StoreBenchOptions | 'help' {
  const end = argv.indexOf('--');
  const [own, forNode] = end < 0 ? [argv, []] : [argv.slice(0, end), argv.slice(end + 1)];
  const given = parseOptions('bench', withInspectValue(bindDurableArgs(own)), {
    workload: { type: 'string', default: 'lww-kv' },
    mode: { type: 'string', default: 'both' },
    nodes: { type: 'string', default: '5' },
    bin: { type: 'string' },
    latency: { type: 'string', default: '0' },
    'latency-kind': { type: 'string', default: 'constant' },
    'clock-offset-ms': { type: 'string', default: '' },
    concurrency: { type: 'string' },
    rate: { type: 'string', default: '100' },
    time: { type: 'string', default: '10' },
    keys: { type: 'string', default: '10' },
    ...NEMESIS_OPTIONS,
    ...DATA_OPTIONS,
    'recovery-timeout': { type: 'string', default: '10' },
    seed: { type: 'string' },
    store: { type: 'string', default: 'store' },
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
  const mode = oneOf('--mode', given.mode, [...MODES, 'both']);
  const watched = readObservers(given);
  if (watched !== null && mode === 'both') {
    throw new UsageError(
      '--mode is "both", which makes two runs',
      'to watch one of them: --mode lww or --mode vv',
    );
  }
  const traced = watched === null ? [] : ['--trace', `fd:${TRACE_FD}`];
  const nemesis = readNemesis(given, nodes, STORE_FAULTS);
  const needs = needsOf(given, nemesis);
  return {
    run: {
      program:
        given.bin === undefined
          ? ownProgram(['--workload', 'lww-kv', ...traced, ...needs.faultArgs, ...forNode])
          : programOf(given.bin, forNode),
      nodes,
      concurrency: count('--concurrency', given.concurrency ?? String(2 * nodes), 10_000),
      rate: numberOption('--rate', given.rate, { min: 0, max: 1_000_000 }),
      timeMs: secondsMs('--time', given.time),
      keys: count('--keys', given.keys, 100_000),
      latency: {
        kind: oneOf('--latency-kind', given['latency-kind'], LATENCY_KINDS),
        meanMs: numberOption('--latency', given.latency, { min: 0, max: 60_000 }),
      },
      clockOffsetsMs: readOffsets(given['clock-offset-ms'], nodeNames(nodes)),
      durableArgs: needs.durableArgs,
      nemesis,
      seed:
        given.seed === undefined
          ? freshSeed()
          : numberOption('--seed', given.seed, { min: 0, max: 2 ** 32 - 1, whole: true }),
      initTimeoutMs: INIT_TIMEOUT_MS,
      recoveryTimeoutMs: secondsMs('--recovery-timeout', given['recovery-timeout']),
    },
    modes: mode === 'both' ? MODES : [mode],
    store: given.store,
    data: { dir: given['data-dir'], keep: given['keep-data'] },
    report: readReport(given.report, given['no-report']),
    watched,
    quiet: given.quiet,
    json: given.json,
  };
}

/** `n1=500,n2=-300`: how far the clocks of these nodes are off. */
function readOffsets(text: string, nodes: readonly string[]): StoreRunOptions['clockOffsetsMs'] {
  if (text === '') return {};
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [, node = '', ms = ''] = /^([^=]*)=(.*)$/.exec(part) ?? [];
      const offsetMs = ms.trim() === '' ? Number.NaN : Number(ms);
      if (nodes.includes(node) && Number.isFinite(offsetMs)) return [node, offsetMs];
      throw new UsageError(
        `--clock-offset-ms is "${text}"`,
        `it takes milliseconds for each node, say n1=500,n2=-300; the nodes are ${nodes[0]} to ${nodes.at(-1)}`,
      );
    }),
  );
}
