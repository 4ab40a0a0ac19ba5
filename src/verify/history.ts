/** A JSON value. Histories stand alone: this room imports nothing of ours. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * One line of a history: something that a client process began, or learned. After Jepsen's histories:
 * `ok` it happened, `fail` it surely did not and never will, `info` nobody knows (and the process ends there:
 * the client goes on under a process number that was never used before).
 *
 * One kind of `fail` says more than "it did not happen". The node decides a cas in its log, so a cas that it
 * refuses has looked at the register at one moment between invocation and completion. Such a refusal is
 * recorded as `fail` with `error` being {@link KEY_DOES_NOT_EXIST} (the key was absent at that moment) or
 * {@link PRECONDITION_FAILED} (it held a value other than `from`), and is checked like a read. Any other
 * `error`, or none, makes a `fail` say nothing about the register.
 */
export type HistoryEvent = {
  /** Place in the history, from 0. It alone decides what came before what; it strictly increases. */
  readonly index: number;
  /** When, in milliseconds since the run began (a float). Never less than in the event before. */
  readonly timeMs: number;
  /** The client process, or `nemesis` for what was done to the cluster. */
  readonly process: number | 'nemesis';
  readonly type: EventType;
  /**
   * `read`, `write`, `cas`; `ryw_read` for a read that need not be linearizable, only as fresh as its session
   * (a follower may have served it); for the nemesis the fault's name. In a conflict store `read` yields a list of
   * values, `final_read` is one after all is healed, and a `delete` has a value that names it and is not stored.
   */
  readonly f: string;
  /** The register; absent for the nemesis. */
  readonly key?: Json;
  /** read: the value read (on ok). write: the value. cas: [from, to]. nemesis: whatever describes the fault. */
  readonly value?: Json;
  /** On the invocation of a cas: an absent key is no failure; the cas then writes `to` whatever `from` is. */
  readonly createIfNotExists?: true;
  /** The node that was asked. */
  readonly node?: string;
  /** On fail and info: why. Two values of it make a failed cas an observation: see above. */
  readonly error?: string;
  /**
   * The client's session, on the invocation (a completion may repeat it). It outlives its processes: after an
   * `info` the client goes on in the same session under a new process number. Without it, the operation belongs
   * to no session, and binds nobody's later reads.
   */
  readonly session?: string;
  /** On an invocation: the index that was sent with the request, below which no answer may lie. */
  readonly token?: number;
  /**
   * On ok: the log index that the reply showed. write, cas: where in the log it took place. read, ryw_read: the
   * value is the one that the key had after exactly the log's first `shownIndex` entries.
   */
  readonly shownIndex?: number;
  /** On ok: the node that served it, where the reply says so. */
  readonly servedBy?: string;
  /** On the write or delete of a conflict store: the values of the writes that its client had seen and replaces. */
  readonly saw?: readonly Json[];
  /** On ok of a conflict store that gives timestamps: the write's, in seconds. */
  readonly ts?: number;
};

export const EVENT_TYPES = ['invoke', 'ok', 'fail', 'info'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** The `error` of a cas that found no key (Maelstrom's error 20). */
export const KEY_DOES_NOT_EXIST = 'key-does-not-exist';
/** The `error` of a cas that found another value than `from` (Maelstrom's error 22). */
export const PRECONDITION_FAILED = 'precondition-failed';

/** A history that cannot be judged because it is not one. The message names the place and the field. */
export class HistoryError extends Error {
  /** The field at fault, as it is named in {@link HistoryEvent}; absent when the whole line is. */
  readonly field: string | undefined;

  constructor(place: string, field: string | undefined, problem: string) {
    super(`${place}: ${field === undefined ? '' : `field "${field}" `}${problem}`);
    this.name = 'HistoryError';
    this.field = field;
  }
}
