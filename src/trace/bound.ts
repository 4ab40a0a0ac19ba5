import type { Json } from '../../machines/json.ts';

/**
 * Values as they stand in a trace: of bounded size, whatever they are, because one record must not hold a log of a
 * million entries or a value of sixteen megabytes. What was left out is said in its place.
 */

const MAX_TEXT = 160;
const MAX_ITEMS = 8;
const MAX_FIELDS = 32;
const MAX_DEPTH = 6;
/** The last entries of a log are those that anything happens to. */
const MAX_ENTRIES = 3;

/** A value in JSON of at most a few kilobytes; what JSON cannot say (a function, undefined) is null. */
export function bounded(value: unknown, depth = 0): Json {
  if (typeof value === 'string') return boundedText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return null;
  if (depth === MAX_DEPTH) return '…';
  if (Array.isArray(value)) return boundedList(value, depth);
  if (value instanceof Map || value instanceof Set) return `… (${value.size} items)`;
  if (isLog(value)) return boundedLog(value, depth);
  return boundedFields(value as { readonly [field: string]: unknown }, depth);
}

/** The same of an object whose type is known: it stays an object. */
export function boundedFields(
  value: { readonly [field: string]: unknown },
  depth = 0,
): { [field: string]: Json } {
  const fields: { [field: string]: Json } = {};
  let count = 0;
  for (const name in value) {
    const field = value[name];
    if (field === undefined) continue;
    count += 1;
    if (count > MAX_FIELDS) continue;
    // A key such as "__proto__" is a key like any other.
    Object.defineProperty(fields, boundedText(name), {
      value: bounded(field, depth + 1),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  if (count > MAX_FIELDS) fields['…'] = `${count - MAX_FIELDS} more fields`;
  return fields;
}

function boundedText(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length} characters)`;
}

function boundedList(list: readonly unknown[], depth: number): Json {
  const items = list.slice(0, MAX_ITEMS).map((item) => bounded(item, depth + 1));
  if (list.length > MAX_ITEMS) items.push(`… ${list.length - MAX_ITEMS} more`);
  return items;
}

type LogLike = { readonly entries: readonly unknown[]; readonly length: number };

/** A log is a window onto an array that others share (machines/raft/log.ts): only its first `length` entries count. */
function isLog(value: object): value is LogLike {
  const { entries, length } = value as Partial<LogLike>;
  return Array.isArray(entries) && typeof length === 'number';
}

function boundedLog({ entries, length }: LogLike, depth: number): Json {
  const last = entries.slice(Math.max(0, length - MAX_ENTRIES), length);
  return { length, last: last.map((entry) => bounded(entry, depth + 1)) };
}
