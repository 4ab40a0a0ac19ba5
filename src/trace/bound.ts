import type { Json } from '../../machines/json.ts';

/**
 * Values as they stand in a trace: of bounded size, whatever they are, because one record must not hold a log of a
 * million entries or a value of sixteen megabytes. What was left out is said in its place.
 */

const MAX_TEXT = 160;
const MAX_ITEMS = 8;
const MAX_FIELDS = 32;
const MAX_DEPTH = 6;
/** So many numbers, texts, lists and so on may be inside one another altogether. */
const MAX_VALUES = 200;
/** The last entries of a log are those that anything happens to. */
const MAX_ENTRIES = 3;

const LEFT_OUT = '…';

/** How much of one value is still to be told. */
type Budget = { left: number };

/**
 * A value in JSON of at most 200 values of at most 200 characters; what JSON cannot say (a function, undefined) is
 * null. A log is told by its length and its last entries.
 */
export function bounded(value: unknown): Json {
  return tell(value, { left: MAX_VALUES }, 0);
}

/** An object of at most 32 fields, each of them bounded by itself. */
export function boundedFields(value: { readonly [field: string]: unknown }): { [field: string]: Json } {
  return fieldsOf(value, bounded);
}

function tell(value: unknown, budget: Budget, depth: number): Json {
  budget.left -= 1;
  if (typeof value === 'string') return shortened(value);
  // JSON knows one zero only.
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null;
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return null;
  if (depth === MAX_DEPTH || budget.left <= 0) return LEFT_OUT;
  const inner = (item: unknown) => (budget.left <= 0 ? LEFT_OUT : tell(item, budget, depth + 1));
  if (Array.isArray(value)) return listOf(value, inner);
  if (isLog(value)) return logOf(value, inner);
  return fieldsOf(value as { readonly [field: string]: unknown }, inner);
}

function fieldsOf(
  value: { readonly [field: string]: unknown },
  inner: (item: unknown) => Json,
): { [field: string]: Json } {
  const fields: { [field: string]: Json } = {};
  let count = 0;
  for (const name in value) {
    const field = value[name];
    if (field === undefined) continue;
    count += 1;
    if (count > MAX_FIELDS) continue;
    // A key such as "__proto__" is a key like any other.
    const property = { value: inner(field), enumerable: true, configurable: true, writable: true };
    Object.defineProperty(fields, shortened(name), property);
  }
  if (count > MAX_FIELDS) fields[LEFT_OUT] = `${count - MAX_FIELDS} more fields`;
  return fields;
}

function shortened(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length} characters)`;
}

function listOf(list: readonly unknown[], inner: (item: unknown) => Json): Json {
  const items = list.slice(0, MAX_ITEMS).map(inner);
  if (list.length > MAX_ITEMS) items.push(`… ${list.length - MAX_ITEMS} more`);
  return items;
}

type LogLike = {
  readonly base: { readonly index: number };
  readonly entries: readonly unknown[];
  readonly length: number;
};

/** A log is a window onto an array that others share (machines/raft/log.ts): entries past its `length` are not its own. */
function isLog(value: object): value is LogLike {
  const { base, entries, length } = value as Partial<LogLike>;
  return typeof base?.index === 'number' && Array.isArray(entries) && typeof length === 'number';
}

function logOf({ base, entries, length }: LogLike, inner: (item: unknown) => Json): Json {
  const own = length - base.index;
  return { length, last: entries.slice(Math.max(0, own - MAX_ENTRIES), own).map(inner) };
}
