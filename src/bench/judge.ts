import {
  type Contradiction,
  checkIndices,
  checkLinearizability,
  checkSessions,
  contradictionsIn,
  type HistoryEvent,
  type IndicesResult,
  type LinearizabilityResult,
  linearizableEvents,
  type SessionsResult,
} from '../verify/index.ts';
import type { WorkloadName } from './workload.ts';

export type Verdict = 'ok' | 'illegal' | 'unknown';

/** What the checker says of a history, as far as the bench needs it. */
export type Judgement = {
  readonly verdict: Verdict;
  /** One line. */
  readonly reason: string;
  /** What is wrong, for people to read: several lines for each key that is illegal. */
  readonly explanations: readonly string[];
  readonly operations: number;
  readonly keys: number;
};

/** What the checkers say of the sessions of a history, and of the indices that bind them. */
export type SessionsJudgement = {
  readonly verdict: Verdict;
  /** One line. */
  readonly reason: string;
  /** For people to read, several lines each; the first few. */
  readonly explanations: readonly string[];
  readonly sessions: number;
  readonly guarantees: SessionsResult['guarantees'];
  /** Whether the indices in the replies are places in one log: the guarantees are judged by them. */
  readonly indices: Pick<IndicesResult, 'verdict' | 'reason' | 'checked' | 'violationCount'>;
};

export type Judgements = {
  readonly linearizability: Judgement;
  /** Null for a workload without sessions. */
  readonly sessions: SessionsJudgement | null;
};

/** What a history is worth, and the groups of operations that show what is wrong with it. */
export type Judged = {
  readonly judgements: Judgements;
  readonly contradictions: readonly Contradiction[];
};

/** Judges a history within a limit of time; what is not decided by then is unknown. */
export function judge(
  events: readonly HistoryEvent[],
  workload: WorkloadName,
  budgetMs: number,
  nowMs: () => number,
): Judged {
  const hasSessions = workload !== 'lin-kv';
  const kept = hasSessions ? checkSessions(events) : null;
  const indices = hasSessions ? checkIndices(events) : null;
  const untilMs = nowMs() + budgetMs;
  const linearizability = checkLinearizability(linearizableEvents(events), {
    cancelled: () => nowMs() > untilMs,
  });
  return {
    judgements: {
      linearizability: judgeLinearizability(linearizability),
      sessions: kept === null || indices === null ? null : judgeSessions(kept, indices),
    },
    contradictions: contradictionsIn(linearizability, kept, indices),
  };
}

function judgeLinearizability(result: LinearizabilityResult): Judgement {
  const { verdict, reason, operations, keys } = result;
  const explanations = keys.flatMap(({ violation }) => (violation === undefined ? [] : [violation.text]));
  return { verdict, reason, explanations, operations, keys: keys.length };
}

function judgeSessions(kept: SessionsResult, found: IndicesResult): SessionsJudgement {
  const { violations: wrong, ...indices } = found;
  const explanations = [...kept.violations, ...wrong].map(({ text }) => text);
  // A wrong index makes every verdict that rests on it worth nothing.
  const { verdict, reason } = kept.verdict !== 'illegal' && indices.verdict === 'illegal' ? indices : kept;
  const { sessions, guarantees } = kept;
  return { verdict, reason, explanations, sessions, guarantees, indices };
}
