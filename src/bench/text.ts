/** Numbers and tables for people to read. */

/** `1,234` from 1000 on, two digits that mean something below ten: `3.1`, `0.04`. */
export function formatNumber(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.1) return value.toFixed(2);
  if (!Number.isInteger(value) && Math.abs(value) < 10) return value.toFixed(1);
  return Math.round(value).toLocaleString('en-US');
}

/** A time in the unit that suits it: `0.4 ms`, `38 ms`, `1.2 s`. */
export function formatMs(ms: number): string {
  return ms < 1000 ? `${formatNumber(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** The moment of a run, right-aligned: `   5.0 s`. */
export function formatMoment(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(6)} s`;
}

export function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
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
