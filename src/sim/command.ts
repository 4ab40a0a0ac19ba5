import { WORKLOADS } from '../../machines/operations.ts';
import { MODES } from '../../machines/store/operations.ts';
import { stepWithStockXState } from '../actors/step.ts';
import { traceHeader } from '../cli/header.ts';
import {
  OBSERVER_OPTIONS,
  observerHelp,
  openObservers,
  readObservers,
  withInspectValue,
} from '../cli/observers.ts';
import { openReport, writeReport } from '../cli/report.ts';
import { numberOption, oneOf, parseOptions, UsageError } from '../cli/usage.ts';
import { freshSeed } from '../host/entropy.ts';
import type { RunSource } from '../report/source.ts';
import type { TraceHeader, TraceSink } from '../trace/format.ts';
import type { SurvivalResult } from '../verify/index.ts';
import { chooseOptions, NUMBERS, type NumberName, readCrashPoint } from './choices.ts';
import { describeOptions, describeResult, replayCommand, toJson } from './log-report.ts';
import { type SimulationOptions, simulatedNodes } from './options.ts';
import { logSource, storeSource } from './run-source.ts';
import { simulate } from './simulation.ts';
import {
  describeStoreOptions,
  describeStoreResult,
  SurvivalTotals,
  storeReplayCommand,
  storeToJson,
} from './store-report.ts';
import { simulateStore } from './store-simulation.ts';

export const SIM_HELP = `Usage: actorum sim [options]

Runs a whole cluster in one process and in virtual time: the same charts as the real node and the same storage, clients,
and a nemesis that loses, repeats and reorders messages, partitions, pauses and crashes, breaks disks and changes the
membership. After every step the properties of the Raft paper are checked, after every restart that a disk has what it
had acknowledged, at the end that every member recovers and that the clients' history is linearizable. The same options
give the same run, to the last message.

  --workload KIND       lin-kv: clients read, write and compare-and-set (default)
                        ryw-kv: they also have sessions that move between nodes and read from followers by token;
                        at the end the four session guarantees are checked, too
                        lww-kv: clients write everywhere at once; after every step
                        no two writes may share an event of a vector, at the end all nodes must hold the same, and
                        it is counted which acknowledged writes were lost: in mode vv, none may be

A seed chooses everything that is not given:
  --seed N              the seed (default: a fresh one, which is printed)
  --runs N              so many seeds, from --seed upwards (default 1); stops at the first failure
  --nodes N             1 to 9
  --seconds N           virtual seconds under faults (default 10)
  --ops N               client operations a second
  --concurrency N       clients
  --keys N              registers
  --min-delay-ms N      the shortest time that a message takes
  --max-delay-ms N      the longest; a wide range reorders
  --loss P              the share of messages that are lost, 0 to 1
  --duplicate P         the share of messages that arrive twice, 0 to 1
  --reorder P           the share of messages that are held up for up to 500 ms while later ones pass, 0 to 1
  --partition-rate N    partitions a second
  --one-way P           the share of partitions that cut one direction only, 0 to 1
  --pause-rate N        pauses a second
  --crash-rate N        crashes a second; a crash loses what the disk had not synced
  --crash-all-rate N    crashes of all nodes at once a second
  --transfer-rate N     transfers of leadership a second (not lww-kv)
  --sync-ms N           the longest time that a sync of the disk takes (not lww-kv)
  --slow-disk-rate N    how many times a second a disk becomes slow for a while: its syncs take up to 500 ms longer
  --torn P              the share of crashes that leave a part of what was on its way to the disk, the last record of it
                        likely torn, 0 to 1
  --fsync-failure-rate N, --io-error-rate N    how many times a second a sync of some disk, or a write, fails; its node
                        takes no part any more, and is started again after a while
  --disk-full-rate N    how many times a second some disk has no room for a while
  --bit-flip-rate N     how many times a second some disk forgets a bit of what it had synced, and its node crashes: what
                        was acknowledged must not change in silence, so the node may have to stay down; as many
                        nodes as the others can do without
  --membership-rate N   changes of membership a second: learners, promotions, removals (of the leader, too), several
                        at once; nodes beyond --nodes join with an empty disk (not lww-kv)
  --checkpoint-entries N, --trailing-entries N    as of actorum node: small numbers make snapshots (not lww-kv)
  --crash-at NODE:COMMIT:KEPT[:MS]    one more crash, when this node asks its disk for this commit, counted over all its
                        lives from 1; the commit is on the disk all the same if KEPT is all, and not if it is none;
                        the node is down for so many milliseconds (default 150)
  --ryw-wait-ms N       how long a read waits for its follower to catch up before the leader serves it (ryw-kv)
  --mode MODE           lww or vv (lww-kv)
  --skew-ms N           how far a wall clock may be off, either way; clocks also jump (lww-kv)
  --gossip-interval-ms N, --tombstone-grace-ms N    as of actorum node (lww-kv)

  --no-accelerate       step the charts with XState itself: the run is the same, and takes longer

Output:
  --verbose             tell of faults and leaders as they come
  --tail                print the last lines of what happened also when all is well
${observerHelp(24)}
                        (with --runs, of the last of them: the one that failed, if one did)
  --report FILE         write what happened as one HTML page; with --runs, of the same run as --trace
  --json                print the result as JSON, and nothing else
  -h, --help            this text

Exit code: 0 all properties hold, 1 one does not, 2 wrong usage.

Examples:
  actorum sim --seed 7 --verbose
  actorum sim --runs 100 --nodes 5 --loss 0.2 --crash-rate 1
  actorum sim --workload ryw-kv --seed 7 --pause-rate 1
  actorum sim --workload lww-kv --mode lww --runs 100
  actorum sim --seed 7 --nodes 5 --seconds 60 --ops 50 --json
`;

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean', default: false } as const;

function readArguments(args: readonly string[]) {
  const given = parseOptions('sim', withInspectValue(args), {
    ...(Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, TEXT])) as {
      [name in NumberName]: typeof TEXT;
    }),
    workload: { type: 'string', default: 'lin-kv' },
    mode: TEXT,
    'crash-at': TEXT,
    seed: TEXT,
    runs: { type: 'string', default: '1' },
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
  const seedRange = { min: 0, max: 2 ** 32 - 1, whole: true };
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
    seed: given.seed === undefined ? freshSeed() : numberOption('--seed', given.seed, seedRange),
    runs,
    verbose: given.verbose,
    tail: given.tail,
    report: given.report ?? null,
    watched,
    json: given.json,
    isStock: given['no-accelerate'],
    help: given.help,
  };
}

/** What is to be told of one run, whatever its workload. */
type Told = {
  readonly failure: string | null;
  readonly violations: readonly string[];
  readonly traceTail: readonly string[];
  readonly virtualSeconds: number;
  readonly result: string;
  readonly replay: string;
  readonly json: object;
  /** Of lww-kv, when the run came to its end. */
  readonly survival: SurvivalResult | null;
  /** What a report is made of. */
  readonly source: () => RunSource;
};

function runOnce(options: SimulationOptions, observe?: (line: string) => void, records?: TraceSink): Told {
  if (options.workload === 'lww-kv') {
    const result = simulateStore(options, observe, records);
    return {
      ...result,
      violations: result.survival?.violations ?? [],
      virtualSeconds: result.stats.virtualSeconds,
      result: describeStoreResult(result),
      replay: storeReplayCommand(options),
      json: storeToJson(result),
      source: () => storeSource(result),
    };
  }
  const result = simulate(options, observe, records);
  return {
    ...result,
    violations: result.judgement?.violations ?? [],
    virtualSeconds: result.stats.virtualSeconds,
    result: describeResult(result),
    replay: replayCommand(options),
    json: toJson(result),
    source: () => logSource(result),
    survival: null,
  };
}

/** Runs simulations as the arguments say. Resolves with the exit code. */
export async function simCommand(args: readonly string[]): Promise<number> {
  const given = readArguments(args);
  const { fixed, workload, mode, crashAt, seed, runs, verbose, tail, report, watched, json, isStock, help } =
    given;
  const print = (text: string) => process.stdout.write(`${text}\n`);
  const warn = (text: string) => process.stderr.write(`actorum sim: ${text}\n`);
  if (help) {
    process.stdout.write(SIM_HELP);
    return 0;
  }
  stepWithStockXState(isStock);
  if (report !== null) openReport(report);
  const isLive = process.stdout.isTTY === true && runs > 1 && !json;
  const totals = new SurvivalTotals();
  let virtualSeconds = 0;
  for (let run = 0; run < runs; run += 1) {
    const options = chooseOptions((seed + run) >>> 0, workload, fixed, mode, crashAt);
    if (runs === 1 && !json) print(describe(options));
    const observers = watched === null ? null : await openObservers(watched, headerOf(options), warn);
    const told = runOnce(options, verbose && !json ? print : undefined, observers?.sink);
    virtualSeconds += told.virtualSeconds;
    totals.add(options.store.mode, told.survival);
    if (json) print(JSON.stringify(told.json));
    else if (runs === 1 && told.failure === null) print(told.result);
    if (tail && !json) for (const line of told.traceTail) print(line);
    if (told.failure !== null && !json) reportFailure(options, told, tail, isStock, print);
    if (report !== null && (told.failure !== null || run === runs - 1)) {
      await writeReport(report, [told.source()]);
      if (!json) print(`report: ${report}`);
    }
    await observers?.linger(process);
    await observers?.close();
    if (told.failure !== null) return 1;
    if (isLive) process.stdout.write(`\r${run + 1} of ${runs} seeds`);
  }
  if (isLive) process.stdout.write('\r');
  if (runs > 1 && !json) {
    const last = (seed + runs - 1) >>> 0;
    print(
      `${runs} seeds (${seed} to ${last}), ${virtualSeconds.toFixed(0)} virtual seconds: every property held`,
    );
    for (const line of totals.lines()) print(line);
  }
  return 0;
}

function describe(options: SimulationOptions): string {
  return options.workload === 'lww-kv' ? describeStoreOptions(options) : describeOptions(options);
}

function headerOf(options: SimulationOptions): TraceHeader {
  const command = options.workload === 'lww-kv' ? storeReplayCommand(options) : replayCommand(options);
  const nodes = simulatedNodes(options);
  return traceHeader({ ran: 'sim', command, seed: options.seed, nodes, time: 'virtual' });
}

function reportFailure(
  options: SimulationOptions,
  told: Told,
  alreadyTraced: boolean,
  isStock: boolean,
  print: (text: string) => void,
): void {
  if (!alreadyTraced) for (const line of told.traceTail.slice(-100)) print(line);
  print(describe(options));
  print(told.result);
  print(`FAILED: ${told.failure}`);
  for (const violation of told.violations) print(violation);
  print(`replay: ${told.replay}${isStock ? ' --no-accelerate' : ''}`);
}
