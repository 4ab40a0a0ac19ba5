/**
 * The judge of histories (`actorum/verify`): reads what clients did and learned, and says whether registers
 * that answer so can exist, and whether sessions were shown what they had a right to see. It knows nothing of the
 * system that it judges.
 *
 * @example
 * const events = parseHistory(readFileSync('history.jsonl', 'utf8'), 'history.jsonl');
 * const { verdict, reason, keys } = checkLinearizability(events);
 * for (const key of keys) if (key.violation) console.log(key.violation.text);
 */
export type { Contradiction } from './contradictions.ts';
export { contradictionsIn, lossesIn } from './contradictions.ts';
export type { Effect, Violation } from './explanation.ts';
export type { EventType, HistoryEvent, Json } from './history.ts';
export { HistoryError, KEY_DOES_NOT_EXIST, PRECONDITION_FAILED } from './history.ts';
export type { IndexViolation, IndicesResult } from './indices.ts';
export { checkIndices } from './indices.ts';
export type { KeyResult, LinearizabilityOptions, LinearizabilityResult } from './linearizability.ts';
export { checkLinearizability } from './linearizability.ts';
export { linearizableEvents } from './linearizable-events.ts';
export type { Operation } from './operations.ts';
export { operations } from './operations.ts';
export { parseHistory } from './parse.ts';
export type { Verdict } from './search.ts';
export type {
  Guarantee,
  GuaranteeResult,
  SessionsOptions,
  SessionsResult,
  SessionViolation,
} from './sessions.ts';
export { checkSessions, GUARANTEES } from './sessions.ts';
export type { SurvivalOptions, SurvivalResult } from './survival.ts';
export { checkSurvival } from './survival.ts';
