import { WORKLOADS } from '../../machines/operations.ts';
import { MODES } from '../../machines/store/operations.ts';
import { OBSERVER_OPTIONS, readObservers, type Watched, withInspectValue } from '../cli/observers.ts';
import { numberOption, oneOf, parseOptions, UsageError } from '../cli/usage.ts';
import { chooseOptions, type Fixed, NUMBERS, type NumberName, readCrashPoint } from './choices.ts';
import { type CrashPoint, type SimulationOptions, simulatedNodes, spareNodes } from './options.ts';

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean', default: false } as const;

/** More than any machine has cores for: each is a process with a heap of its own. */
const MOST_JOBS = 1024;

/** What `actorum sim` was asked to do. */
export type SimArguments = {
  readonly fixed: Fixed;
  readonly workload: SimulationOptions['workload'];
  readonly mode: SimulationOptions['store']['mode'] | null;
  readonly crashAt: CrashPoint | null;
  /** The first; null when it is to be a fresh one. */
  readonly seed: number | null;
  readonly runs: number;
  /** How many processes; null when it is to be as many as there are cores. */
  readonly jobs: number | null;
  readonly verbose: boolean;
  readonly tail: boolean;
  readonly report: string | null;
  readonly watched: Watched | null;
  readonly json: boolean;
  readonly isStock: boolean;
  readonly help: boolean;
};

/** @throws UsageError when the command line is wrong */
export function readArguments(args: readonly string[]): SimArguments {
  const given = parseOptions('sim', withInspectValue(args), {
    ...(Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, TEXT])) as {
      [name in NumberName]: typeof TEXT;
    }),
    workload: { type: 'string', default: 'lin-kv' },
    mode: TEXT,
    'crash-at': TEXT,
    seed: TEXT,
    runs: { type: 'string', default: '1' },
    jobs: TEXT,
    verbose: FLAG,
    tail: FLAG,
    report: TEXT,
    ...OBSERVER_OPTIONS,
    json: FLAG,
    'no-accelerate': FLAG,
    help: { ...FLAG, short: 'h' },
  });
  const fixed: { [name in NumberName]?: number } = {};
  for (const name of Object.keys(NUMBERS) as NumberName[]) {
    const text = given[name];
    if (text !== undefined) fixed[name] = numberOption(`--${name}`, text, NUMBERS[name]);
  }
  const whole = (option: string, text: string | undefined, min: number, max: number) =>
    text === undefined ? null : numberOption(option, text, { min, max, whole: true });
  const watched = readObservers(given);
  const runs = numberOption('--runs', given.runs, { min: 1, max: 1_000_000, whole: true });
  if (watched?.inspect && runs > 1) {
    throw new UsageError(`--inspect shows one run, not ${runs}`, 'leave --runs out, or write a --trace');
  }
  return {
    fixed,
    workload: oneOf('--workload', given.workload, WORKLOADS),
    mode: given.mode === undefined ? null : oneOf('--mode', given.mode, MODES),
    crashAt: given['crash-at'] === undefined ? null : readCrashPoint(given['crash-at']),
    seed: whole('--seed', given.seed, 0, 2 ** 32 - 1),
    runs,
    jobs: whole('--jobs', given.jobs, 1, MOST_JOBS),
    verbose: given.verbose,
    tail: given.tail,
    report: given.report ?? null,
    watched,
    json: given.json,
    isStock: given['no-accelerate'],
    help: given.help,
  };
}

/** What is run with this seed: what it chooses, but for what was given. @throws UsageError as `chooseOptions` does */
export function optionsFor(
  { workload, fixed, mode, crashAt }: SimArguments,
  seed: number,
): SimulationOptions {
  return chooseOptions(seed, workload, fixed, mode, crashAt);
}

/**
 * A crash point of one run has to be at a node that it has. (Of many runs, those that have no such node just run.)
 * @throws UsageError when it has none of that name
 */
export function checkCrashPoint(options: SimulationOptions): void {
  const names = [...simulatedNodes(options), ...spareNodes(options)];
  const { crashAt } = options;
  if (crashAt === null || names.includes(crashAt.node)) return;
  throw new UsageError(
    `--crash-at names the node "${crashAt.node}", and this run has ${names.join(', ')}`,
    '--nodes says how many there are',
  );
}
