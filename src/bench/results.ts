import type { Finding } from './findings.ts';
import type { Judgement, Judgements, SessionsJudgement, Verdict } from './judge.ts';
import type { Leadership } from './leader-watch.ts';
import type { FaultBand } from './nemesis/fault-log.ts';
import { type ReadsServed, readsServedOf } from './reads-served.ts';
import type { Run } from './run.ts';
import {
  type Availability,
  availabilityOf,
  type Counts,
  countsByType,
  countsOf,
  errorCounts,
} from './statistics.ts';

/** What `results.json` holds. Times are milliseconds since the run began, latencies milliseconds. */
export type Results = {
  /** illegal: something happened that must not. unknown: nothing did, but not all could be checked. */
  readonly verdict: Verdict;
  readonly linearizability: Judgement;
  /** Of ryw-kv: the session guarantees; null for lin-kv, which has no sessions. */
  readonly sessions: SessionsJudgement | null;
  /** What must not happen, whatever the history says; the first few of each kind and node. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  readonly interrupted: boolean;
  readonly operations: {
    readonly all: Counts;
    readonly byType: { readonly [f: string]: Counts };
    /** How often each error was the reason of a fail or an info. */
    readonly errors: { readonly [error: string]: number };
  };
  /** Of ryw-kv: how its reads by token were served. */
  readonly rywReads: ReadsServed | null;
  readonly throughputPerSecond: number;
  readonly availability: Availability;
  readonly messages: {
    readonly betweenNodes: number;
    readonly perOperation: number | null;
    readonly byType: { readonly [type: string]: number };
    readonly lostToPartitions: number;
    readonly lostToOverflow: number;
    /** By the fault `loss`. */
    readonly lostToChance: number;
    /** To nodes that were not there; requests of clients, too. */
    readonly lostToDown: number;
    /** Messages that the fault `duplicate` has let arrive twice. */
    readonly repeated: number;
    readonly requests: number;
    readonly replies: number;
  };
  readonly leaderships: readonly Leadership[];
  /** From when all faults were undone to the first operation served, and to the first read answered by every node. */
  readonly recovery: { readonly firstServedMs: number | null; readonly allNodesMs: number | null };
  /** What was done to the cluster, in the order in which it began. */
  readonly faults: readonly FaultBand[];
  readonly load: { readonly fromMs: number; readonly toMs: number } | null;
  readonly options: object;
};

/** All that a run says in numbers. Operations, throughput and availability are those of the load phase. */
export function resultsOf(run: Run, judgements: Judgements, interrupted: boolean): Results {
  const { load, findings, network, recorder, leaders } = run;
  const { traffic } = network;
  const samples = recorder.samples.slice(0, load?.samples ?? 0);
  const all = countsOf(samples);
  const served = all.ok + all.refused;
  const lengthMs = load === null ? 0 : load.toMs - load.fromMs;
  return {
    verdict: findings.count > 0 ? 'illegal' : worst(judgements, interrupted),
    ...judgements,
    findings: findings.kept,
    findingCount: findings.count,
    interrupted,
    operations: { all, byType: countsByType(samples), errors: errorCounts(samples) },
    rywReads:
      judgements.sessions === null ? null : readsServedOf(samples, (timeMs) => leaders.leaderAt(timeMs)),
    throughputPerSecond: lengthMs === 0 ? 0 : (served / lengthMs) * 1000,
    availability: availabilityOf(samples, load?.fromMs ?? 0, load?.toMs ?? 0),
    messages: {
      betweenNodes: traffic.sent,
      perOperation: served === 0 || load === null ? null : load.messages / served,
      byType: Object.fromEntries([...traffic.betweenNodes].sort()),
      lostToPartitions: traffic.lostToPartitions,
      lostToOverflow: traffic.lostToOverflow,
      lostToChance: traffic.lostToChance,
      lostToDown: traffic.lostToDown,
      repeated: traffic.repeated,
      requests: traffic.requests,
      replies: traffic.replies,
    },
    leaderships: run.leaders.seen,
    recovery: recoveryOf(run),
    faults: run.faults,
    load: load === null ? null : { fromMs: load.fromMs, toMs: load.toMs },
    options: run.options,
  };
}

/** A run that was cut short has not shown that the cluster recovers, so the best that it can be is unknown. */
function worst({ linearizability, sessions }: Judgements, interrupted: boolean): Verdict {
  const verdicts = [linearizability.verdict, sessions?.verdict ?? 'ok', interrupted ? 'unknown' : 'ok'];
  return verdicts.includes('illegal') ? 'illegal' : verdicts.includes('unknown') ? 'unknown' : 'ok';
}

function recoveryOf({ load, recorder, members, answeredAtMs }: Run): Results['recovery'] {
  if (load === null) return { firstServedMs: null, allNodesMs: null };
  const wholeMs = load.healedMs;
  const firstServed = recorder.samples.find(
    (sample) => sample.served && sample.beganMs + sample.latencyMs >= wholeMs,
  );
  return {
    firstServedMs: firstServed === undefined ? null : firstServed.beganMs + firstServed.latencyMs - wholeMs,
    allNodesMs: answeredAtMs.size < members.length ? null : Math.max(...answeredAtMs.values()) - wholeMs,
  };
}
