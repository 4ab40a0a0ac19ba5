import { median } from '../../src/bench/statistics.ts';
import { formatNumber } from '../../src/bench/text.ts';
import type { CommandFigures } from './command.ts';
import type { SimFigures, WeatherName } from './task.ts';

/** What was measured: one core that has warmed up, for each weather, and the command, for each number of processes. */

/** Of one repetition, or of several: their median, and the best of them. */
export type Rate = { readonly median: number; readonly best: number };
export type Speed = { readonly [name in 'perSecond' | 'perCpuSecond']: Rate };

export type CoreRow = {
  readonly part: 'core';
  readonly weather: WeatherName;
  readonly events: number;
  readonly messages: number;
  readonly accelerated: Speed;
  readonly stock: Speed;
};
export type CommandRow = {
  readonly part: 'command';
  /** The command line, without `--jobs`. */
  readonly command: string;
  readonly jobs: number;
  readonly perSecond: Rate;
  readonly seconds: number;
};
export type Row = CoreRow | CommandRow;

const once = (value: number): Rate => ({ median: value, best: value });

function speedOf({ perSecond, perCpuSecond }: SimFigures): Speed {
  return { perSecond: once(perSecond), perCpuSecond: once(perCpuSecond) };
}

export function coreRow(weather: WeatherName, accelerated: SimFigures, stock: SimFigures): CoreRow {
  const { events, messages } = stock;
  return {
    part: 'core',
    weather,
    events,
    messages,
    accelerated: speedOf(accelerated),
    stock: speedOf(stock),
  };
}

export function commandRow(
  command: string,
  jobs: number,
  { perSecond, seconds }: CommandFigures,
): CommandRow {
  return { part: 'command', command, jobs, perSecond: once(perSecond), seconds };
}

/** The rows of all repetitions, which are the same rows each time, as one. */
export function mediansOf(repetitions: readonly (readonly Row[])[]): Row[] {
  const [first = []] = repetitions;
  return first.map((row, place) => {
    const rows = repetitions.map((rows) => rows[place] as Row);
    if (row.part === 'command') return together(row, rows as CommandRow[]);
    return coresTogether(row, rows as CoreRow[]);
  });
}

function rateOf(rates: readonly Rate[]): Rate {
  return {
    median: median(rates.map((rate) => rate.median)),
    best: Math.max(...rates.map(({ best }) => best)),
  };
}

function together(row: CommandRow, rows: readonly CommandRow[]): CommandRow {
  const perSecond = rateOf(rows.map((one) => one.perSecond));
  return { ...row, perSecond, seconds: median(rows.map(({ seconds }) => seconds)) };
}

function coresTogether(row: CoreRow, rows: readonly CoreRow[]): CoreRow {
  const speed = (way: 'accelerated' | 'stock'): Speed => ({
    perSecond: rateOf(rows.map((one) => one[way].perSecond)),
    perCpuSecond: rateOf(rows.map((one) => one[way].perCpuSecond)),
  });
  return {
    ...row,
    events: median(rows.map(({ events }) => events)),
    messages: median(rows.map(({ messages }) => messages)),
    accelerated: speed('accelerated'),
    stock: speed('stock'),
  };
}

/** What was measured, as Markdown: a table for each part. */
export function tablesOf(rows: readonly Row[]): string {
  const cores = rows.filter((row) => row.part === 'core');
  const commands = rows.filter((row) => row.part === 'command');
  return [
    ...(cores.length === 0 ? [] : [coreTable(cores)]),
    ...(commands.length === 0 ? [] : [commandTable(commands)]),
  ].join('\n\n');
}

function coreTable(rows: readonly CoreRow[]): string {
  return [
    'One process that has warmed up, on one core; medians, and the best in parentheses:',
    '',
    '| weather | events/s | messages between nodes/s | simulated s/s, accelerated | stock | faster by | simulated s/CPU s, accelerated | stock |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
    ...rows.map(({ weather, events, messages, accelerated, stock }) =>
      line(
        weather,
        rounded(events),
        rounded(messages),
        written(accelerated.perSecond),
        written(stock.perSecond),
        `${(accelerated.perSecond.median / stock.perSecond.median).toFixed(1)} ×`,
        written(accelerated.perCpuSecond),
        written(stock.perCpuSecond),
      ),
    ),
  ].join('\n');
}

function commandTable(rows: readonly CommandRow[]): string {
  const alone = rows.find(({ jobs }) => jobs === 1)?.perSecond.median;
  return [
    'The command, with its start; medians, and the best in parentheses:',
    '',
    `    ${rows[0]?.command} --jobs N`,
    '',
    '| --jobs | seconds | simulated s/s | faster by |',
    '|--:|--:|--:|--:|',
    ...rows.map(({ jobs, seconds, perSecond }) =>
      line(
        `${jobs}`,
        seconds.toFixed(1),
        written(perSecond),
        alone === undefined ? '' : `${(perSecond.median / alone).toFixed(1)} ×`,
      ),
    ),
  ].join('\n');
}

function line(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function rounded(value: number): string {
  return formatNumber(Math.round(value));
}

function written({ median, best }: Rate): string {
  return `${rounded(median)} (${rounded(best)})`;
}
