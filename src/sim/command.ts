import { traceHeader } from '../cli/header.ts';
import { type Observers, openObservers } from '../cli/observers.ts';
import { openReport, writeReport } from '../cli/report.ts';
import { freshSeed } from '../host/entropy.ts';
import { eventsHeard } from '../host/events.ts';
import { answerParent, coresForOffspring, isOffspring, startOffspring } from '../host/offspring.ts';
import type { TraceHeader } from '../trace/format.ts';
import { checkCrashPoint, optionsFor, readArguments, type SimArguments } from './arguments.ts';
import { type Ending, inOrder, type Work } from './crew.ts';
import { SIM_HELP } from './help.ts';
import { type SimulationOptions, simulatedNodes } from './options.ts';
import { Telling } from './telling.ts';
import { type Reply, type Run, replayOf, replyTo, runTask, type Task, type Told } from './told.ts';

export { SIM_HELP } from './help.ts';

/** Said by this command to itself: do what your parent asks for. See src/host/offspring.ts. */
const WORKER = '--worker';

export type Hire = Work<Task, Reply>['hire'];

/** Has runs made by a process of its own. @param program its script (default: the one of this process) */
export function hireProcess(program?: string): Hire {
  return ({ onReady, onFinished, onEnd }) => {
    const onAnswer = (answer: unknown) => onFinished(answer as Reply);
    const process = startOffspring(['sim', WORKER], { onReady, onAnswer, onEnd }, program);
    return { give: (task) => process.send(task), dismiss: () => process.kill() };
  };
}

const print = (text: string) => process.stdout.write(`${text}\n`);
const warn = (text: string) => process.stderr.write(`actorum sim: ${text}\n`);

/**
 * Runs simulations as the arguments say. Resolves with the exit code.
 * @param hire starts another process for runs
 * @throws UsageError when the command line is wrong, or no process can be started
 */
export async function simCommand(args: readonly string[], hire = hireProcess()): Promise<number> {
  if (args[0] === WORKER && isOffspring()) {
    answerParent((task) => replyTo(task as Task));
    return 0;
  }
  const given = readArguments(args);
  if (given.help) {
    process.stdout.write(SIM_HELP);
    return 0;
  }
  if (given.report !== null) openReport(given.report);
  const seed = given.seed ?? freshSeed();
  return given.runs === 1 ? runOne(given, seed) : runMany(given, seed, hire);
}

/** One run, in this process, watched while it lasts. */
async function runOne(given: SimArguments, seed: number): Promise<number> {
  const options = optionsFor(given, seed);
  checkCrashPoint(options);
  const telling = new Telling(given, print);
  telling.begin(options);
  const observers = await watch(given, options);
  const run = runTask(taskOf(given, options), { observe: print, records: observers?.sink });
  telling.run(options, run.told);
  await report(given, run);
  await observers?.linger(process);
  await observers?.close();
  return run.told.failure === null ? 0 : 1;
}

/** Many, in as many processes as were asked for. The one that a trace or a report is of is run again, here. */
async function runMany(given: SimArguments, seed: number, hire: Hire): Promise<number> {
  const { runs, json, verbose, tail } = given;
  const optionsOf = (index: number) => optionsFor(given, (seed + index) >>> 0);
  // Whether a trace can be written is better known before the runs than after them; and so with the options.
  await (await watch(given, optionsOf(0)))?.close();
  const progress = progressOf(runs, !json && !verbose && !tail);
  const telling = new Telling(given, (text) => {
    progress.clear();
    print(text);
  });
  const work: Work<Task, Reply> = {
    tasks: runs,
    workers: Math.min(given.jobs ?? coresForOffspring(), runs),
    taskOf: (index) => taskOf(given, optionsOf(index)),
    hire,
    decides: ({ told }) => told?.failure !== null,
    onProgress: progress.show,
  };
  let last: Ending<Reply> | null = null;
  for await (const ending of work.workers === 1 ? inThisProcess(work) : inOrder(work)) {
    const told = ending.result?.told;
    if (told) telling.run(optionsOf(ending.index), told);
    last = ending;
  }
  // Nobody else is at work any more.
  progress.clear();
  if (last === null) throw new Error('there is at least one run');
  const isGood = await conclude(given, optionsOf(last.index), last, telling);
  if (isGood) telling.end(seed);
  return isGood ? 0 : 1;
}

/**
 * What there is to do for the run that decides, besides telling of it: the one that failed, or else the last.
 * @returns whether all is well
 * @throws Error when it came to no verdict by a fault of ours
 */
async function conclude(
  given: SimArguments,
  options: SimulationOptions,
  { result, crash }: Ending<Reply>,
  telling: Telling,
): Promise<boolean> {
  const isWatched = given.watched !== null || given.report !== null;
  if (crash !== null) {
    telling.crash(options, crash);
    if (isWatched) warn('neither trace nor report is written of a run that its process did not survive');
    return false;
  }
  if (result.told === null) {
    for (const line of result.lines) print(line);
    throw noVerdict(options, result.error);
  }
  const isSame = isWatched ? await watchAgain(given, options, result.told) : true;
  return isSame && result.told.failure === null;
}

function taskOf({ isStock, verbose, tail, json }: SimArguments, options: SimulationOptions): Task {
  return { options, isStock, wanted: { lines: verbose && !json, tail: tail && !json, json } };
}

/** As `inOrder`, one run after the other, and what they say is told while they say it. */
async function* inThisProcess({ tasks, taskOf, decides, onProgress }: Work<Task, Reply>) {
  for (let index = 0; index < tasks; index += 1) {
    const result = replyTo(taskOf(index), { observe: print });
    onProgress(index + 1);
    const ending: Ending<Reply> = { index, result, crash: null };
    yield ending;
    if (decides(result)) return;
    // Whoever read the output may have gone, which is heard between two runs or not at all.
    await eventsHeard();
  }
}

/**
 * Runs again what was run, for those who want to see it.
 * @returns whether it was the same run, as it must be
 */
async function watchAgain(given: SimArguments, options: SimulationOptions, told: Told): Promise<boolean> {
  const observers = await watch(given, options);
  const run = runTask({ ...taskOf(given, options), wanted: NOTHING }, { records: observers?.sink });
  await observers?.close();
  await report(given, run);
  const isSame = run.told.traceHash === told.traceHash && run.told.failure === told.failure;
  if (!isSame) warn(`seed ${options.seed} was another run the second time, which must never be`);
  return isSame;
}

const NOTHING = { lines: false, tail: false, json: false };

async function report({ report, json }: SimArguments, { source }: Run): Promise<void> {
  if (report === null) return;
  await writeReport(report, [source()]);
  if (!json) print(`report: ${report}`);
}

async function watch({ watched }: SimArguments, options: SimulationOptions): Promise<Observers | null> {
  return watched === null ? null : openObservers(watched, headerOf(options), warn);
}

function headerOf(options: SimulationOptions): TraceHeader {
  const nodes = simulatedNodes(options);
  return traceHeader({ ran: 'sim', command: replayOf(options), seed: options.seed, nodes, time: 'virtual' });
}

/** How far it is, for a terminal that nothing else is written to meanwhile. */
function progressOf(runs: number, isWanted: boolean) {
  const isLive = isWanted && process.stdout.isTTY === true;
  return {
    show(finished: number): void {
      if (isLive) process.stdout.write(`\r${finished} of ${runs} seeds`);
    },
    clear(): void {
      if (isLive) process.stdout.write('\r\u001b[K');
    },
  };
}

/** An error of ours in a run, with the stack that it had in whichever process it was. */
function noVerdict(options: SimulationOptions, stack: string): Error {
  const error = new Error(stack);
  error.stack = `seed ${options.seed} came to no verdict: ${stack}\nreplay: ${replayOf(options)}`;
  return error;
}
