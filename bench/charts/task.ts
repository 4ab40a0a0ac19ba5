/** The ways of stepping a chart that are compared, by the name under which a table shows them. */
export const WAYS = {
  send: 'stock, actor.send',
  scope: 'stock, reused scope',
  accelerated: 'accelerated',
  reducer: 'reducer',
} as const;

export type Way = keyof typeof WAYS;

/** What one process measures: these cases, in turn with each other, in one way. */
export type ChartsTask = { readonly cases: readonly string[]; readonly way: Way; readonly forMs: number };

/** The CPU time of a step of each case, in microseconds. */
export type ChartsFigures = { readonly [name: string]: number };
