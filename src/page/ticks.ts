/** Times for the lines of a scale: round numbers, about `count` of them. */
export function ticksOf(fromMs: number, toMs: number, count: number): number[] {
  const step = roundUp((toMs - fromMs) / Math.max(1, count));
  const ticks: number[] = [];
  for (let i = Math.ceil(fromMs / step); i * step <= toMs; i += 1) ticks.push(i * step);
  return ticks;
}

/** The least of 1, 2, 5, 10, 20, 50, … (and of their thousandths) that is no less. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 0.001)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= value) ?? 10 * power;
}

/** `1.250 s`, or as many digits as tell moments of such a span apart. */
export function timeText(ms: number, spanMs: number): string {
  const digits = spanMs > 20_000 ? 0 : spanMs > 2000 ? 1 : spanMs > 200 ? 2 : 3;
  return `${(ms / 1000).toFixed(digits)} s`;
}
