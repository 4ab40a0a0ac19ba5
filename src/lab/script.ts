/**
 * What happens in an experiment, before any strategy is chosen: who writes what, where and when, and which replica
 * tells which. True time runs in milliseconds from the start of the script; clocks show it plus their error.
 */
export type Script = {
  readonly nodes: readonly string[];
  /** How far each node's clock is ahead of true time at the start, in milliseconds; 0 when left out. */
  readonly skewMs: { readonly [node: string]: number };
  /** How long a message between replicas travels. */
  readonly latencyMs: number;
  readonly steps: readonly Step[];
};

export type Step = {
  /** When it begins. */
  readonly atMs: number;
  /** It begins later, if need be: so long after the acknowledgement of that write. */
  readonly after?: { readonly id: string; readonly ms: number };
} & Deed;

export type Deed =
  /** A client writes, knowing what it last read or wrote; when it was `restarted`, it knows nothing. */
  | {
      readonly type: 'write';
      readonly node: string;
      readonly client: string;
      readonly id: string;
      readonly deletes?: true;
      readonly restarted?: true;
      /** The timestamp comes from outside and lies so far ahead of the node's clock. */
      readonly aheadMs?: number;
    }
  | { readonly type: 'read'; readonly node: string; readonly client: string }
  /** A replica sends its state to another. */
  | { readonly type: 'send'; readonly from: string; readonly to: string }
  | { readonly type: 'clock'; readonly node: string; readonly byMs: number }
  /** A node loses its memory and starts again with nothing. */
  | { readonly type: 'forget'; readonly node: string };

/** Where a clock's time begins, in milliseconds since 1970: a fixed day, so that a script is always the same. */
export const EPOCH_MS = 1_767_268_800_000;

/**
 * Every replica sends its state to every other, so that everything is everywhere.
 * @param after the write whose acknowledgement it waits for
 */
export function exchange(nodes: readonly string[], atMs: number, after?: Step['after']): Step[] {
  return nodes.flatMap((from) =>
    nodes
      .filter((to) => to !== from)
      .map((to): Step => ({ type: 'send', atMs, from, to, ...(after === undefined ? {} : { after }) })),
  );
}

/** The same with fewer messages, for many nodes: all tell the first, and then the first tells all. */
export function gather(nodes: readonly string[], atMs: number, latencyMs: number): Step[] {
  const [first, ...others] = nodes as [string, ...string[]];
  return [
    ...others.map((from): Step => ({ type: 'send', atMs, from, to: first })),
    ...others.map((to): Step => ({ type: 'send', atMs: atMs + 2 * latencyMs, from: first, to })),
  ];
}
