import { numberOption, oneOf, UsageError } from '../../cli/usage.ts';
import { PARTITION_SHAPES, type PartitionShape, SHAPE_HELP } from '../partition.ts';
import { BY_TURNS, WHOM, WHOM_HELP, type Whom } from './attendance.ts';
import { FAULT_NAMES, type FaultName } from './fault.ts';

/** What the nemesis is to do. Durations in milliseconds, shares from 0 to 1. */
export type NemesisOptions = {
  /** In the order in which they were asked for; none for a cluster that is left alone. */
  readonly faults: readonly FaultName[];
  readonly intervalMs: number;
  /** Strikes a second of each fault that has a rate; the others go by turns. */
  readonly rates: { readonly [fault in FaultName]?: number };
  readonly partition: PartitionShape | 'any';
  /** Whom kill takes, by turns. */
  readonly kill: readonly Whom[];
  /** Whom pause stops, by turns. */
  readonly pause: readonly Whom[];
  /** Of messages between nodes, while the fault is on. */
  readonly shares: { readonly loss: number; readonly duplicate: number; readonly reorder: number };
  /** How late a message comes at most that is held up, or the copy of one that comes twice. */
  readonly spreadMs: number;
  readonly slowDiskMs: number;
  readonly clockSkewMs: number;
  /** Processes that run besides, and become members now and then. */
  readonly spares: number;
};

export const NO_NEMESIS: NemesisOptions = {
  faults: [],
  intervalMs: 3000,
  rates: {},
  partition: 'any',
  kill: BY_TURNS,
  pause: BY_TURNS,
  shares: { loss: 0.1, duplicate: 0.1, reorder: 0.2 },
  spreadMs: 100,
  slowDiskMs: 50,
  clockSkewMs: 1000,
  spares: 2,
};

/** The options that say more about the faults, as `parseOptions` takes them. */
export const NEMESIS_OPTIONS = {
  nemesis: { type: 'string', default: 'none' },
  'nemesis-interval': { type: 'string', default: '3' },
  partition: { type: 'string' },
  kill: { type: 'string' },
  pause: { type: 'string' },
  loss: { type: 'string' },
  duplicate: { type: 'string' },
  reorder: { type: 'string' },
  'spread-ms': { type: 'string' },
  'slow-disk-ms': { type: 'string' },
  'clock-skew-ms': { type: 'string' },
  spares: { type: 'string' },
  'partition-rate': { type: 'string' },
  'one-way-partition-rate': { type: 'string' },
  'kill-rate': { type: 'string' },
  'kill-all-rate': { type: 'string' },
  'pause-rate': { type: 'string' },
  'loss-rate': { type: 'string' },
  'duplicate-rate': { type: 'string' },
  'reorder-rate': { type: 'string' },
  'slow-disk-rate': { type: 'string' },
  'clock-skew-rate': { type: 'string' },
  'membership-rate': { type: 'string' },
} as const;

type Given = { readonly [option in keyof typeof NEMESIS_OPTIONS]?: string | undefined };

/** Which faults each of these says more about; it means nothing without one of them. */
const ABOUT: { readonly [option: string]: readonly FaultName[] } = {
  partition: ['partition'],
  kill: ['kill'],
  pause: ['pause'],
  loss: ['loss'],
  duplicate: ['duplicate'],
  reorder: ['reorder'],
  'spread-ms': ['duplicate', 'reorder'],
  'slow-disk-ms': ['slow-disk'],
  'clock-skew-ms': ['clock-skew'],
  spares: ['membership'],
  ...Object.fromEntries(FAULT_NAMES.map((fault) => [`${fault}-rate`, [fault]])),
};

const MAX_SECONDS = 24 * 60 * 60;
const MAX_RATE = 1000;
const MAX_DELAY_MS = 60_000;
const MAX_SKEW_MS = 100 * 365 * 24 * 60 * 60 * 1000;

/**
 * Reads what `--nemesis` and its companions say.
 * @param nodes how many nodes there are
 * @param known the faults that make sense for the workload; `all` means these
 * @throws UsageError that says which option, its value and what is allowed
 */
export function readNemesis(
  given: Given,
  nodes: number,
  known: readonly FaultName[] = FAULT_NAMES,
): NemesisOptions {
  const faults = readFaults(given.nemesis ?? 'none', known);
  refuseStray(given, faults);
  refuseSmall(faults, nodes);
  const { shares } = NO_NEMESIS;
  const share = (option: 'loss' | 'duplicate' | 'reorder'): number =>
    numberOption(`--${option}`, given[option] ?? String(shares[option]), { min: 0, max: 1 });
  const ms = (option: 'spread-ms' | 'slow-disk-ms' | 'clock-skew-ms', usual: number, max: number): number =>
    numberOption(`--${option}`, given[option] ?? String(usual), { min: 0, max });
  const interval = given['nemesis-interval'] ?? String(NO_NEMESIS.intervalMs / 1000);
  return {
    faults,
    intervalMs: numberOption('--nemesis-interval', interval, { min: 0.1, max: MAX_SECONDS }) * 1000,
    rates: readRates(given, faults),
    partition:
      given.partition === undefined ? 'any' : oneOf('--partition', given.partition, PARTITION_SHAPES),
    kill: given.kill === undefined ? BY_TURNS : [oneOf('--kill', given.kill, WHOM)],
    pause: given.pause === undefined ? BY_TURNS : [oneOf('--pause', given.pause, WHOM)],
    shares: { loss: share('loss'), duplicate: share('duplicate'), reorder: share('reorder') },
    spreadMs: ms('spread-ms', NO_NEMESIS.spreadMs, MAX_DELAY_MS),
    slowDiskMs: ms('slow-disk-ms', NO_NEMESIS.slowDiskMs, MAX_DELAY_MS),
    clockSkewMs: ms('clock-skew-ms', NO_NEMESIS.clockSkewMs, MAX_SKEW_MS),
    spares: numberOption('--spares', given.spares ?? String(NO_NEMESIS.spares), {
      min: 1,
      max: 20,
      whole: true,
    }),
  };
}

function readFaults(text: string, known: readonly FaultName[]): FaultName[] {
  if (text === 'none') return [];
  if (text === 'all') return known.slice();
  const names = text
    .split(',')
    .map((part) => oneOf('--nemesis', part.trim(), known, ['none', 'all', ...known]));
  return [...new Set(names)];
}

function refuseStray(given: Given, faults: readonly FaultName[]): void {
  for (const [option, about] of Object.entries(ABOUT)) {
    const text = given[option as keyof Given];
    if (text === undefined || about.some((fault) => faults.includes(fault))) continue;
    const [fault] = about;
    throw new UsageError(
      `--${option} is "${text}", but there is no nemesis ${about.join(' or ')}`,
      `add: --nemesis ${[...faults, fault].join(',')}`,
    );
  }
}

function refuseSmall(faults: readonly FaultName[], nodes: number): void {
  const large = faults.find(
    (fault) => fault === 'partition' || fault === 'one-way-partition' || fault === 'membership',
  );
  if (large === undefined || nodes >= 3) return;
  throw new UsageError(`--nodes is ${nodes}`, `--nemesis ${large} needs at least 3 nodes`);
}

function readRates(given: Given, faults: readonly FaultName[]): NemesisOptions['rates'] {
  const rates = faults.flatMap((fault) => {
    const text = given[`${fault}-rate`];
    if (text === undefined) return [];
    return [[fault, numberOption(`--${fault}-rate`, text, { min: 1e-6, max: MAX_RATE })] as const];
  });
  return Object.fromEntries(rates);
}

/** What each fault is, for the help. */
const FAULT_HELP: { readonly [fault in FaultName]: string } = {
  partition: 'links between nodes are cut (--partition SHAPE)',
  'one-way-partition': 'one node hears nobody, or is heard by nobody',
  kill: 'kill -9, and the same program again on the same directory (--kill WHOM)',
  'kill-all': 'the same of all nodes at once; they are down for a third of the interval',
  pause: 'SIGSTOP and SIGCONT (--pause WHOM)',
  loss: 'messages between nodes are lost (--loss SHARE)',
  duplicate: 'they arrive twice (--duplicate SHARE)',
  reorder: 'they are held up, and overtaken (--reorder SHARE)',
  'slow-disk': 'syncs of the disk take longer (--slow-disk-ms MS)',
  'clock-skew': 'wall clocks jump (--clock-skew-ms MS)',
  membership: 'nodes are added, removed and replaced, the leader first (--spares N)',
};

const WIDTH = 28;

function lines(pairs: readonly (readonly [string, string])[], indent: number): string {
  return pairs.map(([name, text]) => `${`${' '.repeat(indent)}${name}`.padEnd(WIDTH)}${text}`).join('\n');
}

/** The section of the help on faults. */
export const NEMESIS_HELP = `  --nemesis LIST            none (default), all, or some of these, separated by commas:
${lines(
  FAULT_NAMES.map((name) => [name, FAULT_HELP[name]]),
  4,
)}
                            (lww-kv: all but membership)
  --nemesis-interval S      each fault: so long calm, then so long struck, and so on; several are shifted
                            against each other, so that they overlap (default 3)
  --FAULT-rate R            this fault strikes so many times a second instead, at random moments, for half to
                            one and a half of the interval: --kill-rate 0.5, --partition-rate 0.2 and so on
  --partition SHAPE         (default: all of them by turns, the leader's first)
${lines(
  PARTITION_SHAPES.map((shape) => [shape, SHAPE_HELP[shape]]),
  4,
)}
  --kill WHOM, --pause WHOM (default: the first three by turns)
${lines(
  WHOM.map((whom) => [whom, WHOM_HELP[whom]]),
  4,
)}
  --loss SHARE              of messages between nodes, 0 to 1, while the fault is on (default ${NO_NEMESIS.shares.loss})
  --duplicate SHARE         (default ${NO_NEMESIS.shares.duplicate})
  --reorder SHARE           (default ${NO_NEMESIS.shares.reorder})
  --spread-ms MS            how late at most a copy or an overtaken message arrives (default ${NO_NEMESIS.spreadMs})
  --slow-disk-ms MS         how long a sync takes (default ${NO_NEMESIS.slowDiskMs})
  --clock-skew-ms MS        how far clocks jump at most, either way (default ${NO_NEMESIS.clockSkewMs})
  --spares N                processes that run besides, and become members now and then (default ${NO_NEMESIS.spares})`;
