import { canonical, type Json } from '../json.ts';

/** What a key holds where the last writer wins: the latest write or deletion, and when it was. */
export type LwwEntry = {
  /** Seconds since 1970, in [0, 8.64e12]. */
  readonly ts: number;
  readonly deleted: boolean;
  /** Null when `deleted`, so that one deletion has one spelling. */
  readonly value: Json;
};

/**
 * The order of entries: positive when `a` is the stronger. Later first; of equal timestamps a deletion is stronger
 * than a write; and of two writes the one whose value is spelled later (by code units). It is total on contents: two
 * entries that compare as 0 are the same entry. So the strongest of any number of entries is one and the same,
 * however they are grouped, ordered or repeated, and all replicas come to hold it.
 *
 * The order knows nothing of where an entry comes from. A node's name as the tie-break is what textbooks suggest, but
 * an entry that was relayed may come without one. Let "a" of n1 and "b" of n2 have one timestamp, and let a third
 * entry "c" with this timestamp have no origin: if n2 beats n1, and an unknown origin falls back on the value, then
 * b beats a, c beats b... and whether a beats c depends on what was forgotten on the way. And a relay that puts its
 * own name on an entry makes the winner depend on the road. The content travels unchanged; nothing else does.
 */
export function compareEntries(a: LwwEntry, b: LwwEntry): number {
  if (a.ts !== b.ts) return a.ts < b.ts ? -1 : 1;
  if (a.deleted !== b.deleted) return a.deleted ? 1 : -1;
  const [first, second] = [canonical(a.value), canonical(b.value)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
