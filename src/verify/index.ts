/**
 * The judge of histories (`actorum/verify`): reads what clients did and learned, and says whether registers
 * that answer so can exist. It knows nothing of the system that it judges.
 *
 * @example
 * const events = parseHistory(readFileSync('history.jsonl', 'utf8'), 'history.jsonl');
 * const { verdict, reason, keys } = checkLinearizability(events);
 * for (const key of keys) if (key.violation) console.log(key.violation.text);
 */
export type { Effect, Violation } from './explanation.ts';
export type { EventType, HistoryEvent, Json } from './history.ts';
export { HistoryError, KEY_DOES_NOT_EXIST, PRECONDITION_FAILED } from './history.ts';
export type { KeyResult, LinearizabilityOptions, LinearizabilityResult } from './linearizability.ts';
export { checkLinearizability } from './linearizability.ts';
export type { Operation } from './operations.ts';
export { operations } from './operations.ts';
export { parseHistory } from './parse.ts';
export type { Verdict } from './search.ts';
