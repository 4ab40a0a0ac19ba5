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
