import type { Workload } from '../actors/node.ts';
import type { HistoryEvent } from '../verify/history.ts';
import {
  checkIndices,
  checkLinearizability,
  checkSessions,
  type IndicesResult,
  type LinearizabilityResult,
  linearizableEvents,
  type SessionsResult,
} from '../verify/index.ts';

/** What became of a history, judged by all that its workload promises. */
export type Judgement = {
  /** What is wrong, in one line; null when nothing is. */
  readonly failure: string | null;
  /** Everything that is wrong, for a human to read. */
  readonly violations: readonly string[];
  readonly linearizability: LinearizabilityResult;
  /** Only for ryw-kv. */
  readonly sessions: SessionsResult | null;
  readonly indices: IndicesResult | null;
};

/** lin-kv promises linearizability; ryw-kv also the four session guarantees and indices that are places in one log. */
export function judgeHistory(workload: Workload, history: readonly HistoryEvent[]): Judgement {
  const linearizability = checkLinearizability(linearizableEvents(history));
  const hasSessions = workload === 'ryw-kv';
  const sessions = hasSessions ? checkSessions(history) : null;
  const indices = hasSessions ? checkIndices(history) : null;
  const failures: string[] = [];
  if (linearizability.verdict !== 'ok') {
    failures.push(`the history is ${linearizability.verdict}: ${linearizability.reason}`);
  }
  // Nothing to check is no failure: a cluster that was down all the time shows nobody anything.
  if (sessions?.verdict === 'illegal') failures.push(`a session was let down: ${sessions.reason}`);
  if (indices?.verdict === 'illegal') failures.push(`the indices are wrong: ${indices.reason}`);
  const violations = [
    ...linearizability.keys.flatMap(({ violation }) => (violation ? [violation.text] : [])),
    ...(sessions?.violations ?? []).map(({ text }) => text),
    ...(indices?.violations ?? []).map(({ text }) => text),
  ];
  return { failure: failures[0] ?? null, violations, linearizability, sessions, indices };
}
