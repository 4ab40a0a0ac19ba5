import * as v from 'valibot';
import type { ClientOperation, Workload } from '../../machines/operations.ts';
import { ADMIN_OPERATIONS } from './admin-requests.ts';
import { excerpt, inBrief, missingField, wrongField } from './errors.ts';
import { ANY_JSON, FLAG, INDEX, NAME, NAME_RULE } from './fields.ts';
import { CONTEXT_RULE, ENTRIES_RULE, MODE_RULE, STORE_OPERATIONS } from './store-requests.ts';
import { STORABLE, storageFault } from './values.ts';

/**
 * The requests of clients, as schemas. A schema's message says what is allowed, in words that complete
 * "must be …"; the first fault found becomes the text of error 12. Fields that are not named here are ignored.
 */

const NAMES_RULE = 'a list of distinct node names, the node_id among them';
const NAMES = v.pipe(
  v.array(NAME, NAMES_RULE),
  v.check((names) => new Set(names).size === names.length, NAMES_RULE),
);

/** What a missing field would have to be: in requests of one type, or in all. */
const ALLOWED: { readonly [field: string]: string } = {
  key: STORABLE,
  value: STORABLE,
  from: STORABLE,
  to: STORABLE,
  'transfer_leadership.to': NAME_RULE,
  echo: STORABLE,
  node_id: NAME_RULE,
  node_ids: NAMES_RULE,
  context: CONTEXT_RULE,
  entries: ENTRIES_RULE,
  mode: MODE_RULE,
};

const READ = v.pipe(
  v.object({ key: ANY_JSON }),
  v.transform(({ key }) => ({ type: 'read' as const, key })),
);

const WRITE = v.pipe(
  v.object({ key: ANY_JSON, value: ANY_JSON }),
  v.transform(({ key, value }) => ({ type: 'write' as const, key, value })),
);

const CAS = v.pipe(
  v.object({
    key: ANY_JSON,
    from: ANY_JSON,
    to: ANY_JSON,
    create_if_not_exists: v.optional(FLAG, false),
  }),
  v.transform(({ key, from, to, create_if_not_exists: createIfNotExists }) => ({
    type: 'cas' as const,
    key,
    from,
    to,
    createIfNotExists,
  })),
);

const RYW_READ = v.pipe(
  v.object({
    key: ANY_JSON,
    last_write_index: v.optional(INDEX),
    prefer_follower: v.optional(FLAG, false),
  }),
  v.transform(({ key, last_write_index: lastWriteIndex = null, prefer_follower: preferFollower }) => ({
    type: 'ryw_read' as const,
    key,
    lastWriteIndex,
    preferFollower,
  })),
);

/** The schema of each operation that a client may ask for, by the type of its request. */
export type Operations = ReadonlyMap<string, v.GenericSchema<unknown, ClientOperation>>;

const LOG_OPERATIONS: Operations = new Map<string, v.GenericSchema<unknown, ClientOperation>>([
  ['read', READ],
  ['write', WRITE],
  ['cas', CAS],
  ['ryw_read', RYW_READ],
  ...ADMIN_OPERATIONS,
]);

/** What the clients of a node with this workload may ask for. */
export function operationsOf(workload: Workload): Operations {
  return workload === 'lww-kv' ? STORE_OPERATIONS : LOG_OPERATIONS;
}

export const ECHO = v.object({ echo: ANY_JSON });

export const INIT = v.pipe(
  v.object({ node_id: NAME, node_ids: NAMES }),
  v.forward(
    v.check(({ node_id, node_ids }) => node_ids.includes(node_id), NAMES_RULE),
    ['node_ids'],
  ),
);

/** What came of reading a body: what the schema makes of it, or the text of error 12. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly text: string };

/** Reads a body by a schema. The text of a refusal names the first field at fault. */
export function read<T>(schema: v.GenericSchema<unknown, T>, body: { readonly type?: unknown }): Read<T> {
  const result = v.safeParse(schema, body, { abortEarly: true });
  if (result.success) return { ok: true, value: result.output };
  return { ok: false, text: explain(result.issues[0], String(body.type)) };
}

/** The text of error 12 for the first fault that a schema found. */
function explain(issue: v.BaseIssue<unknown>, type: string): string {
  const [top, ...below] = issue.path ?? [];
  if (top === undefined) return `the body must be ${issue.message}`;
  const name = String(top.key);
  const field = below.reduce((path, { key }) => `${path}[${placeOf(key)}]`, name);
  const last = below.at(-1) ?? top;
  if (last === top && top.origin === 'key') {
    return missingField(name, ALLOWED[`${type}.${name}`] ?? ALLOWED[name] ?? 'present');
  }
  if (last.origin === 'key') return missingField(field, issue.message);
  // The value stands in the path: the input of a check over two fields is the whole body.
  return wrongField(field, issue.message, storageFault(last.value) ?? inBrief(last.value));
}

/** Where in a list or an object: names are quoted, and as long as they may be. */
function placeOf(key: unknown): string {
  return typeof key === 'string' ? excerpt(key) : String(key);
}
