import type { Json } from '../../machines/json.ts';

/**
 * The trace of a run: JSON lines, a header first and then one record a line, in the order in which things happened.
 * docs/trace.md explains every field.
 */

export const TRACE_FORMAT = 'actorum-trace';
/** Goes up when a reader of the older format would be misled by the newer. */
export const TRACE_VERSION = 1;

export type TraceHeader = {
  readonly format: typeof TRACE_FORMAT;
  readonly version: typeof TRACE_VERSION;
  /** Name and version of the program that wrote it. */
  readonly program: string;
  /** The command that ran. */
  readonly ran: 'node' | 'sim' | 'bench';
  /** The command line that runs it again, as far as it can be run again. */
  readonly command: string;
  readonly seed: number;
  /** The nodes of the cluster, in order; empty where a node has still to learn them (`cluster` tells them). */
  readonly nodes: readonly string[];
  /** Which clock `t` is read from: milliseconds since the run began, virtual or real. */
  readonly time: 'virtual' | 'real';
  /** When `t` was 0, in milliseconds since 1970; absent in virtual time. */
  readonly startedAtMs?: number;
  /** The ids of the charts that may take part. */
  readonly charts: readonly string[];
};

/** What a value of XState is: a state's key, or nested keys. */
export type StateValue = string | { readonly [key: string]: StateValue | undefined };

/** An actor has taken an event. */
export type StepRecord = {
  readonly kind: 'step';
  readonly t: number;
  readonly node: string;
  /** Which actor of the node: `raft`, `ryw-read 7`, `register "x"`. */
  readonly actor: string;
  /** The id of its chart. */
  readonly chart: string;
  /** What it was told; its type is `started` when it entered its first state. Bounded. */
  readonly event: { readonly type: string; readonly [field: string]: Json };
  /** The state after it. */
  readonly state: StateValue;
  /** The context after it, all of it: it is the first record of this actor. Bounded. */
  readonly context?: { readonly [field: string]: Json };
  /** Or only the fields that are others than they were in the actor's record before; absent when all are the same. */
  readonly changed?: { readonly [field: string]: Json };
  /** What it wants done, in order; absent when that is nothing. Bounded. */
  readonly effects?: readonly { readonly type: string; readonly [field: string]: Json }[];
  /** It has reached a final state and is gone. */
  readonly ended?: true;
};

/** A message leaves. */
export type SendRecord = {
  readonly kind: 'send';
  readonly t: number;
  /** Joins it with its `receive` and `lost` records; unique in the trace. */
  readonly id: number;
  readonly from: string;
  readonly to: string;
  /** The body. Bounded. */
  readonly body: { readonly type: string; readonly [field: string]: Json };
};

/** A message arrives; twice, if the network repeats it. */
export type ReceiveRecord = {
  readonly kind: 'receive';
  readonly t: number;
  readonly id: number;
  /** Present when the sending is in no trace that this one knows of: a node by itself sees only its own end. */
  readonly from?: string;
  readonly to?: string;
  readonly body?: { readonly type: string; readonly [field: string]: Json };
};

/** A message, or a copy of it, will never arrive. */
export type LostRecord = {
  readonly kind: 'lost';
  readonly t: number;
  readonly id: number;
  /** `loss`: by chance; `partition`: the link is cut; `overflow`: the receiver reads too slowly; `down`: it is not there. */
  readonly why: 'loss' | 'partition' | 'overflow' | 'down';
};

export type FaultName =
  | 'partition'
  | 'heal'
  | 'pause'
  | 'resume'
  | 'crash'
  | 'restart'
  | 'transfer'
  | 'clock'
  | 'recovery'
  | Lasting
  | `${Lasting}-end`;

/** Faults that change nothing in what a viewer takes a node or a link for. */
type Lasting = 'loss' | 'duplicate' | 'reorder' | 'slow-disk' | 'clock-skew' | 'membership';

/** Something is done to the cluster. */
export type FaultRecord = {
  readonly kind: 'fault';
  readonly t: number;
  readonly fault: FaultName;
  /** Whom it strikes, where that is not the network. */
  readonly nodes?: readonly string[];
  /** Of a partition: every link that is cut from now on, as source and destination. */
  readonly cut?: readonly (readonly [string, string])[];
  /** For people. */
  readonly text: string;
};

/** Who the nodes are, where the header could not say it. */
export type ClusterRecord = {
  readonly kind: 'cluster';
  readonly t: number;
  readonly nodes: readonly string[];
};

/** What the run was found to be, at its end. */
export type VerdictRecord = {
  readonly kind: 'verdict';
  readonly t: number;
  readonly verdict: 'ok' | 'illegal' | 'unknown';
  readonly text: string;
};

/** So many records are missing here: whoever took them was too slow. */
export type DroppedRecord = {
  readonly kind: 'dropped';
  readonly t: number;
  readonly count: number;
  /** Whose they were; of any when absent. */
  readonly node?: string;
};

export type TraceRecord =
  | StepRecord
  | SendRecord
  | ReceiveRecord
  | LostRecord
  | FaultRecord
  | ClusterRecord
  | VerdictRecord
  | DroppedRecord;

/** Where records go. @returns false when the record was dropped */
export type TraceSink = (record: TraceRecord) => boolean;
