/** Sizes and places, in pixels; places count from a drawing's upper left corner. */

export type Size = { readonly width: number; readonly height: number };
export type Point = { readonly x: number; readonly y: number };
export type Rect = Point & Size;

export function moved<T extends Point>(point: T, by: Point): T {
  return { ...point, x: point.x + by.x, y: point.y + by.y };
}

/** A bend that is off by less than this is an accident of rounding. */
const JOG = 3;

/** A line of right angles without jogs too small to mean anything, at its ends. */
export function straightened(line: readonly Point[]): readonly Point[] {
  const [a, b, c, d] = line;
  if (a === undefined || b === undefined || c === undefined || d === undefined) return line;
  const isSmall = Math.hypot(c.x - b.x, c.y - b.y) < JOG;
  if (!isSmall) return line;
  const start = a.x === b.x ? { x: c.x, y: a.y } : { x: a.x, y: c.y };
  return [start, ...line.slice(3)];
}
