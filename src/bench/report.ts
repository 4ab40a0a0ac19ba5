import { GUARANTEES } from '../verify/index.ts';
import type { SessionsJudgement } from './judge.ts';
import type { ReadsServed } from './reads-served.ts';
import type { Results } from './results.ts';
import type { Counts } from './statistics.ts';
import {
  formatMoment,
  formatMs,
  formatNumber,
  formatPairs,
  formatShare,
  formatTable,
  plain,
  type Style,
} from './text.ts';

const SHOWN_ERRORS = 6;
const SHOWN_LEADERS = 6;
const LEGEND = [
  '  (refused: a cas met another value, or no key; failed: it did not happen; unknown: it may have happened)',
];

/** The verdict for people to read, line by line. */
export function reportLines(
  results: Results,
  seed: number,
  [directory, page]: readonly [directory: string, page: string | null],
  style: Style,
): string[] {
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
      ...(page === null ? [] : [['report', page] as const]),
    ]),
    '',
    ...verdictLines(results, style),
  ];
}

/** The verdict in one line, without marks. */
export function verdictText(results: Results): string {
  return verdictLines(results, plain).at(-1) ?? '';
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
  const { availability, messages, leaderships, recovery, rywReads, throughputPerSecond, faults } = results;
  const { longestGap, servedShare } = availability;
  const perOperation =
    messages.perOperation === null
      ? ''
      : `, ${formatNumber(messages.perOperation)} for each operation served`;
  const { lostToPartitions, lostToOverflow, lostToChance, lostToDown } = messages;
  const lost = lostToPartitions + lostToOverflow + lostToChance + lostToDown;
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
  if (faults.length > 0) pairs.push(['faults', faultsText(faults)]);
  if (rywReads !== null) pairs.push(['ryw_reads', readsText(rywReads)]);
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
      `every node answered ${formatMs(recovery.allNodesMs)} after everything was mended`,
    ]);
  }
  return formatPairs(pairs);
}

/** `kill 3, partition 2`: how often each has struck. */
export function faultsText(faults: Results['faults']): string {
  const counts = new Map<string, number>();
  for (const { fault } of faults) counts.set(fault, (counts.get(fault) ?? 0) + 1);
  return [...counts].map(([fault, count]) => `${fault} ${count}`).join(', ');
}

function readsText({ total, byFollower, byLeader, redirected, waited, waitedMs }: ReadsServed): string {
  if (total === 0) return 'none was served';
  const share = (count: number): string => formatShare(count / total);
  const waits =
    waitedMs === null ? '' : ` (p50 ${formatMs(waitedMs.p50)}, p99 ${formatMs(waitedMs.p99)} of these)`;
  return (
    `${share(byFollower)} served by the follower that was asked, ${share(byLeader)} by the leader that was asked, ` +
    `${share(redirected)} redirected to it; ${share(waited)} waited for a follower to catch up${waits}`
  );
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
  const { verdict, linearizability, sessions, findings, findingCount, interrupted } = results;
  const lines = findings.map(
    ({ kind, node, timeMs, text }) =>
      `${style(kind, 'red')} at ${formatMoment(timeMs).trim()}: ${node} ${text}`,
  );
  if (findingCount > findings.length) lines.push(`and ${findingCount - findings.length} more of this kind`);
  lines.push(...explanationLines(linearizability.explanations));
  lines.push(...explanationLines(sessions?.explanations ?? []));
  if (sessions !== null) lines.push(...sessionLines(sessions, style));
  const checked = `${formatNumber(linearizability.operations)} operations; ${linearizability.reason}`;
  if (verdict === 'illegal' && linearizability.verdict !== 'illegal' && findingCount > 0) {
    const linearizable = `Linearizable: ${linearizability.verdict}; ${checked}.`;
    return [...lines, `${style('FAILED', 'red')}: ${failures(findings)}. ${linearizable}`];
  }
  switch (linearizability.verdict) {
    case 'ok':
      if (interrupted) {
        const seen = `what was seen is linearizable: ${checked}`;
        return [...lines, `${style('UNKNOWN', 'yellow')}: interrupted before the end; ${seen}.`];
      }
      return [...lines, `${style('LINEARIZABLE', 'green')}: ${checked}.`];
    case 'illegal':
      return [...lines, `${style('NOT LINEARIZABLE', 'red')}: ${linearizability.reason}.`];
    case 'unknown':
      return [...lines, `${style('UNKNOWN', 'yellow')}: ${linearizability.reason}.`];
  }
}

/** The first in full; results.json has the others. */
function explanationLines([first, ...others]: readonly string[]): string[] {
  if (first === undefined) return [];
  return [first, '', ...(others.length > 0 ? [`results.json explains ${others.length} more.`, ''] : [])];
}

function sessionLines(
  { verdict, reason, sessions, guarantees, indices }: SessionsJudgement,
  style: Style,
): string[] {
  const rows = GUARANTEES.map((name): [string, string] => {
    const { checked, violations } = guarantees[name];
    const wrong = violations === 0 ? '' : `, ${formatNumber(violations)} violations`;
    return [name, checked === 0 ? 'nothing to check' : `${formatNumber(checked)} operations checked${wrong}`];
  });
  rows.push(['indices', indices.reason]);
  const headline = {
    ok: `${style('SESSIONS KEPT', 'green')}: ${formatNumber(sessions)} sessions, every guarantee that was put to the test.`,
    illegal: `${style('SESSIONS BROKEN', 'red')}: ${reason}.`,
    unknown: `${style('SESSIONS UNKNOWN', 'yellow')}: ${reason}.`,
  };
  return [...formatPairs(rows), '', headline[verdict]];
}

function failures(findings: Results['findings']): string {
  const what = {
    crash: 'a node ended',
    protocol: 'the protocol was violated',
    progress: 'a node did not recover',
  };
  return [...new Set(findings.map(({ kind }) => what[kind]))].join(', ');
}
