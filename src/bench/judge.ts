import { checkLinearizability, type HistoryEvent } from '../verify/index.ts';

/** What the checker says of a history, as far as the bench needs it. */
export type Judgement = {
  readonly verdict: 'ok' | 'illegal' | 'unknown';
  /** One line. */
  readonly reason: string;
  /** What is wrong, for people to read: several lines for each key that is illegal. */
  readonly explanations: readonly string[];
  readonly operations: number;
  readonly keys: number;
};

/** Judges a history within a limit of time; what is not decided by then is unknown. */
export function judge(events: readonly HistoryEvent[], budgetMs: number, nowMs: () => number): Judgement {
  const untilMs = nowMs() + budgetMs;
  const result = checkLinearizability(events, { cancelled: () => nowMs() > untilMs });
  const { verdict, reason, operations, keys } = result;
  const explanations = keys.flatMap(({ violation }) => (violation === undefined ? [] : [violation.text]));
  return { verdict, reason, explanations, operations, keys: keys.length };
}
