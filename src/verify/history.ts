/** A JSON value. Histories stand alone: this room imports nothing of ours. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * One line of a history: something that a client process began, or learned. After Jepsen's histories:
 * `ok` it happened, `fail` it surely did not and never will, `info` nobody knows (and the process ends there).
 */
export type HistoryEvent = {
  /** Place in the history, from 0. */
  readonly index: number;
  /** When, in milliseconds since the run began (a float). */
  readonly timeMs: number;
  /** The client process, or `nemesis` for what was done to the cluster. */
  readonly process: number | 'nemesis';
  readonly type: 'invoke' | 'ok' | 'fail' | 'info';
  /** `read`, `write`, `cas`; for the nemesis the fault's name. */
  readonly f: string;
  /** The register; absent for the nemesis. */
  readonly key?: Json;
  /** read: the value read (on ok). write: the value. cas: [from, to]. nemesis: whatever describes the fault. */
  readonly value?: Json;
  /** The node that was asked. */
  readonly node?: string;
  /** On fail and info: why. */
  readonly error?: string;
};
