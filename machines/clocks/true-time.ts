/**
 * A clock that knows how wrong it can be (TrueTime: Corbett et al., "Spanner: Google's Globally-Distributed Database",
 * 2012, section 3), and commit wait (section 4.1.2).
 *
 * Promise: if every clock is within its bound of true time, and every write is made known only after its commit wait,
 * then a write that begins after another was made known has the higher timestamp: timestamps respect the order that
 * an outside observer sees. A clock that is further off than its bound breaks this, and nothing notices.
 */
export type Interval = {
  /** Milliseconds: true time is at least this... */
  readonly earliest: number;
  /** ...and at most this. */
  readonly latest: number;
};

/** TT.now(): what a clock reading says of true time, when the clock is at most `errorMs` off. */
export function interval(nowMs: number, errorMs: number): Interval {
  return { earliest: nowMs - errorMs, latest: nowMs + errorMs };
}

/** TT.after(t): the moment has passed for sure. */
export function hasPassed(now: Interval, timestampMs: number): boolean {
  return timestampMs < now.earliest;
}

/** TT.before(t): the moment has not come yet for sure. */
export function isAhead(now: Interval, timestampMs: number): boolean {
  return timestampMs > now.latest;
}

/**
 * The timestamp of a commit ("Start"): not below true time, and above the node's last one.
 *
 * @param last the node's last timestamp, in milliseconds; null before the first
 */
export function commitTimestamp(now: Interval, last: number | null): number {
  return last === null ? now.latest : Math.max(now.latest, last + 1);
}

/**
 * How long to wait before a commit is made known ("Commit Wait"), in whole milliseconds: then, if the clock has moved
 * on by that much, the timestamp has passed for sure. For a fresh timestamp that is twice the clock's error.
 */
export function commitWait(now: Interval, timestampMs: number): number {
  return hasPassed(now, timestampMs) ? 0 : Math.floor(timestampMs - now.earliest) + 1;
}
