/** The stretch of a run that is looked at, in milliseconds. It never leaves the run and never becomes nothing. */
export type Stretch = { readonly fromMs: number; readonly toMs: number };

/** The shortest stretch: a few operations are as close as one needs to come. */
export const LEAST_MS = 2;

/** A stretch kept within the run: moved if it can be, cut if it must. */
export function within({ fromMs, toMs }: Stretch, endMs: number): Stretch {
  const length = Math.min(endMs, Math.max(Math.min(LEAST_MS, endMs), toMs - fromMs));
  const from = Math.min(Math.max(0, fromMs), endMs - length);
  return { fromMs: from, toMs: from + length };
}

/** Closer (factor below 1) or further away, with one moment staying where it is. */
export function zoomed(stretch: Stretch, factor: number, aroundMs: number, endMs: number): Stretch {
  const length = Math.min(endMs, Math.max(LEAST_MS, (stretch.toMs - stretch.fromMs) * factor));
  const share = (aroundMs - stretch.fromMs) / (stretch.toMs - stretch.fromMs);
  const fromMs = aroundMs - share * length;
  return within({ fromMs, toMs: fromMs + length }, endMs);
}

/** Later, or earlier with a negative share of what is seen. */
export function moved(stretch: Stretch, share: number, endMs: number): Stretch {
  const by = (stretch.toMs - stretch.fromMs) * share;
  return within({ fromMs: stretch.fromMs + by, toMs: stretch.toMs + by }, endMs);
}

/** Around something, with as much again on both sides, so that one sees what was before and after. */
export function around(fromMs: number, toMs: number, endMs: number): Stretch {
  const room = Math.max(toMs - fromMs, endMs / 200, LEAST_MS) / 2;
  return within({ fromMs: fromMs - room, toMs: toMs + room }, endMs);
}
