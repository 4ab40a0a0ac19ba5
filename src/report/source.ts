import type { Tallied } from '../kit/tally.ts';
import type { Contradiction, HistoryEvent } from '../verify/index.ts';

/** What a bench or a simulation hands over of one run. Times are milliseconds since the run began. */
export type RunSource = {
  readonly ran: 'bench' | 'sim';
  readonly workload: 'lin-kv' | 'ryw-kv' | 'lww-kv';
  /** Of lww-kv; null for the others. */
  readonly mode: 'lww' | 'vv' | null;
  /** What makes this run again, or one like it. */
  readonly command: string;
  readonly seed: number;
  readonly nodes: readonly string[];
  readonly time: 'real' | 'virtual';
  /** What the run was, each a name and a text: latency, clients, keys. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** The time of load and faults; null when it never came to that. */
  readonly load: { readonly fromMs: number; readonly toMs: number } | null;
  readonly history: readonly HistoryEvent[];
  /**
   * What is known of faults besides the history, which says whom they struck: for people, each with the name under which
   * the fault began, in the order in which they began. Where one is missing, the history has to do.
   */
  readonly faultTexts: readonly { readonly name: string; readonly text: string }[];
  /** Messages between nodes, by type, lost ones included. */
  readonly messages: Tallied;
  /** Empty where nobody leads. */
  readonly leaderships: readonly { readonly timeMs: number; readonly node: string; readonly term: number }[];
  readonly verdict: {
    readonly outcome: 'ok' | 'illegal' | 'unknown';
    /** One line. */
    readonly headline: string;
    /** What else was found, for people to read. */
    readonly notes: readonly string[];
  };
  readonly contradictions: readonly Contradiction[];
};
