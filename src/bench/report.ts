import type { Results } from './results.ts';
import type { Counts } from './statistics.ts';
import {
  formatMoment,
  formatMs,
  formatNumber,
  formatPairs,
  formatShare,
  formatTable,
  type Style,
} from './text.ts';

const SHOWN_ERRORS = 6;
const SHOWN_LEADERS = 6;
const LEGEND = [
  '  (refused: a cas met another value, or no key; failed: it did not happen; unknown: it may have happened)',
];

/** The verdict for people to read, line by line. */
export function reportLines(results: Results, seed: number, directory: string, style: Style): string[] {
  const lines =
    results.load === null ? [] : ['', ...operationLines(results), ...LEGEND, '', ...figureLines(results)];
  const errors = errorLines(results);
  return [
    ...lines,
    ...(errors.length > 0 ? ['', ...errors] : []),
    '',
    ...formatPairs([
      ['seed', String(seed)],
      ['written to', `${directory} (history.jsonl, results.json, nodes/)`],
    ]),
    '',
    ...verdictLines(results, style),
  ];
}

function operationLines({ operations }: Results): string[] {
  const row = (name: string, { total, ok, refused, fail, info, latencyMs }: Counts): string[] => [
    `  ${name}`,
    ...[total, ok, refused, fail, info].map(formatNumber),
    ...(latencyMs === null
      ? ['-', '-', '-', '-']
      : [latencyMs.p50, latencyMs.p95, latencyMs.p99, latencyMs.max].map(formatMs)),
  ];
  return formatTable([
    ['  operation', 'begun', 'ok', 'refused', 'failed', 'unknown', 'p50', 'p95', 'p99', 'max'],
    ...Object.entries(operations.byType).map(([f, counts]) => row(f, counts)),
    row('all', operations.all),
  ]);
}

function figureLines(results: Results): string[] {
  const { availability, messages, leaderships, recovery, throughputPerSecond } = results;
  const { longestGap, servedShare } = availability;
  const perOperation =
    messages.perOperation === null
      ? ''
      : `, ${formatNumber(messages.perOperation)} for each operation served`;
  const lost = messages.lostToPartitions + messages.lostToOverflow;
  const pairs: [string, string][] = [
    ['throughput', `${formatNumber(throughputPerSecond)} operations a second were served (ok or refused)`],
    [
      'availability',
      `${servedShare === null ? '-' : formatShare(servedShare)} were served; the longest time in which none was: ` +
        `${formatMs(longestGap.lengthMs)}, from ${formatMoment(longestGap.fromMs).trim()} on`,
    ],
    [
      'messages',
      `${formatNumber(messages.betweenNodes)} between nodes${perOperation}; ${formatNumber(lost)} were lost`,
    ],
  ];
  if (leaderships.length > 0) {
    const shown = leaderships
      .slice(0, SHOWN_LEADERS)
      .map(({ node, term, timeMs }) => `${node} (term ${term}) at ${formatMoment(timeMs).trim()}`);
    const more = leaderships.length > shown.length ? ` and ${leaderships.length - shown.length} more` : '';
    pairs.push(['leaders', `${shown.join(', ')}${more}`]);
  }
  if (recovery.allNodesMs !== null) {
    pairs.push([
      'recovery',
      `every node answered ${formatMs(recovery.allNodesMs)} after the network was whole`,
    ]);
  }
  return formatPairs(pairs);
}

function errorLines({ operations }: Results): string[] {
  const refusals = /: (key-does-not-exist|precondition-failed)$/;
  const errors = Object.entries(operations.errors).filter(([error]) => !refusals.test(error));
  const lines = errors.slice(0, SHOWN_ERRORS).map(([error, count]) => `  ${formatNumber(count)} × ${error}`);
  return errors.length > SHOWN_ERRORS
    ? [...lines, `  and ${errors.length - SHOWN_ERRORS} other errors`]
    : lines;
}

function verdictLines(results: Results, style: Style): string[] {
  const { verdict, linearizability, findings, findingCount, interrupted } = results;
  const lines = findings.map(
    ({ kind, node, timeMs, text }) =>
      `${style(kind, 'red')} at ${formatMoment(timeMs).trim()}: ${node} ${text}`,
  );
  if (findingCount > findings.length) lines.push(`and ${findingCount - findings.length} more of this kind`);
  const [explanation, ...others] = linearizability.explanations;
  if (explanation !== undefined) lines.push(explanation, '');
  if (others.length > 0) lines.push(`results.json explains ${others.length} more.`, '');
  if (interrupted) lines.push('The run was interrupted; this is about what was seen until then.');
  const checked = `${formatNumber(linearizability.operations)} operations; ${linearizability.reason}`;
  switch (verdict) {
    case 'ok':
      return [...lines, `${style('LINEARIZABLE', 'green')}: ${checked}.`];
    case 'illegal':
      return linearizability.verdict === 'illegal'
        ? [...lines, `${style('NOT LINEARIZABLE', 'red')}: ${linearizability.reason}.`]
        : [
            ...lines,
            `${style('FAILED', 'red')}: ${failures(findings)}. Linearizable: ${linearizability.verdict}; ${checked}.`,
          ];
    case 'unknown':
      return [...lines, `${style('UNKNOWN', 'yellow')}: ${linearizability.reason}.`];
  }
}

function failures(findings: Results['findings']): string {
  const what = {
    crash: 'a node ended',
    protocol: 'the protocol was violated',
    progress: 'a node did not recover',
  };
  return [...new Set(findings.map(({ kind }) => what[kind]))].join(', ');
}
