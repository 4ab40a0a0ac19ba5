/** Sizes and places, in pixels; places count from a drawing's upper left corner. */

export type Size = { readonly width: number; readonly height: number };
export type Point = { readonly x: number; readonly y: number };
export type Rect = Point & Size;

export function moved<T extends Point>(point: T, by: Point): T {
  return { ...point, x: point.x + by.x, y: point.y + by.y };
}

/** Whether two boxes have more than a border in common. */
export function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** The box between two corners. */
export function spanned(a: Point, b: Point): Rect {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return { x, y, width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
}

/** A bend that is off by less than this is an accident of rounding. */
const JOG = 3;

/** A line of right angles without points that are no bends, and without jogs at its ends too small to mean anything. */
export function straightened(line: readonly Point[]): readonly Point[] {
  const bends = line.filter((here, place) => !isOnTheWay(line[place - 1], here, line[place + 1]));
  return withoutJog(withoutJog(bends).toReversed()).toReversed();
}

function isOnTheWay(before: Point | undefined, here: Point, after: Point | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  const isUpright = Math.abs(before.x - here.x) < 0.1 && Math.abs(here.x - after.x) < 0.1;
  const isLevel = Math.abs(before.y - here.y) < 0.1 && Math.abs(here.y - after.y) < 0.1;
  return isUpright || isLevel;
}

function withoutJog(line: readonly Point[]): readonly Point[] {
  const [a, b, c, ...rest] = line;
  if (a === undefined || b === undefined || c === undefined || rest.length === 0) return line;
  if (Math.hypot(c.x - b.x, c.y - b.y) >= JOG) return line;
  const isUpright = Math.abs(a.x - b.x) < Math.abs(a.y - b.y);
  return [isUpright ? { x: c.x, y: a.y } : { x: a.x, y: c.y }, ...rest];
}
