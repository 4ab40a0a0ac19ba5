import type { Tallied } from '../kit/tally.ts';
import type { HistoryEvent } from '../verify/history.ts';
import type { Judgement } from './judge.ts';
import type { SimulationOptions } from './options.ts';

/** What a simulation found. `failure` is null when every property held. */
export type SimulationResult = {
  readonly options: SimulationOptions;
  readonly failure: string | null;
  /** What the history is worth; null when the run itself failed. */
  readonly judgement: Judgement | null;
  readonly history: readonly HistoryEvent[];
  /** What the nemesis says of its doings besides, in their order. */
  readonly faultTexts: readonly { readonly name: string; readonly text: string }[];
  /** Messages between nodes over time, lost ones included, and who led when. */
  readonly messages: Tallied;
  readonly leaderships: readonly Leadership[];
  readonly traceHash: string;
  readonly traceTail: readonly string[];
  readonly stats: SimulationStats;
};

/** From then on a node led, as far as it knew itself. */
export type Leadership = { readonly timeMs: number; readonly node: string; readonly term: number };

export type SimulationStats = {
  readonly virtualSeconds: number;
  readonly events: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  readonly committed: number;
  readonly termsLed: number;
  readonly invariantChecks: number;
  readonly messages: { readonly [type: string]: number };
  readonly lost: number;
  readonly duplicated: number;
  readonly faults: { readonly [name: string]: number };
  /** From the healing until every node had answered a read of every key. */
  readonly recoveryMs: number | null;
  /** How often a node came to its state by a checkpoint: its own after a restart, or another node's. */
  readonly restores: number;
  /** The most entries that any log had. */
  readonly longestLog: number;
  /** How many memberships the cluster had. */
  readonly memberships: number;
  /** Commits that were asked of all disks; by node. */
  readonly commits: { readonly [node: string]: number };
  /** Syncs that were acknowledged, and starts of nodes that found what had been. */
  readonly syncs: number;
  readonly restarts: number;
  /** Nodes that refused to start, because a bit of their disk was another. */
  readonly refused: readonly string[];
};
