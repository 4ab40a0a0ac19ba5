import type { Report } from './coverage.ts';

/** What may stay as it is, each with its reason. */
export type Reasons = { readonly [what: string]: string };

/** What a chart was put through, for the table. */
export type Row = {
  readonly report: Report;
  readonly paths: number;
  readonly walks: number;
  /** What may stay uncovered, as `coverageFaults` takes it. */
  readonly reasons?: Reasons;
};

/** Everything of a chart that was not seen, each in words. */
export function uncovered({ unentered, untaken, oneSided }: Report): string[] {
  return [
    ...unentered.map((name) => `never entered: ${name}`),
    ...untaken.map((name) => `never taken: ${name}`),
    ...oneSided,
  ];
}

/**
 * What should have been seen of a chart and was not. A reason for something that was seen after all is a fault too:
 * a list of excuses must not outlive what it excuses.
 *
 * @param reasons why something of what `uncovered` says cannot be seen
 */
export function coverageFaults(report: Report, reasons: Reasons = {}): string[] {
  return compareWithReasons(uncovered(report), reasons);
}

/** What was found and has no reason, and what has a reason and was not found. */
export function compareWithReasons(found: readonly string[], reasons: Reasons): string[] {
  return [
    ...found.filter((what) => !Object.hasOwn(reasons, what)),
    ...Object.keys(reasons)
      .filter((what) => !found.includes(what))
      .map((what) => `needs no excuse any more: ${what}`),
  ];
}

/** The coverage of charts as a Markdown table, and under it everything that was not seen, with its reason. */
export function coverageTable(rows: readonly Row[]): string {
  const lines = rows.map(({ report, paths, walks }) => {
    const { chart, states, unentered, transitions, untaken, guards, oneSided, steps } = report;
    const oneSidedGuards = new Set(oneSided.map((text) => text.replace(/ is never \w+$/, ''))).size;
    const cells = [
      chart,
      share(states - unentered.length, states),
      share(transitions - untaken.length, transitions),
      share(guards - oneSidedGuards, guards),
      paths,
      walks,
      steps,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const excused = rows.flatMap(({ report, reasons = {} }) =>
    uncovered(report).map((what) => `  ${report.chart}: ${what} (${reasons[what] ?? 'no reason is given'})`),
  );
  return [
    '| chart | states | transitions | guards both ways | paths | walks | steps |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...lines,
    ...excused,
  ].join('\n');
}

function share(seen: number, all: number): string {
  return `${seen} of ${all}`;
}
