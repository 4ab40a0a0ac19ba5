/**
 * A pseudo-random generator as a value: its state is one unsigned 32-bit integer that a chart keeps in its
 * context, so that a chart and its input events are all there is to replay.
 * (mulberry32 by Tommy Ettinger, public domain; good enough to spread timeouts, and not for secrets.)
 */
export type RandomState = number;

/** The state that follows `state`. */
export function nextRandom(state: RandomState): RandomState {
  return (state + 0x6d2b79f5) >>> 0;
}

/** The number in [0, 1) that `state` stands for. */
export function fraction(state: RandomState): number {
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
