import { type VersionVector, vectorOf } from './version-vector.ts';

/**
 * Dotted version vector sets (Preguiça, Baquero, Almeida, Fonte, Gonçalves, "Dotted Version Vectors", 2010 and 2012;
 * in this compact form: Almeida, Baquero, Gonçalves, Preguiça, Fonte, "Scalable and Accurate Causality Tracking for
 * Eventually Consistent Stores", 2014). The siblings of one key, with one entry for each replica that coordinated a
 * write of it, however many clients there are.
 *
 * Promise: when each replica numbers its own events without gaps and never gives a number twice, and every context is
 * what a replica's `contextOf` said (of the whole set: siblings have no vectors of their own), then the values are
 * exactly those that no write known here has seen. A replica that forgets breaks it; so does a client that
 * acts on one sibling of several, which nothing here can express. The store uses versions.ts of the register's room
 * for these two reasons (docs/decisions/0012-who-mints-events.md).
 */
export type DottedSet<V> = readonly DottedEntry<V>[];

/** One replica's part. Entries are ordered by the replica's name (by code units), each replica once. */
export type DottedEntry<V> = {
  readonly replica: string;
  /** How many events of the replica are in the set's past: 1 to `count`, all of them. */
  readonly count: number;
  /** What the latest of these events wrote, the last event first: one value each of `count`, `count - 1`, and so on. */
  readonly values: readonly V[];
};

/** The paper's `join`: all that is in the set's past. A client gives it back as the context of its next write. */
export function contextOf<V>(set: DottedSet<V>): VersionVector {
  return vectorOf(set.map(({ replica, count }) => [replica, count]));
}

/** The siblings, by replica, the last event first. */
export function valuesOf<V>(set: DottedSet<V>): readonly V[] {
  return set.flatMap(({ values }) => values);
}

/**
 * The paper's `sync`: what two replicas know together. Of each replica's events the later half-line is kept: those
 * above what either side knows to be replaced. Commutative, associative, idempotent.
 */
export function sync<V>(a: DottedSet<V>, b: DottedSet<V>): DottedSet<V> {
  const entries = new Map(a.map((entry) => [entry.replica, entry]));
  for (const entry of b) {
    const known = entries.get(entry.replica);
    entries.set(entry.replica, known === undefined ? entry : joined(known, entry));
  }
  return inOrder(entries.values());
}

/**
 * The paper's `discard`, then `event`: a write at a replica. The siblings that the context covers go, and the new value
 * gets the replica's next event.
 *
 * @param context what the client has seen; it may name events that this replica has not heard of
 */
export function update<V>(
  set: DottedSet<V>,
  context: VersionVector,
  replica: string,
  value: V,
): DottedSet<V> {
  const past = context.map(([name, count]): DottedEntry<V> => ({ replica: name, count, values: [] }));
  const kept = sync(set, past);
  const own = kept.find((entry) => entry.replica === replica) ?? { replica, count: 0, values: [] };
  const others = kept.filter((entry) => entry !== own);
  return inOrder([...others, { replica, count: own.count + 1, values: [value, ...own.values] }]);
}

/** Whether `a` knows nothing that `b` does not: the paper's order of clocks. */
export function isKnownTo<V>(a: DottedSet<V>, b: DottedSet<V>): boolean {
  return sync(a, b).every(({ replica, count, values }) => {
    const entry = b.find((other) => other.replica === replica);
    return entry?.count === count && entry.values.length === values.length;
  });
}

function joined<V>(a: DottedEntry<V>, b: DottedEntry<V>): DottedEntry<V> {
  const longer = a.count >= b.count ? a : b;
  const replaced = Math.max(a.count - a.values.length, b.count - b.values.length);
  return { ...longer, values: longer.values.slice(0, Math.max(longer.count - replaced, 0)) };
}

function inOrder<V>(entries: Iterable<DottedEntry<V>>): DottedSet<V> {
  return [...entries].sort((a, b) => (a.replica < b.replica ? -1 : 1));
}
