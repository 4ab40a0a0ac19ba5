import * as v from 'valibot';
import type { Json } from '../../machines/json.ts';
import {
  type MergedEntry,
  MODES,
  type StoreOperation,
  type VectorPairs,
} from '../../machines/store/operations.ts';
import { ANY_JSON, FLAG_RULE } from './fields.ts';
import { isStorable, STORABLE } from './values.ts';

/**
 * The requests of the conflict store. Vectors and entries are objects whose members' names are the clients' own, and
 * `__proto__` may be one of them; a schema of the library would pass over it, so these two are taken apart by hand.
 */

/** Counts of a vector lie in [1, 2^53-1): what is above would not be a count any more when it is raised. */
const MAX_COUNT = Number.MAX_SAFE_INTEGER - 1;
const COUNT_RULE = `an integer from 1 to ${MAX_COUNT}`;
export const CONTEXT_RULE = `an object of actors, each with ${COUNT_RULE}`;

/** The last moment that a JavaScript date can name, in seconds since 1970. */
const MAX_TS = 8.64e12;
const TS_RULE = `a finite number from 0 to ${MAX_TS}, in seconds`;
const ENTRY_RULE = 'an object with value and ts';
export const ENTRIES_RULE = 'an object of keys, each with an entry {value, ts, deleted?, origin?}';

export const MODE_RULE = MODES.join(' or ');

type Fields = { readonly [name: string]: unknown };
/** What is wrong: a message in words that complete "must be …", and the names under which it stands. */
type Fault = { readonly message: string; readonly path?: [v.UnknownPathItem, ...v.UnknownPathItem[]] };

/** A schema of our own: `take` makes of a value what is to be had, once `faultOf` finds nothing wrong with it. */
function byHand<T>(faultOf: (value: unknown) => Fault | null, take: (fields: Fields) => T) {
  return v.pipe(
    v.unknown(),
    v.rawTransform<unknown, T>(({ dataset, addIssue, NEVER }) => {
      const fault = faultOf(dataset.value);
      if (fault === null) return take(dataset.value as Fields);
      addIssue(fault);
      return NEVER;
    }),
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The step from `input` to what stands in it under `key`. */
function step(input: Fields, key: string): v.UnknownPathItem {
  const origin = Object.hasOwn(input, key) ? 'value' : 'key';
  return { type: 'unknown', origin, input, key, value: origin === 'value' ? input[key] : undefined };
}

function contextFault(value: unknown): Fault | null {
  if (!isFields(value)) return { message: CONTEXT_RULE };
  for (const [actor, count] of Object.entries(value)) {
    const isCount = Number.isInteger(count) && (count as number) >= 1 && (count as number) <= MAX_COUNT;
    if (!isCount) return { message: COUNT_RULE, path: [step(value, actor)] };
  }
  return null;
}

/** One bad entry is enough: nothing of a merge takes effect unless all of it can. */
function entriesFault(value: unknown): Fault | null {
  if (!isFields(value)) return { message: ENTRIES_RULE };
  for (const [key, entry] of Object.entries(value)) {
    const to = step(value, key);
    if (!isFields(entry)) return { message: ENTRY_RULE, path: [to] };
    for (const [field, rule, holds] of ENTRY_FIELDS) {
      if (!holds(Object.hasOwn(entry, field) ? entry[field] : undefined)) {
        return { message: rule, path: [to, step(entry, field)] };
      }
    }
  }
  return null;
}

const ENTRY_FIELDS: readonly (readonly [field: string, rule: string, holds: (value: unknown) => boolean])[] =
  [
    ['value', STORABLE, isStorable],
    ['ts', TS_RULE, isTimestamp],
    ['deleted', FLAG_RULE, (value) => value === undefined || typeof value === 'boolean'],
    // Checked, and then not kept: with it as a tie-break the winner would depend on who relayed the entry.
    ['origin', 'a string', (value) => value === undefined || typeof value === 'string'],
  ];

function isTimestamp(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= MAX_TS;
}

/** A deleted entry has no value, whatever came with it: two spellings of one deletion must not differ. */
function entryOf({ ts, deleted = false, value }: Fields): MergedEntry {
  // `-0` is in range, and is 0.
  return {
    ts: (ts as number) + 0,
    deleted: deleted === true,
    value: deleted === true ? null : (value as Json),
  };
}

const CONTEXT = v.optional(
  byHand(contextFault, (fields): VectorPairs => Object.entries(fields) as [string, number][]),
  {},
);

const ENTRIES = byHand(entriesFault, (fields) =>
  Object.entries(fields).map(([key, entry]) => [key, entryOf(entry as Fields)] as const),
);

/** The schema of each operation of the conflict store, by the type of its request. */
export const STORE_OPERATIONS: ReadonlyMap<string, v.GenericSchema<unknown, StoreOperation>> = new Map<
  string,
  v.GenericSchema<unknown, StoreOperation>
>([
  ['write', ofType('kv_write', { key: ANY_JSON, value: ANY_JSON, context: CONTEXT })],
  ['kv_read', ofType('kv_read', { key: ANY_JSON })],
  ['kv_delete', ofType('kv_delete', { key: ANY_JSON, context: CONTEXT })],
  ['kv_merge', ofType('kv_merge', { entries: ENTRIES })],
  ['set_mode', ofType('set_mode', { mode: v.picklist(MODES, MODE_RULE) })],
  ['vv_write', ofType('vv_write', { key: ANY_JSON, value: ANY_JSON, context: CONTEXT })],
  ['vv_read', ofType('vv_read', { key: ANY_JSON })],
  ['vv_delete', ofType('vv_delete', { key: ANY_JSON, context: CONTEXT })],
]);

function ofType<const T extends StoreOperation['type'], const E extends v.ObjectEntries>(type: T, fields: E) {
  return v.pipe(
    v.object(fields),
    v.transform((body) => ({ type, ...body })),
  );
}
