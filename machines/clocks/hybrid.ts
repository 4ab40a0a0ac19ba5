/**
 * Hybrid logical clocks (Kulkarni, Demirbas, Madappa, Avva, Leone, "Logical Physical Clocks", 2014, figure 5): the
 * greatest physical time that a node has heard of, and a counter for events within it.
 *
 * Promise: when one event can have influenced another, its time is the lower, as with Lamport's clock; and the physical
 * part is never behind the node's own clock, nor ahead of the fastest clock among those it has heard of. With a bound
 * on drift, a reading further ahead than that is refused, so that one clock gone wild cannot drag all others along.
 */
export type HybridTime = {
  /** Milliseconds since 1970: the paper's l. */
  readonly physicalMs: number;
  /** Events at this physical time so far, from 0: the paper's c. */
  readonly logical: number;
};

/** Before the first event. */
export const HYBRID_ZERO: HybridTime = { physicalMs: 0, logical: 0 };

/** What became of a reading that was received: taken into the clock, or refused for being too far ahead. */
export type HybridReceipt =
  | { readonly accepted: true; readonly time: HybridTime }
  /** The clock stays as it was. */
  | { readonly accepted: false; readonly aheadMs: number };

/**
 * The time of the next event of a node, a sent message among them.
 *
 * @param nowMs the node's wall clock, in milliseconds; it may stand still or step back
 */
export function tick(last: HybridTime, nowMs: number): HybridTime {
  if (nowMs > last.physicalMs) return { physicalMs: nowMs, logical: 0 };
  return { physicalMs: last.physicalMs, logical: last.logical + 1 };
}

/**
 * The time of the event of receiving a message.
 *
 * @param sentAt the sender's time when it sent
 * @param maxDriftMs how far the sender's physical part may be ahead of this node's wall clock
 */
export function receive(
  last: HybridTime,
  sentAt: HybridTime,
  nowMs: number,
  maxDriftMs: number,
): HybridReceipt {
  const aheadMs = sentAt.physicalMs - nowMs;
  if (aheadMs > maxDriftMs) return { accepted: false, aheadMs };
  const physicalMs = Math.max(last.physicalMs, sentAt.physicalMs, nowMs);
  // The counter goes on above those that share the physical time, and begins again when none does.
  const counters = [last, sentAt].filter((time) => time.physicalMs === physicalMs);
  const logical = Math.max(-1, ...counters.map((time) => time.logical)) + 1;
  return { accepted: true, time: { physicalMs, logical } };
}

/** Negative when `a` is the lower. Two nodes can be at one time: for a total order, break the tie by their names. */
export function compareHybrid(a: HybridTime, b: HybridTime): number {
  return a.physicalMs === b.physicalMs ? a.logical - b.logical : a.physicalMs - b.physicalMs;
}
