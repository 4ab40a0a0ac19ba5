/**
 * Version vectors (Parker et al., "Detection of Mutual Inconsistency in Distributed Systems", 1983; as clocks of
 * events: Fidge 1988, Mattern 1989). A vector tells for each actor how many of its events, counted from 1, are in a
 * past; an actor that it does not name stands for 0.
 *
 * Promise: when every event has a number of its own in its actor, and the past of an event holds all earlier events of
 * that actor, then one past contains another exactly when its vector does. Nothing is said when two events share a
 * number, or when an actor's event does not have the actor's earlier ones in its past: for that, see dotted.ts.
 */

/** One actor and the number of its latest event. */
export type VectorEntry = readonly [actor: string, count: number];

/**
 * A vector: its entries ordered by the actor's name (by code units), each actor once, every count at least 1. So equal
 * vectors are spelled alike, and no name is special (an object would trip over `__proto__`).
 */
export type VersionVector = readonly VectorEntry[];

/** How the pasts of two events lie to each other. */
export type Order = 'equal' | 'before' | 'after' | 'concurrent';

export const EMPTY_VECTOR: VersionVector = [];

/** The vector of entries in any order; of an actor that is named twice the greater count stands. Counts of 0 go. */
export function vectorOf(entries: Iterable<VectorEntry>): VersionVector {
  const counts = new Map<string, number>();
  for (const [actor, count] of entries) {
    if (count > (counts.get(actor) ?? 0)) counts.set(actor, count);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The vector as a JSON object, `{"n1":2,"n2":1}`. Any name may be an actor's, `__proto__` too. */
export function vectorToObject(vector: VersionVector): { readonly [actor: string]: number } {
  return Object.fromEntries(vector);
}

/** The number of the actor's latest event in the past that the vector stands for; 0 when there is none. */
export function countOf(vector: VersionVector, actor: string): number {
  return vector.find(([name]) => name === actor)?.[1] ?? 0;
}

/** The vector after one more event of the actor. */
export function increment(vector: VersionVector, actor: string): VersionVector {
  return join(vector, [[actor, countOf(vector, actor) + 1]]);
}

/** The least vector that covers both: for each actor the greater count. Commutative, associative, idempotent. */
export function join(a: VersionVector, b: VersionVector): VersionVector {
  return vectorOf([...a, ...b]);
}

/** Whether every event of `b`'s past is in `a`'s. */
export function covers(a: VersionVector, b: VersionVector): boolean {
  const counts = new Map(a);
  return b.every(([actor, count]) => count <= (counts.get(actor) ?? 0));
}

/** How `a` lies to `b`: `before` when b's past contains all of a's and more. */
export function compare(a: VersionVector, b: VersionVector): Order {
  const [contains, isContained] = [covers(a, b), covers(b, a)];
  if (contains) return isContained ? 'equal' : 'after';
  return isContained ? 'before' : 'concurrent';
}
