/**
 * Hashes and digests of items. Two lanes of 32 bits, kept as signed integers because those are small integers to V8
 * and take no memory of their own. Mixing is that of cyrb53 (bryc, public domain): good for comparing replicas that
 * trust each other, and no protection against somebody who makes collisions on purpose.
 */

/** A hash, or the sum of hashes, lane by lane. */
export type Lanes = readonly [high: number, low: number];

/** Stands between an id and its text: no UTF-16 code unit. */
const SEPARATOR = 0x10000;

/** The hash of an item: of which history of which key it is, and of what it holds. */
export function hashItem(id: string, text: string): Lanes {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < id.length; at += 1) {
    const unit = id.charCodeAt(at);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ SEPARATOR, 2654435761);
  b = Math.imul(b ^ SEPARATOR, 1597334677);
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return [b | 0, a | 0];
}

/** Where an id stands in the space of ranges: 32 bits, of which the highest four are the first digit of a prefix. */
export function placeOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  // FNV-1a leaves the high bits of short strings alike; these two steps are the end of MurmurHash3.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** 16 hexadecimal digits. */
export function spellLanes([high, low]: Lanes): string {
  return spellLane(high) + spellLane(low);
}

function spellLane(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, '0');
}
