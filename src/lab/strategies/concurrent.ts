import type { Json } from '../../../machines/json.ts';
import type { Context, Replica, Version, Write } from './strategy.ts';

/**
 * Version vectors as the textbook has them (Parker et al. 1983): every version carries how many writes of each client
 * its author had seen, its own included. One version replaces another when its vector covers the other's.
 */

/** Client, count, and when the count was last raised, by the clock of the node that raised it. */
type Entry = readonly [client: string, count: number, raisedMs: number];
type Vector = readonly Entry[];
type Held = { readonly id: string; readonly deletes: boolean; readonly vector: Vector };

/** @param maxEntries the longest that a vector may get before its oldest entries are cut off */
export function keepConcurrent(maxEntries = Number.POSITIVE_INFINITY): Replica {
  let held: readonly Held[] = [];
  const add = (version: Held) => {
    if (held.some(({ vector }) => covers(vector, version.vector))) return;
    held = [...held.filter(({ vector }) => !covers(version.vector, vector)), version].sort(byId);
  };
  return {
    write({ id, client, number, deletes, context }: Write, clockMs) {
      const seen = ((context as Vector | null) ?? []).filter(([name]) => name !== client);
      const vector = cut([...seen, [client, number, clockMs]], maxEntries);
      add({ id, deletes, vector });
      return { accepted: true, stamp: print(vector), timestampMs: null, context: vector, waitMs: 0 };
    },
    versions: (): readonly Version[] =>
      held.filter(({ deletes }) => !deletes).map(({ id, vector }) => ({ id, stamp: print(vector) })),
    context: () => cut(joined(held.flatMap(({ vector }) => vector)), maxEntries),
    state: (): Json => (held.length === 0 ? null : held),
    receive(state) {
      const known = new Set(held);
      // A version that was sent before is the very same, and there is nothing to compare.
      for (const version of state as unknown as readonly Held[]) if (!known.has(version)) add(version);
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

function covers(a: Vector, b: Vector): boolean {
  const counts = new Map(a.map(([client, count]) => [client, count]));
  return b.every(([client, count]) => (counts.get(client) ?? 0) >= count);
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
  return [...highest.values()];
}

/** The entries that were raised last. */
function cut(vector: Vector, maxEntries: number): Vector {
  const kept = [...vector].sort((a, b) => b[2] - a[2] || (a[0] < b[0] ? -1 : 1)).slice(0, maxEntries);
  return kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function print(vector: Vector): string {
  return `{${vector.map(([client, count]) => `${client}:${count}`).join(', ')}}`;
}

function byId(a: Held, b: Held): number {
  return a.id < b.id ? -1 : 1;
}
