/**
 * Lamport's logical clock (Lamport, "Time, Clocks, and the Ordering of Events in a Distributed System", 1978): one
 * integer for each node, the number of its last event, 0 before the first.
 *
 * Promise: when one event can have influenced another, its time is the lower. Not the other way round: of two events
 * with different times the earlier need not have influenced the later, so a clock like this orders concurrent writes
 * as firmly as any, and cannot tell that they were concurrent.
 */
export type LamportTime = number;

/** An event's time and the node where it happened: a total order of all events, since no node has two at one time. */
export type LamportStamp = { readonly time: LamportTime; readonly node: string };

/** Rule IR1: the time of the next event of a node, a sent message among them. */
export function tick(time: LamportTime): LamportTime {
  return time + 1;
}

/** Rule IR2: the time of the event of receiving a message that was sent at `sentAt`. */
export function receive(time: LamportTime, sentAt: LamportTime): LamportTime {
  return tick(Math.max(time, sentAt));
}

/** Lamport's total order: by time, then by the name of the node (by code units). Negative when `a` comes first. */
export function compareStamps(a: LamportStamp, b: LamportStamp): number {
  if (a.time !== b.time) return a.time - b.time;
  if (a.node === b.node) return 0;
  return a.node < b.node ? -1 : 1;
}
