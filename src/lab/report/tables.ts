import type { Results } from '../lab.ts';
import { WORDS } from './words.ts';

/** All tables of the write-up (docs/clocks.md), in Markdown, an empty line between them. */
export function tablesOf(results: Results): string {
  return `${[verdictTable(results), priceTable(results, 'all'), priceTable(results, 'few')].join('\n\n')}\n`;
}

/** The verdicts as a table in Markdown: a line a strategy, a column an experiment. */
function verdictTable({ options, found }: Results): string {
  const rows = options.strategies.map(({ name, title }) => [
    title,
    ...found.map(({ finding }) => {
      const verdict = finding.verdicts.find(({ strategy }) => strategy === name);
      return verdict === undefined ? '–' : WORDS[verdict.outcome].word;
    }),
  ]);
  return table(['strategy', ...found.map(({ experiment }) => experiment.name)], rows);
}

/**
 * What the strategies cost and what they miss, from 3 nodes to 50, as a table in Markdown; an empty one when the
 * experiment `metadata` did not run.
 * @param replication `all` or `few`: how many of the nodes hold the key
 */
function priceTable({ options, found }: Results, replication: 'all' | 'few'): string {
  const curves = found.find(({ experiment }) => experiment.name === 'metadata')?.finding.curves ?? [];
  const pointsOf = (measure: string) =>
    curves.find(({ name }) => name === `${measure}-${replication}`)?.points.filter(({ x }) => x <= 50) ?? [];
  const [bytes, missed, wrong] = [pointsOf('bytes'), pointsOf('missed'), pointsOf('false')];
  const sizes = [...new Set(bytes.map(({ x }) => x))];
  const sum = (points: typeof bytes, strategy: string) =>
    points.filter(({ series }) => series === strategy).reduce((total, { y }) => total + y, 0);
  const rows = options.strategies.map(({ name }) => [
    name,
    ...sizes.map((size) => String(bytes.find(({ series, x }) => series === name && x === size)?.y)),
    String(sum(missed, name)),
    String(sum(wrong, name)),
  ]);
  return table(['bytes a key', ...sizes.map((size) => `${size} nodes`), 'missed', 'false'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, i) => text.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join(
    '\n',
  );
}
