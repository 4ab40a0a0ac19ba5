import type { Tallied } from '../kit/tally.ts';
import type { HistoryEvent } from '../verify/history.ts';
import type { SurvivalResult } from '../verify/index.ts';
import type { SimulationOptions } from './options.ts';

/** What a simulation of the conflict store found. `failure` is null when every property held. */
export type StoreSimulationResult = {
  readonly options: SimulationOptions;
  readonly failure: string | null;
  /** What became of the acknowledged writes; null when the run itself failed. */
  readonly survival: SurvivalResult | null;
  readonly history: readonly HistoryEvent[];
  /** What the nemesis says of its doings besides, in their order. */
  readonly faultTexts: readonly { readonly name: string; readonly text: string }[];
  /** Messages between nodes over time, lost ones included. */
  readonly messages: Tallied;
  readonly traceHash: string;
  readonly traceTail: readonly string[];
  readonly stats: StoreStats;
};

export type StoreStats = {
  readonly virtualSeconds: number;
  readonly events: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  /** Events of version vectors that were minted, and steps of registers that were looked at. */
  readonly minted: number;
  readonly invariantChecks: number;
  /** The most values that one key had at one time. */
  readonly mostSiblings: number;
  /** Tombstones that were there when all nodes agreed, over all nodes, and at the very end. */
  readonly tombstones: readonly [agreed: number, end: number];
  readonly messages: { readonly [type: string]: number };
  readonly lost: number;
  readonly duplicated: number;
  readonly faults: { readonly [name: string]: number };
  /** From the healing until all nodes held the same. */
  readonly convergedMs: number | null;
  /** Commits that were asked of the disks; by node. */
  readonly commits: { readonly [node: string]: number };
  /** Syncs that were acknowledged, and starts of nodes that found what had been. */
  readonly syncs: number;
  readonly restarts: number;
  /** Nodes that refused to start, because a bit of their disk was another. */
  readonly refused: readonly string[];
};
