import { fraction, nextRandom } from '../../machines/random.ts';
import { placeOf } from '../../src/actors/gossip/hash.ts';

/**
 * 2^`doublings` ids of items with one and the same place. The hash eats an id from left to right, so where two
 * beginnings lead to one hash, so do their continuations (Joux 2004, multicollisions): each pair doubles the number.
 */
export function collidingIds(doublings: number): { readonly range: string; readonly ids: readonly string[] } {
  let ids = ['l'];
  for (let i = 0; i < doublings; i += 1) {
    const [a, b] = collidingPair(ids[0] as string);
    ids = ids.flatMap((id) => [id + a, id + b]);
  }
  const place = placeOf(ids[0] as string) >>> 0;
  return { range: place.toString(16).padStart(8, '0'), ids };
}

/** Two texts after which the hash is the same; by the paradox of birthdays among some ten thousand. */
function collidingPair(beginning: string): readonly [string, string] {
  const byPlace = new Map<number, string>();
  // Texts that count up are so alike that the hash keeps them apart: these are drawn.
  for (let n = nextRandom(0); ; n = nextRandom(n)) {
    const text = fraction(n).toString(36).slice(2, 10);
    const place = placeOf(beginning + text);
    const other = byPlace.get(place);
    if (other !== undefined && other !== text) return [other, text];
    byPlace.set(place, text);
  }
}
