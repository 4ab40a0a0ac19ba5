import type { ModeResults, StoreResults } from './store-results.ts';
import {
  formatMoment,
  formatMs,
  formatNumber,
  formatPairs,
  formatShare,
  formatTable,
  type Style,
} from './text.ts';

const SHOWN = 3;

/** Both modes side by side, and the verdict, for people to read, line by line. */
export function storeReportLines(
  results: StoreResults,
  seed: number,
  [directory, page]: readonly [directory: string, page: string | null],
  style: Style,
): string[] {
  const { modes } = results;
  const loaded = modes.some(({ load }) => load !== null);
  return [
    ...(loaded ? ['', ...comparison(modes), ''] : ['']),
    ...formatPairs([
      ['seed', String(seed)],
      ['written to', `${directory} (history-MODE.jsonl, results.json, nodes/)`],
      ...(page === null ? [] : [['report', page] as const]),
    ]),
    '',
    ...modes.flatMap((mode) => explanations(mode, style)),
    ...modes.map((mode) => headline(mode, style)),
    ...(results.interrupted ? [`${style('UNKNOWN', 'yellow')}: interrupted before the end.`] : []),
  ];
}

type Row = readonly [name: string, of: (results: ModeResults) => string];

const ROWS: readonly Row[] = [
  ['acknowledged writes', ({ survival }) => formatNumber(survival.acknowledged)],
  ['  held at the end', ({ survival }) => formatNumber(survival.held)],
  ['  replaced by a write that had seen them', ({ survival }) => formatNumber(survival.covered)],
  ['  LOST: held nowhere, seen by nobody who wrote later', ({ survival }) => formatNumber(survival.lost)],
  ['converged', ({ survival }) => (survival.converged ? 'yes' : 'NO')],
  ['  after healing, within', ({ convergedMs }) => (convergedMs === null ? '-' : formatMs(convergedMs))],
  ['operations served a second', ({ throughputPerSecond }) => formatNumber(throughputPerSecond)],
  [
    '  share served',
    ({ availability: { servedShare } }) => (servedShare === null ? '-' : formatShare(servedShare)),
  ],
  ['  write p50', ({ operations }) => latency(operations.byType.write, 'p50')],
  ['  write p99', ({ operations }) => latency(operations.byType.write, 'p99')],
  ['messages between nodes', ({ messages }) => formatNumber(messages.betweenNodes)],
  ['  lost to partitions', ({ messages }) => formatNumber(messages.lostToPartitions)],
  ['  lost by chance', ({ messages }) => formatNumber(messages.lostToChance)],
  ['  lost to nodes that were down', ({ messages }) => formatNumber(messages.lostToDown)],
  ['faults', ({ faults }) => formatNumber(faults.length)],
];

function comparison(modes: readonly ModeResults[]): string[] {
  return formatTable([
    ['  mode', ...modes.map(({ mode }) => mode)],
    ...ROWS.map(([name, of]) => [`  ${name}`, ...modes.map(of)]),
  ]);
}

function latency(counts: ModeResults['operations']['all'] | undefined, rank: 'p50' | 'p99'): string {
  return counts?.latencyMs ? formatMs(counts.latencyMs[rank]) : '-';
}

/** What went wrong in a mode, and in lww a few of the writes that were lost. */
function explanations({ mode, survival, findings, findingCount }: ModeResults, style: Style): string[] {
  const lines = findings.map(
    ({ kind, node, timeMs, text }) =>
      `${mode}: ${style(kind, 'red')} at ${formatMoment(timeMs).trim()}: ${node} ${text}`,
  );
  if (findingCount > findings.length)
    lines.push(`${mode}: and ${findingCount - findings.length} more of this kind`);
  lines.push(...survival.violations.slice(0, SHOWN).map((text) => `${mode}: ${style(text, 'red')}`));
  if (mode === 'lww') lines.push(...survival.losses.slice(0, SHOWN).map((text) => `${mode}: ${text}`));
  return lines.length === 0 ? [] : [...lines, ''];
}

/** The verdict on one mode in one line. */
export function headline({ mode, verdict, survival, findingCount }: ModeResults, style: Style): string {
  const { acknowledged, lost, reason } = survival;
  const share = acknowledged === 0 ? '' : ` (${formatShare(lost / acknowledged)})`;
  const told = `${formatNumber(lost)} of ${formatNumber(acknowledged)} acknowledged writes were lost${share}`;
  switch (verdict) {
    case 'illegal':
      return `${style('FAILED', 'red')}: ${mode}: ${findingCount > 0 ? 'a node misbehaved; ' : ''}${survival.verdict === 'illegal' ? reason : told}.`;
    case 'unknown':
      return `${style('UNKNOWN', 'yellow')}: ${mode}: ${reason}.`;
    case 'ok':
      return lost > 0
        ? `${style('CONVERGED', 'green')}: ${mode}: ${style(told, 'yellow')}.`
        : `${style('NOTHING LOST', 'green')}: ${mode}: ${told}.`;
  }
}
