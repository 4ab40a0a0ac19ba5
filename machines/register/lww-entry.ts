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
 * an entry may be handed on by somebody who does not know its origin, or puts another name there. Let "a" from n3, "c"
 * from n1 and "b" without an origin have one timestamp. If names decide where both are known, and values elsewhere,
 * then "a" beats "c", "c" beats "b", and "b" beats "a": every replica ends with whatever it heard last. The content
 * travels unchanged; nothing else does.
 */
export function compareEntries(a: LwwEntry, b: LwwEntry): number {
  if (a.ts !== b.ts) return a.ts < b.ts ? -1 : 1;
  if (a.deleted !== b.deleted) return a.deleted ? 1 : -1;
  const [first, second] = [canonical(a.value), canonical(b.value)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
