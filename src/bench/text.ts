/** Numbers and tables for people to read. */

export { formatMs, formatNumber, formatShare } from '../page/numbers.ts';

/** The moment of a run, right-aligned: `   5.0 s`. */
export function formatMoment(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(6)} s`;
}

/** Columns: the first to the left, the others to the right. */
export function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (wide, row) => row.map((cell, place) => Math.max(wide[place] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, place) =>
        place === 0 ? cell.padEnd(widths[place] as number) : cell.padStart(widths[place] as number),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** Names and what is said of them, the sayings below each other. */
export function formatPairs(pairs: readonly (readonly [name: string, text: string])[]): string[] {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}

/** Marks text on a terminal; leaves it alone elsewhere. */
export type Style = (text: string, style: 'bold' | 'red' | 'green' | 'yellow' | 'dim') => string;

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

export const plain: Style = (text) => text;
export const coloured: Style = (text, style) => `\u001b[${CODES[style]}m${text}\u001b[0m`;
