import type { Json } from '../../../machines/json.ts';
import type { Strategy, Version } from './strategy.ts';

/**
 * One vector for the whole key, an entry a node, and no dots: a write whose context covers the vector replaces
 * everything, any other joins what is there. (As Riak did with the vectors of its virtual nodes, before version 2.0
 * brought dots; why it is not enough: Preguiça et al. 2010, section 3.)
 */
type Vector = { readonly [node: string]: number };
type Held = { readonly vector: Vector; readonly versions: readonly Kept[] };
type Kept = { readonly id: string; readonly deletes: boolean };

export const serverVectors: Strategy = {
  name: 'server-vectors',
  title: 'One vector a key, an entry a node, no dots',
  idea: 'A write that has seen everything replaces everything; any other is put beside what is there.',
  keepsSiblings: true,
  countsLives: false,
  joinContexts: (a, b) => join((a as Vector | null) ?? {}, (b as Vector | null) ?? {}),
  createReplica({ node }) {
    let held: Held = { vector: {}, versions: [] };
    const print = (vector: Vector) =>
      `{${Object.entries(vector)
        .map(([name, count]) => `${name}:${count}`)
        .join(', ')}}`;
    return {
      write({ id, deletes, context }) {
        const seen = (context as Vector | null) ?? {};
        const version = { id, deletes };
        const kept = covers(seen, held.vector) ? [] : held.versions;
        const known = join(seen, held.vector);
        const vector = join(known, { [node]: (known[node] ?? 0) + 1 });
        held = { vector, versions: [...kept, version].sort(byId) };
        // The vector stands for all versions. Who has not seen them all may not carry it: the next write would then
        // take away versions that its author never saw. There is none that stands for the author's own alone.
        const carried = kept.length === 0 ? vector : seen;
        return { accepted: true, stamp: print(vector), timestampMs: null, context: carried, waitMs: 0 };
      },
      versions(): readonly Version[] {
        const stamp = print(held.vector);
        return held.versions.filter(({ deletes }) => !deletes).map(({ id }) => ({ id, stamp }));
      },
      context: () => held.vector,
      state: (): Json => held,
      receive(state) {
        const other = state as unknown as Held;
        if (covers(held.vector, other.vector)) return null;
        if (covers(other.vector, held.vector)) held = other;
        else {
          const both = new Map([...held.versions, ...other.versions].map((kept) => [kept.id, kept]));
          held = { vector: join(held.vector, other.vector), versions: [...both.values()].sort(byId) };
        }
        return null;
      },
      metadata: () => ({
        entries: Object.keys(held.vector).length,
        bytes: JSON.stringify(held.vector).length,
      }),
    };
  },
};

function covers(a: Vector, b: Vector): boolean {
  return Object.entries(b).every(([name, count]) => (a[name] ?? 0) >= count);
}

function join(a: Vector, b: Vector): Vector {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return Object.fromEntries(names.map((name) => [name, Math.max(a[name] ?? 0, b[name] ?? 0)]));
}

function byId(a: Kept, b: Kept): number {
  return a.id < b.id ? -1 : 1;
}
