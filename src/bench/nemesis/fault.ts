/** What can be done to a cluster on purpose. One file each; here is what they have in common. */

export const FAULT_NAMES = [
  'partition',
  'one-way-partition',
  'kill',
  'kill-all',
  'pause',
  'loss',
  'duplicate',
  'reorder',
  'slow-disk',
  'clock-skew',
  'membership',
] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

/** A fault that has begun, and goes on until it is ended. */
export type Strike = {
  /** Whom it strikes, in order. */
  readonly nodes: readonly string[];
  /** For people, what is done and to whom: `kill -9 of n3 (it leads)`. */
  readonly text: string;
  /** Undoes it; resolves when that is done, with what is to be said of it. What goes wrong becomes a finding. */
  end(): string | Promise<string>;
  /** Resolves when it is over before its time; a fault without it lasts as long as the rhythm says. */
  readonly over?: Promise<unknown>;
};

export type Fault = {
  readonly name: FaultName;
  /** Begins. @returns null when it cannot strike at present */
  strike(): Strike | null | Promise<Strike | null>;
};
