import type { HistoryEvent } from '../../../src/verify/index.ts';

/** What the nemesis did, in order, as the history has it: `kill n1`, `kill-end n1`, `heal`. */
export function faultsIn(history: readonly HistoryEvent[]): string[] {
  return history.flatMap(({ process, f, value }) =>
    process === 'nemesis' ? [[f, ...(value as string[])].join(' ')] : [],
  );
}

/** The faults that were begun more often than ended, or the other way round; the same nodes belong together. */
export function unpaired(history: readonly HistoryEvent[]): string[] {
  const open = new Map<string, number>();
  for (const fault of faultsIn(history)) {
    if (fault === 'heal') continue;
    const ends = /^\S+-end( |$)/.test(fault);
    const name = ends ? fault.replace('-end', '') : fault;
    open.set(name, (open.get(name) ?? 0) + (ends ? -1 : 1));
  }
  return [...open].flatMap(([name, count]) => (count === 0 ? [] : [`${name}: ${count}`]));
}

/** The names of the faults that struck. */
export function struckBy(history: readonly HistoryEvent[]): Set<string> {
  return new Set(
    faultsIn(history).flatMap((fault) => {
      const [name = ''] = fault.split(' ');
      return name === 'heal' || name.endsWith('-end') ? [] : [name];
    }),
  );
}
