/**
 * A node's own timestamps, taken from its wall clock. They strictly increase, also while the clock stands still or
 * steps back. They do not follow timestamps of others: a node whose clock is behind goes on losing to one whose clock
 * is ahead, which is the price of last-writer-wins on wall clocks (a hybrid clock, hybrid.ts, would follow).
 */

/** The last moment that a JavaScript date can name, in seconds since 1970 (ECMA-262, "Time Values and Time Range"). */
export const MAX_TIMESTAMP_SECONDS = 8.64e12;

/** What is added to the last timestamp when the clock has not moved: one microsecond. */
const STEP_SECONDS = 1e-6;

/**
 * The next timestamp of a node.
 *
 * @param nowMs the wall clock, in milliseconds since 1970; fractions are welcome
 * @param last the node's last timestamp, in seconds; null before the first
 * @returns seconds since 1970, in [0, MAX_TIMESTAMP_SECONDS], above `last` unless `last` is already the greatest
 */
export function nextTimestamp(nowMs: number, last: number | null): number {
  const now = nowMs / 1000;
  const next = last === null ? now : Math.max(now, following(last));
  return Math.min(Math.max(next, 0), MAX_TIMESTAMP_SECONDS);
}

/** A microsecond after `ts`, or the next number that a double can hold where a microsecond is lost in rounding. */
function following(ts: number): number {
  const next = ts + STEP_SECONDS;
  return next > ts ? next : nextDouble(ts);
}

/** The smallest double above a non-negative one: its bits, as an integer, and one more. */
function nextDouble(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigUint64(0, view.getBigUint64(0) + 1n);
  return view.getFloat64(0);
}
