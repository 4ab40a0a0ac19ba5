/** The columns that the cards of the nodes and their lines in the diagram share, in pixels. */

export const GUTTER = 66;
export const CLIENTS_WIDTH = 78;

export type Columns = {
  readonly names: readonly string[];
  readonly x: ReadonlyMap<string, number>;
  readonly width: number;
};

/** Where each column's line stands. */
export function columnsOf(width: number, nodes: readonly string[], clients: string): Columns {
  const each = (width - GUTTER - CLIENTS_WIDTH) / Math.max(1, nodes.length);
  const x = new Map<string, number>([[clients, GUTTER + CLIENTS_WIDTH / 2]]);
  nodes.forEach((node, place) => {
    x.set(node, GUTTER + CLIENTS_WIDTH + each * (place + 0.5));
  });
  return { names: [clients, ...nodes], x, width };
}

/** Times for the lines of a scale: round numbers, about `count` of them. */
export function ticksOf(fromMs: number, toMs: number, count: number): number[] {
  const rough = (toMs - fromMs) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 0.001)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power;
  const ticks: number[] = [];
  for (let t = Math.ceil(fromMs / step) * step; t <= toMs; t += step) ticks.push(t);
  return ticks;
}

/** `1.250 s`, or `12.5 ms` where that is what differs. */
export function timeText(ms: number, spanMs: number): string {
  const digits = spanMs > 20_000 ? 0 : spanMs > 2000 ? 1 : spanMs > 200 ? 2 : 3;
  return `${(ms / 1000).toFixed(digits)} s`;
}
