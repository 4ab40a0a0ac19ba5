import { stepWithStockXState } from '../actors/step.ts';
import type { RunSource } from '../report/source.ts';
import type { TraceSink } from '../trace/format.ts';
import { describeOptions, describeResult, replayCommand, toJson } from './log-report.ts';
import type { SimulationOptions } from './options.ts';
import { logSource, storeSource } from './run-source.ts';
import { simulate } from './simulation.ts';
import {
  describeStoreOptions,
  describeStoreResult,
  type SurvivalCounts,
  storeReplayCommand,
  storeToJson,
  survivalCounts,
} from './store-report.ts';
import { simulateStore } from './store-simulation.ts';

/** One run, whatever its workload and whichever process it is in: what is asked for, and what is told of it. */

/** What somebody wants to know of a run besides its outcome. */
export type Wanted = {
  /** The lines of `--verbose`, the last lines of what happened, and the result as `--json` prints it. */
  readonly lines: boolean;
  readonly tail: boolean;
  readonly json: boolean;
};

/** One run that is to be made; JSON, so that another process may be asked for it. */
export type Task = {
  readonly options: SimulationOptions;
  readonly isStock: boolean;
  readonly wanted: Wanted;
};

/** What is to be told of a run; JSON, too. */
export type Told = {
  readonly failure: string | null;
  readonly violations: readonly string[];
  /** As far as they were wanted, and not told when they came. */
  readonly lines: readonly string[];
  /** Empty unless it is wanted, or the run failed. */
  readonly traceTail: readonly string[];
  readonly traceHash: string;
  readonly virtualSeconds: number;
  /** For people, several lines. */
  readonly result: string;
  /** One line of JSON; null unless it is wanted. */
  readonly json: string | null;
  /** Of lww-kv, when the run came to its end. */
  readonly survival: SurvivalCounts | null;
};

/**
 * What comes back of a task: what is to be told, or the stack of an error of ours that let no verdict be reached, with
 * the lines of `--verbose` up to there.
 */
export type Reply =
  | { readonly told: Told; readonly error: null }
  | { readonly told: null; readonly error: string; readonly lines: readonly string[] };

/** Who watches a run in this process. */
export type Watchers = {
  /** Takes the lines of `--verbose` as they come; they are kept for the end when nobody does. */
  readonly observe?: ((line: string) => void) | undefined;
  readonly records?: TraceSink | undefined;
};

/** A run that was made here. */
export type Run = {
  readonly told: Told;
  /** What a report is made of. */
  readonly source: () => RunSource;
};

/** Makes a run. @param lines where lines are kept that nobody takes */
export function runTask(
  { options, isStock, wanted }: Task,
  { observe, records }: Watchers = {},
  lines: string[] = [],
): Run {
  stepWithStockXState(isStock);
  const listen = wanted.lines ? (observe ?? ((line: string) => lines.push(line))) : undefined;
  const { result, text, json, violations, survival, source } = simulated(options, listen, records);
  const { failure, traceHash, traceTail, stats } = result;
  return {
    told: {
      failure,
      violations,
      lines,
      traceTail: wanted.tail || failure !== null ? traceTail : [],
      traceHash,
      virtualSeconds: stats.virtualSeconds,
      result: text(),
      json: wanted.json ? JSON.stringify(json()) : null,
      survival,
    },
    source,
  };
}

/** Makes a run for somebody who takes JSON and no exceptions. */
export function replyTo(task: Task, watchers?: Watchers): Reply {
  const lines: string[] = [];
  try {
    return { told: runTask(task, watchers, lines).told, error: null };
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { told: null, error: stack, lines };
  }
}

/** What the seed has chosen, for people. */
export function describe(options: SimulationOptions): string {
  return options.workload === 'lww-kv' ? describeStoreOptions(options) : describeOptions(options);
}

/** The command that runs exactly this again. */
export function replayOf(options: SimulationOptions): string {
  return options.workload === 'lww-kv' ? storeReplayCommand(options) : replayCommand(options);
}

function simulated(options: SimulationOptions, observe?: (line: string) => void, records?: TraceSink) {
  if (options.workload === 'lww-kv') {
    const result = simulateStore(options, observe, records);
    return {
      result,
      violations: result.survival?.violations ?? [],
      text: () => describeStoreResult(result),
      json: () => storeToJson(result),
      survival: result.survival === null ? null : survivalCounts(result.survival),
      source: () => storeSource(result),
    };
  }
  const result = simulate(options, observe, records);
  return {
    result,
    violations: result.judgement?.violations ?? [],
    text: () => describeResult(result),
    json: () => toJson(result),
    survival: null,
    source: () => logSource(result),
  };
}
