/** Majority arithmetic. Any two majorities of one set share a member: all of Raft's safety rests on that. */

/** How many of `size` voters make a majority: 1 of 1, 2 of 2, 2 of 3, 3 of 4, 3 of 5. */
export function majority(size: number): number {
  return Math.floor(size / 2) + 1;
}

/** Whether a majority of `size` voters cannot be reached any more after `refusals`. */
export function isLost(refusals: number, size: number): boolean {
  return size - refusals < majority(size);
}

/**
 * The highest number that a majority has reached, given what each voter has reached: match indices give the
 * index up to which a majority holds the log (paper section 5.3), acknowledged rounds the round that a majority
 * has confirmed (thesis section 6.4).
 *
 * @param reached one number for every voter, in any order; not empty
 */
export function reachedByMajority(reached: readonly number[]): number {
  const needed = majority(reached.length);
  // Of a handful of numbers, counting is several times faster than sorting.
  let highest = Number.NEGATIVE_INFINITY;
  for (const candidate of reached) {
    if (candidate <= highest) continue;
    let holders = 0;
    for (const other of reached) if (other >= candidate) holders += 1;
    if (holders >= needed) highest = candidate;
  }
  return highest;
}
