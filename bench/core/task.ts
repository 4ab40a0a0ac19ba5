/** The cores that are compared, by the name under which a table shows them. */
export const CONTENDERS = {
  accelerated: 'Actorum',
  stock: 'Actorum on stock XState',
  coaty: '@coaty/consensus.raft',
  coatyAtOnce: '@coaty/consensus.raft, at once',
} as const;

export type Contender = keyof typeof CONTENDERS;

/** What one process measures: one core, with so many entries in each proposal. */
export type CoreTask = {
  readonly contender: Contender;
  readonly batch: number;
  readonly forMs: number;
  readonly peersDir: string;
};

/** What it measured. */
export type CoreFigures = {
  /** Entries committed by the leader and applied by all three nodes, in a second. */
  readonly perSecond: number;
  /** CPU time of the whole process for each, in microseconds. */
  readonly cpuUs: number;
};

/** A cluster of three in one process, whose wire and disks are memory. */
export type Cluster = {
  /**
   * Proposes so many entries at once to the leader, and delivers messages until nobody has anything more to say.
   * @param number the first entry's number; each entry is the operation that `operationOf` gives for its own
   */
  commit(count: number, number: number): void;
  /** How many entries each node has applied. */
  applied(): readonly number[];
};

/** What is proposed: small writes, the same for every core. */
export function operationOf(number: number): { type: 'write'; key: number; value: number } {
  return { type: 'write', key: number % 100, value: number };
}
