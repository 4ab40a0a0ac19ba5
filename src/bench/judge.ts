import { checkLinearizability, type HistoryEvent } from '../verify/index.ts';

/** What the checker says of a history, as far as the bench needs it. */
export type Judgement = {
  readonly verdict: 'ok' | 'illegal' | 'unknown';
  /** One line. */
  readonly reason: string;
  /** On illegal: what is wrong, for people to read; several lines. */
  readonly explanation?: string;
  readonly operations: number;
  readonly keys: number;
};

/** Judges a history within a limit of time; what is not decided by then is unknown. */
export function judge(events: readonly HistoryEvent[], budgetMs: number, nowMs: () => number): Judgement {
  const untilMs = nowMs() + budgetMs;
  const result = checkLinearizability(events, { cancelled: () => nowMs() > untilMs });
  const explanation = result.keys
    .flatMap((key) => (key.violation === undefined ? [] : [key.violation.text]))
    .join('\n\n');
  const { verdict, reason, operations } = result;
  const judgement = { verdict, reason, operations, keys: result.keys.length };
  return explanation === '' ? judgement : { ...judgement, explanation };
}
