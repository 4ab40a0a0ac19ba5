import type { Json } from '../../../machines/json.ts';
import type { Context, Replica, Version, Write } from './strategy.ts';

/**
 * Version vectors as the textbook has them (Parker et al. 1983): every version carries how many writes of each client
 * its author had seen, its own included. One version replaces another when its vector covers the other's.
 */

/** Client, count, and when the count was last raised, by the clock of the node that raised it. */
type Entry = readonly [client: string, count: number, raisedMs: number];
/** Ordered by the client's name, each client once. */
type Vector = readonly Entry[];
type Held = Version & { readonly deletes: boolean; readonly vector: Vector };

/**
 * @param maxEntries the longest that a kept vector may be: of a longer one the entries go that were raised longest ago.
 * What a client brings along is compared whole before it is cut, as Dynamo and Riak do, so a write always replaces what
 * its author has seen at the replica that takes it; the others have only what is left of the vector.
 */
export function keepConcurrent(maxEntries = Number.POSITIVE_INFINITY): Replica {
  /** In order of name between calls. Whoever was given the list keeps it: it is copied before it is changed. */
  let held: Held[] = [];
  /** @param whole the version's vector before it was cut */
  const add = (version: Held, whole: Vector) => {
    if (held.some(({ vector }) => covers(vector, whole))) return;
    if (held.some(({ vector }) => covers(whole, vector))) {
      held = held.filter(({ vector }) => !covers(whole, vector));
    }
    held.push(version);
  };
  return {
    write({ id, client, number, deletes, context }: Write, clockMs) {
      const seen = ((context as Vector | null) ?? []).filter(([name]) => name !== client);
      const whole = inOrder([...seen, [client, number, clockMs]]);
      const vector = cut(whole, maxEntries);
      const stamp = print(vector);
      held = [...held];
      add({ id, stamp, deletes, vector }, whole);
      held.sort(byId);
      return { accepted: true, stamp, timestampMs: null, context: vector, waitMs: 0 };
    },
    versions: (): readonly Version[] =>
      held.filter(({ deletes }) => !deletes).map(({ id, stamp }) => ({ id, stamp })),
    context: () => joined(held.flatMap(({ vector }) => vector)),
    state: (): Json => (held.length === 0 ? null : held),
    receive(state) {
      const known = new Set(held);
      // A version that was sent before is the very same, and there is nothing to compare.
      const fresh = (state as unknown as readonly Held[]).filter((version) => !known.has(version));
      if (fresh.length === 0) return null;
      held = [...held];
      for (const version of fresh) add(version, version.vector);
      held.sort(byId);
      return null;
    },
    metadata: () => {
      const vectors = held.map(({ vector }) =>
        Object.fromEntries(vector.map(([name, count]) => [name, count])),
      );
      return {
        entries: held.reduce((sum, { vector }) => sum + vector.length, 0),
        bytes: vectors.length === 0 ? 0 : JSON.stringify(vectors).length,
      };
    },
  };
}

/** Whether `a` counts at least as much as `b` of every client. Both are in order, so one walk is enough. */
function covers(a: Vector, b: Vector): boolean {
  if (a.length < b.length) return false;
  let at = 0;
  for (const [client, count] of b) {
    while (at < a.length && (a[at] as Entry)[0] < client) at += 1;
    const entry = a[at];
    if (entry === undefined || entry[0] !== client || entry[1] < count) return false;
  }
  return true;
}

export function joinVectors(a: Context, b: Context): Context {
  return joined([...((a as Vector | null) ?? []), ...((b as Vector | null) ?? [])]);
}

function joined(entries: readonly Entry[]): Vector {
  const highest = new Map<string, Entry>();
  for (const entry of entries) {
    const known = highest.get(entry[0]);
    if (known === undefined || known[1] < entry[1]) highest.set(entry[0], entry);
  }
  return inOrder([...highest.values()]);
}

/** The entries that were raised last. */
function cut(vector: Vector, maxEntries: number): Vector {
  if (vector.length <= maxEntries) return vector;
  return inOrder([...vector].sort((a, b) => b[2] - a[2] || (a[0] < b[0] ? -1 : 1)).slice(0, maxEntries));
}

function inOrder(entries: readonly Entry[]): Vector {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

function print(vector: Vector): string {
  return `{${vector.map(([client, count]) => `${client}:${count}`).join(', ')}}`;
}

function byId(a: Held, b: Held): number {
  return a.id < b.id ? -1 : 1;
}
