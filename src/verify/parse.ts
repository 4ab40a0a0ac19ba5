import type { HistoryEvent } from './history.ts';
import { EVENT_TYPES, HistoryError } from './history.ts';
import { show } from './json.ts';

type Field = {
  readonly required: boolean;
  readonly allowed: string;
  readonly accepts: (value: unknown) => boolean;
};

const isString = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const FIELDS: ReadonlyMap<string, Field> = new Map([
  ['index', { required: true, allowed: 'an integer from 0', accepts: isCount }],
  ['timeMs', { required: true, allowed: 'a finite number', accepts: Number.isFinite }],
  [
    'process',
    {
      required: true,
      allowed: 'an integer from 0, or "nemesis"',
      accepts: (value) => value === 'nemesis' || isCount(value),
    },
  ],
  [
    'type',
    {
      required: true,
      allowed: EVENT_TYPES.map((type) => `"${type}"`).join(', '),
      accepts: (value) => EVENT_TYPES.some((type) => type === value),
    },
  ],
  ['f', { required: true, allowed: 'a string', accepts: isString }],
  ['key', { required: false, allowed: 'any JSON value', accepts: () => true }],
  ['value', { required: false, allowed: 'any JSON value', accepts: () => true }],
  ['createIfNotExists', { required: false, allowed: 'true, or nothing', accepts: (value) => value === true }],
  ['node', { required: false, allowed: 'a string', accepts: isString }],
  ['error', { required: false, allowed: 'a string', accepts: isString }],
  ['session', { required: false, allowed: 'a string', accepts: isString }],
  ['token', { required: false, allowed: 'an integer from 0', accepts: isCount }],
  ['shownIndex', { required: false, allowed: 'an integer from 0', accepts: isCount }],
  ['servedBy', { required: false, allowed: 'a string', accepts: isString }],
  ['saw', { required: false, allowed: 'a list of values', accepts: Array.isArray }],
  ['ts', { required: false, allowed: 'a finite number', accepts: Number.isFinite }],
]);

/**
 * Reads the text of a `history.jsonl`: one event a line, blank lines passed over. The shape of each event is
 * checked here, and a field that is not known is refused, because a misspelt one would change the verdict
 * without a word. Whether the events make up a history is for `operations` to say.
 *
 * @param name what errors call the text, say its file name
 * @throws HistoryError with the line number (from 1), the field, its value and what is allowed
 */
export function parseHistory(text: string, name = 'history'): HistoryEvent[] {
  const events: HistoryEvent[] = [];
  let lineNumber = 0;
  for (const line of text.split('\n')) {
    lineNumber += 1;
    if (line.trim() !== '') events.push(parseEvent(line, `${name} line ${lineNumber}`));
  }
  return events;
}

function parseEvent(line: string, place: string): HistoryEvent {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch (error) {
    throw new HistoryError(place, undefined, `is not JSON: ${(error as Error).message}`);
  }
  if (event === null || typeof event !== 'object' || Array.isArray(event)) {
    throw new HistoryError(place, undefined, `is ${show(event)}; an event is a JSON object`);
  }
  const given = new Map<string, unknown>(Object.entries(event));
  for (const name of given.keys()) {
    if (FIELDS.has(name)) continue;
    throw new HistoryError(place, name, `is not known; the fields are ${[...FIELDS.keys()].join(', ')}`);
  }
  for (const [name, { required, allowed, accepts }] of FIELDS) {
    if (!given.has(name)) {
      if (required) throw new HistoryError(place, name, `is missing; it must be ${allowed}`);
    } else if (!accepts(given.get(name))) {
      throw new HistoryError(place, name, `is ${show(given.get(name))}; it must be ${allowed}`);
    }
  }
  return event as HistoryEvent;
}
