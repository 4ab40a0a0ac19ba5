import type { Mode } from '../../machines/store/operations.ts';
import { checkSurvival, type SurvivalResult } from '../verify/index.ts';
import type { Finding } from './findings.ts';
import type { FaultBand } from './nemesis/fault-log.ts';
import {
  type Availability,
  availabilityOf,
  type Counts,
  countsByType,
  countsOf,
  errorCounts,
} from './statistics.ts';
import type { StoreRun, StoreRunOptions } from './store-run.ts';

/** What one mode made of the load. Times are milliseconds since its run began, latencies milliseconds. */
export type ModeResults = {
  readonly mode: Mode;
  /** illegal: something happened that this mode rules out. unknown: nothing did, but not all could be checked. */
  readonly verdict: 'ok' | 'illegal' | 'unknown';
  /** What became of every acknowledged write. */
  readonly survival: SurvivalResult;
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  readonly operations: {
    readonly all: Counts;
    readonly byType: { readonly [f: string]: Counts };
    readonly errors: { readonly [error: string]: number };
  };
  readonly throughputPerSecond: number;
  readonly availability: Availability;
  readonly messages: {
    readonly betweenNodes: number;
    readonly perOperation: number | null;
    readonly byType: { readonly [type: string]: number };
    readonly lostToPartitions: number;
    /** By the fault `loss`. */
    readonly lostToChance: number;
    /** To nodes that were not there; requests of clients, too. */
    readonly lostToDown: number;
    /** Messages that the fault `duplicate` has let arrive twice. */
    readonly repeated: number;
  };
  /** What was done to the cluster, in the order in which it began. */
  readonly faults: readonly FaultBand[];
  /** From the end of the load, with the network whole, until every node held the same; null when that never came. */
  readonly convergedMs: number | null;
  readonly load: { readonly fromMs: number; readonly toMs: number } | null;
};

/** What `results.json` holds. */
export type StoreResults = {
  readonly workload: 'lww-kv';
  /** The worst of the modes'. */
  readonly verdict: ModeResults['verdict'];
  readonly modes: readonly ModeResults[];
  readonly interrupted: boolean;
  readonly options: object;
};

export function storeResults(
  modes: readonly ModeResults[],
  options: StoreRunOptions,
  interrupted: boolean,
): StoreResults {
  const verdicts = modes.map(({ verdict }) => verdict);
  const verdict = verdicts.includes('illegal')
    ? 'illegal'
    : verdicts.includes('unknown') || interrupted || modes.length === 0
      ? 'unknown'
      : 'ok';
  return { workload: 'lww-kv', verdict, modes, interrupted, options };
}

/** All that a run in one mode says in numbers. */
export function modeResults({
  mode,
  history,
  phases,
  findings,
  network,
  recorder,
  faults,
}: StoreRun): ModeResults {
  const survival = checkSurvival(history, { mode });
  const { samples } = recorder;
  const { load, convergedMs } = phases;
  const all = countsOf(samples);
  const lengthMs = load === null ? 0 : load.toMs - load.fromMs;
  return {
    mode,
    verdict: findings.count > 0 ? 'illegal' : survival.verdict,
    survival,
    findings: findings.kept,
    findingCount: findings.count,
    operations: { all, byType: countsByType(samples), errors: errorCounts(samples) },
    throughputPerSecond: lengthMs === 0 ? 0 : (all.ok / lengthMs) * 1000,
    availability: availabilityOf(samples, load?.fromMs ?? 0, load?.toMs ?? 0),
    messages: {
      betweenNodes: network.traffic.sent,
      perOperation: all.ok === 0 || load === null ? null : load.messages / all.ok,
      byType: Object.fromEntries([...network.traffic.betweenNodes].sort()),
      lostToPartitions: network.traffic.lostToPartitions,
      lostToChance: network.traffic.lostToChance,
      lostToDown: network.traffic.lostToDown,
      repeated: network.traffic.repeated,
    },
    faults,
    convergedMs,
    load: load === null ? null : { fromMs: load.fromMs, toMs: load.toMs },
  };
}
