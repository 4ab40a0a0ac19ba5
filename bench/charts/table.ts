import { WAYS, type Way } from './task.ts';

/** The CPU time of a step in each way, in microseconds. */
export type Figures = { readonly [way in Way]: number };
type Row = { readonly case: string; readonly alone: Figures | null; readonly mixed: Figures | null };

/** What was asked for: so many times faster than stock when mixed, at most so many times a reducer's cost. */
const FASTER_THAN_STOCK = 8;
const COST_OF_REDUCER = 4;

/** A table for alone and one for mixed, and which cases miss a target. */
export function tableOf(rows: readonly Row[]): string {
  return (['mixed', 'alone'] as const)
    .flatMap((place) => {
      const given = rows.flatMap((row) => (row[place] === null ? [] : [{ name: row.case, ...row[place] }]));
      if (given.length === 0) return [];
      const isMixed = place === 'mixed';
      const title = isMixed ? 'Mixed in one process' : 'Alone in a process';
      return [`${title}:\n\n${table(given)}\n\n${verdict(given)}`];
    })
    .join('\n\n');
}

type Line = Figures & { readonly name: string };

function table(lines: readonly Line[]): string {
  const head = [
    'step',
    ...Object.values(WAYS),
    'send / accelerated',
    'scope / accelerated',
    'accelerated / reducer',
  ];
  return [
    `| ${head.join(' | ')} |`,
    `|---|${'--:|'.repeat(head.length - 1)}`,
    ...lines.map((line) => {
      const ways = (Object.keys(WAYS) as Way[]).map((way) => line[way].toFixed(2));
      const ratios = [line.send / line.accelerated, line.scope / line.accelerated, costlier(line)];
      return `| ${[line.name, ...ways, ...ratios.map((ratio) => ratio.toFixed(1))].join(' | ')} |`;
    }),
  ].join('\n');
}

function costlier({ accelerated, reducer }: Figures): number {
  return accelerated / reducer;
}

function verdict(lines: readonly Line[]): string {
  const tell = (text: string, holds: (line: Line) => boolean) => {
    const missed = lines.filter((line) => !holds(line)).map(({ name }) => name);
    const share = `${lines.length - missed.length} of ${lines.length}`;
    return `${text}: ${share} steps${missed.length === 0 ? '' : `; not: ${missed.join('; ')}`}`;
  };
  return [
    tell(
      `At least ${FASTER_THAN_STOCK} times faster than actor.send`,
      ({ send, accelerated }) => send / accelerated >= FASTER_THAN_STOCK,
    ),
    tell(
      `At least ${FASTER_THAN_STOCK} times faster than stock with a reused scope`,
      ({ scope, accelerated }) => scope / accelerated >= FASTER_THAN_STOCK,
    ),
    tell(`At most ${COST_OF_REDUCER} times a reducer's cost`, (line) => costlier(line) <= COST_OF_REDUCER),
  ].join('\n');
}
