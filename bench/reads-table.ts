import { median } from '../src/bench/statistics.ts';
import { formatNumber, formatShare } from '../src/bench/text.ts';
import type { Row } from './reads-cell.ts';

/** The median of each figure over the repetitions, which measured the same rows in the same order. */
export function mediansOf(repetitions: readonly (readonly Row[])[]): Row[] {
  const [first = []] = repetitions;
  return first.map((row, place) => {
    const rows = repetitions.map((others) => others[place] as Row);
    const middle = (pick: (row: Row) => number): number => median(rows.map(pick));
    /** Of those repetitions that have the figure. */
    const known = (pick: (row: Row) => number | null): number | null => {
      const values = rows.map(pick).filter((value) => value !== null);
      return values.length === 0 ? null : median(values);
    };
    return {
      ...row,
      perSecond: middle(({ perSecond }) => perSecond),
      p50Ms: middle(({ p50Ms }) => p50Ms),
      p99Ms: middle(({ p99Ms }) => p99Ms),
      nodesCpuUs: known(({ nodesCpuUs }) => nodesCpuUs),
      leaderCpuUs: known(({ leaderCpuUs }) => leaderCpuUs),
      leaderMessages: middle(({ leaderMessages }) => leaderMessages),
      routerCpuUs: middle(({ routerCpuUs }) => routerCpuUs),
      failed: rows.reduce((sum, { failed }) => sum + failed, 0),
      byFollowers: known(({ byFollowers }) => byFollowers),
      redirected: known(({ redirected }) => redirected),
      waited: known(({ waited }) => waited),
      waitP50Ms: known(({ waitP50Ms }) => waitP50Ms),
      waitP99Ms: known(({ waitP99Ms }) => waitP99Ms),
    };
  });
}

const COLUMNS: readonly (readonly [name: string, show: (row: Row) => string])[] = [
  ['nodes', ({ nodes }) => String(nodes)],
  ['slow follower', ({ slowFollowerMs }) => (slowFollowerMs === 0 ? '' : `${slowFollowerMs} ms`)],
  ['reads', ({ readShare }) => `${formatNumber(readShare * 100)} %`],
  ['way to read', ({ mode }) => mode],
  ['operations/s', ({ perSecond }) => formatNumber(perSecond)],
  ['p50 ms', ({ p50Ms }) => p50Ms.toFixed(1)],
  ['p99 ms', ({ p99Ms }) => p99Ms.toFixed(1)],
  ['CPU of the leader µs/op', ({ leaderCpuUs }) => number(leaderCpuUs)],
  ['CPU of all nodes µs/op', ({ nodesCpuUs }) => number(nodesCpuUs)],
  ['messages of the leader/op', ({ leaderMessages }) => leaderMessages.toFixed(2)],
  ['by followers', ({ byFollowers }) => share(byFollowers)],
  ['redirected', ({ redirected }) => share(redirected)],
  ['waited', ({ waited }) => share(waited)],
  ['wait p50 / p99 ms', ({ waitP50Ms, waitP99Ms }) => waits(waitP50Ms, waitP99Ms)],
  ['not served', ({ failed }) => String(failed)],
];

/** A Markdown table. */
export function tableOf(rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(COLUMNS.map(([name]) => name)),
    line(COLUMNS.map(([name]) => (name === 'way to read' ? '---' : '--:'))),
    ...rows.map((row) => line(COLUMNS.map(([, show]) => show(row)))),
  ].join('\n');
}

function number(value: number | null): string {
  return value === null ? '' : formatNumber(value);
}

function share(value: number | null): string {
  return value === null ? '' : formatShare(value);
}

function waits(p50Ms: number | null, p99Ms: number | null): string {
  return p50Ms === null || p99Ms === null ? '' : `${p50Ms.toFixed(1)} / ${p99Ms.toFixed(1)}`;
}
