import { join } from 'node:path';
import { traceHeader } from '../cli/header.ts';
import { type Observers, openObservers } from '../cli/observers.ts';
import { openReport, writeReport } from '../cli/report.ts';
import { monotonicMs, monotonicOriginMs, wallMs } from '../host/clock.ts';
import { freshSeed } from '../host/entropy.ts';
import type { RunSource } from '../report/source.ts';
import { nodeNames } from './cluster.ts';
import { DataHome } from './data-home.ts';
import { BENCH_HELP } from './help.ts';
import { judge } from './judge.ts';
import { Narrator, type Screen } from './narrator.ts';
import { type BenchOptions, readOptions } from './options.ts';
import { prologue } from './prologue.ts';
import { reportLines, verdictText } from './report.ts';
import { type Results, resultsOf } from './results.ts';
import { Run } from './run.ts';
import { logSource } from './run-source.ts';
import type { TraceHost } from './run-trace.ts';
import { Store } from './store.ts';
import { benchStore } from './store-bench.ts';
import { asksForStore, readStoreOptions, type StoreBenchOptions } from './store-options.ts';
import { storeReportLines } from './store-report.ts';
import type { StoreResults } from './store-results.ts';
import { coloured, plain, type Style } from './text.ts';

export { BENCH_HELP } from './help.ts';

/** What the command needs of the process that it runs in. */
export type BenchEnvironment = {
  readonly stdout: Screen;
  /** The environment's variables; NO_COLOR is looked at. */
  readonly variables: { readonly [name: string]: string | undefined };
  /** Where SIGINT and SIGTERM come from. */
  readonly signals: {
    once(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
    off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  };
};

const EXIT_CODE = { ok: 0, illegal: 1, unknown: 2 } as const;

/**
 * `actorum bench`: runs a cluster of processes under load, judges it and reports.
 * @returns the exit code: 0 linearizable, 1 not (or a node crashed, broke the protocol or did not recover), 2 unknown
 * @throws UsageError when the command line is wrong
 */
export async function benchCommand(
  argv: readonly string[],
  environment: BenchEnvironment = { stdout: process.stdout, variables: process.env, signals: process },
): Promise<number> {
  const { stdout, variables, signals } = environment;
  const options = asksForStore(argv) ? readStoreOptions(argv, freshSeed) : readOptions(argv, freshSeed);
  if (options === 'help') {
    stdout.write(BENCH_HELP);
    return 0;
  }
  const style: Style = stdout.isTTY === true && !variables.NO_COLOR ? coloured : plain;
  const narrator = options.quiet || options.json ? null : new Narrator(stdout, style);
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  // Once only: a second signal ends this process at once, as an impatient user expects.
  signals.once('SIGINT', onSignal);
  signals.once('SIGTERM', onSignal);
  try {
    if (typeof options.report === 'string') openReport(options.report);
    const observers = await observersOf(options, argv);
    const trace = observers && { sink: observers.sink, originMs: monotonicOriginMs() };
    const command = commandOf(argv, options.run.seed);
    const { results, lines } = await (asksForLog(options)
      ? benchLog(options, command, narrator, interrupt.signal, style, trace)
      : benchConflicts(options, command, narrator, interrupt.signal, style, trace));
    stdout.write(options.json ? `${JSON.stringify(results, null, 2)}\n` : `${lines.join('\n')}\n`);
    // Who has interrupted the run does not want to look at it any more.
    if (!interrupt.signal.aborted) await observers?.linger(signals);
    await observers?.close();
    return EXIT_CODE[results.verdict];
  } finally {
    narrator?.stop();
    signals.off('SIGINT', onSignal);
    signals.off('SIGTERM', onSignal);
  }
}

type Reported = { readonly results: Results | StoreResults; readonly lines: readonly string[] };

function asksForLog(options: BenchOptions | StoreBenchOptions): options is BenchOptions {
  return 'checkBudgetMs' in options;
}

async function benchLog(
  options: BenchOptions,
  command: string,
  narrator: Narrator | null,
  interrupted: AbortSignal,
  style: Style,
  trace: TraceHost | null,
): Promise<Reported> {
  const store = new Store(options.store, wallMs());
  const { results, source } = await perform(options, command, store, narrator, interrupted, trace);
  const page = await report(options.report, store, [source]);
  return { results, lines: reportLines(results, options.run.seed, [store.directory, page], style) };
}

async function benchConflicts(
  options: StoreBenchOptions,
  command: string,
  narrator: Narrator | null,
  interrupted: AbortSignal,
  style: Style,
  trace: TraceHost | null,
): Promise<Reported> {
  const store = new Store(options.store, wallMs());
  const { results, sources } = await benchStore(options, command, store, narrator, interrupted, trace);
  const page = await report(options.report, store, sources);
  return { results, lines: storeReportLines(results, options.run.seed, [store.directory, page], style) };
}

/**
 * Writes the report. Where it was asked for by name, it must be possible; beside the results it is an offer.
 * @returns where it is, or why it is not, in a few words; null when nobody wants one
 */
async function report(
  wanted: string | boolean,
  store: Store,
  sources: readonly RunSource[],
): Promise<string | null> {
  if (wanted === false || sources.length === 0) return null;
  const file = typeof wanted === 'string' ? wanted : store.fileOf('report.html');
  try {
    await writeReport(file, sources);
    return file;
  } catch (error) {
    // A verdict is worth more than its picture.
    if (typeof wanted === 'string') throw error;
    return `none: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The command line that makes a run like this one. */
function commandOf(argv: readonly string[], seed: number): string {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const seeded = own.some((arg) => arg === '--seed' || arg.startsWith('--seed='));
  return [
    'actorum bench',
    ...own,
    ...(seeded ? [] : [`--seed ${seed}`]),
    ...(end < 0 ? [] : argv.slice(end)),
  ].join(' ');
}

async function perform(
  { run: runOptions, checkBudgetMs, data, listen }: BenchOptions,
  command: string,
  store: Store,
  narrator: Narrator | null,
  interrupted: AbortSignal,
  trace: TraceHost | null,
): Promise<{ readonly results: Results; readonly source: RunSource }> {
  for (const line of prologue(runOptions)) narrator?.say(line);
  const home = runOptions.durableArgs === null ? null : new DataHome(data, join(store.directory, 'data'));
  const run = new Run(runOptions, {
    nowMs: monotonicMs,
    logDir: store.logDir,
    dataDir: home?.directory ?? null,
    listen,
    interrupted,
    tell: (timeMs, text) => narrator?.tell(timeMs, text),
    trace,
  });
  narrator?.showProgress(run.recorder.samples, () => run.sinceStartMs());
  await run.start();
  narrator?.stop();
  const { events } = run.recorder;
  store.writeHistory(events);
  if (events.length > 0) narrator?.tell(run.sinceStartMs(), 'is there an order that explains every answer?');
  const { judgements, contradictions } = judge(events, runOptions.workload, checkBudgetMs, monotonicMs);
  const results = resultsOf(run, judgements, interrupted.aborted);
  store.writeResults(results);
  if (home?.close(results.verdict)) narrator?.say(`The nodes' directories are left in ${home.directory}.`);
  run.close(results.verdict, verdictText(results));
  return { results, source: logSource(run, results, contradictions, command) };
}

async function observersOf(
  { watched, run }: BenchOptions | StoreBenchOptions,
  argv: readonly string[],
): Promise<Observers | null> {
  if (watched === null) return null;
  const command = `actorum bench ${argv.join(' ')}`;
  const startedAtMs = monotonicOriginMs() + monotonicMs();
  const { seed, nodes } = run;
  const header = traceHeader({
    ran: 'bench',
    command,
    seed,
    nodes: nodeNames(nodes),
    time: 'real',
    startedAtMs,
  });
  return openObservers(watched, header, (text) => process.stderr.write(`actorum bench: ${text}\n`));
}
