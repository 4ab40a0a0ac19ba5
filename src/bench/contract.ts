import type { Workload } from '../../machines/operations.ts';
import { type Body, excerpt } from './envelope.ts';

/** What a field of an answer must hold: says what is allowed when `value` is not that. */
type FieldRule = (value: unknown) => string | undefined;

type Shape = { readonly type: string; readonly fields: { readonly [field: string]: FieldRule } };

const anything: FieldRule = () => undefined;
const index: FieldRule = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : 'an integer from 0 on';
const milliseconds: FieldRule = (value) =>
  typeof value === 'number' && value >= 0 ? undefined : 'a number from 0 on';
const nodeName: FieldRule = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'the name of a node';
const REASONS: readonly unknown[] = ['follower_behind_redirected_to_leader', 'leader_preferred'];
const reason: FieldRule = (value) =>
  REASONS.includes(value) ? undefined : REASONS.map((known) => `"${known}"`).join(' or ');

const timestamp: FieldRule = (value) =>
  typeof value === 'number' && value >= 0 && value <= 8.64e12 ? undefined : 'a number from 0 to 8.64e12';
const flag: FieldRule = (value) => (typeof value === 'boolean' ? undefined : 'true or false');
const vector: FieldRule = (value) =>
  isObject(value) &&
  Object.values(value).every((count) => Number.isSafeInteger(count) && (count as number) >= 1)
    ? undefined
    : 'an object of actors, each with an integer from 1 on';
const siblings: FieldRule = (value) =>
  Array.isArray(value) &&
  value.every((one) => isObject(one) && Object.keys(one).sort().join() === 'value,vc' && !vector(one.vc))
    ? undefined
    : 'a list of values, each with its vc';

const names: FieldRule = (value) =>
  Array.isArray(value) && value.every((name) => typeof name === 'string') ? undefined : 'a list of names';
const MEMBERSHIP = { voters: names, outgoing: names, learners: names };

function isObject(value: unknown): value is { readonly [field: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A plain request of the conflict store is answered in one of two ways, as the node's mode is. */
function either(type: string, lww: Shape['fields'], vv: Shape['fields']): readonly Shape[] {
  return [
    { type, fields: lww },
    { type, fields: vv },
  ];
}

const COMMON: readonly (readonly [request: string, shapes: readonly Shape[]])[] = [
  ['init', [{ type: 'init_ok', fields: {} }]],
  ['echo', [{ type: 'echo_ok', fields: { echo: anything } }]],
  ['inject', [{ type: 'inject_ok', fields: {} }]],
];

/** Of operators, in the workloads that have a log. */
const ADMIN: readonly (readonly [request: string, shapes: readonly Shape[]])[] = [
  ['members', [{ type: 'members_ok', fields: { ...MEMBERSHIP, leader: anything, index, match: anything } }]],
  ['change_members', [{ type: 'change_members_ok', fields: { ...MEMBERSHIP, index } }]],
];

/** What each request may be answered with, and which fields the answer must have beside the common ones. */
const REPLIES: { readonly [workload in Workload]: ReadonlyMap<string, readonly Shape[]> } = {
  'lin-kv': new Map([
    ...COMMON,
    ...ADMIN,
    ['read', [{ type: 'read_ok', fields: { value: anything } }]],
    ['write', [{ type: 'write_ok', fields: {} }]],
    ['cas', [{ type: 'cas_ok', fields: {} }]],
  ]),
  'ryw-kv': new Map([
    ...COMMON,
    ...ADMIN,
    ['read', [{ type: 'read_ok', fields: { value: anything, commit_index: index } }]],
    ['write', [{ type: 'write_ok', fields: { commit_index: index } }]],
    ['cas', [{ type: 'cas_ok', fields: { commit_index: index } }]],
    [
      'ryw_read',
      [
        {
          type: 'ryw_read_ok',
          fields: {
            value: anything,
            served_by: nodeName,
            follower_applied_index: index,
            waited_ms: milliseconds,
          },
        },
        {
          type: 'ryw_read_ok',
          fields: { value: anything, served_by: nodeName, reason, commit_index: index },
        },
      ],
    ],
  ]),
  'lww-kv': new Map([
    ...COMMON,
    ['write', either('write_ok', { ts: timestamp }, { vc: vector })],
    [
      'kv_read',
      either(
        'kv_read_ok',
        { key: anything, value: anything, ts: timestamp },
        { key: anything, values: siblings, conflict: flag },
      ),
    ],
    ['kv_delete', either('kv_delete_ok', { ts: timestamp }, { vc: vector })],
    ['kv_merge', [{ type: 'kv_merge_ok', fields: { updated: index } }]],
    ['set_mode', [{ type: 'set_mode_ok', fields: {} }]],
    ['vv_write', [{ type: 'vv_write_ok', fields: { vc: vector } }]],
    ['vv_read', [{ type: 'vv_read_ok', fields: { values: siblings, conflict: flag } }]],
    ['vv_delete', [{ type: 'vv_delete_ok', fields: { vc: vector } }]],
  ]),
};

/** Of two shapes of one reply only one has each of these fields. */
const MARKS = ['reason', 'vc', 'values'];

/**
 * Holds a reply against what the workload promises, as Maelstrom does: the fields of its type, each of them and no
 * other. An error may carry more than `code` and `text`.
 *
 * @param request the type of the request that it answers
 * @param node who answered
 * @returns in one sentence what is wrong, or undefined
 */
export function replyProblem(
  request: string,
  reply: Body,
  workload: Workload = 'lin-kv',
  node?: string,
): string | undefined {
  if (reply.type === 'error') {
    return Number.isInteger(reply.code)
      ? undefined
      : `answered ${request} with an error without a code${show(reply)}`;
  }
  const shapes = REPLIES[workload].get(request);
  const [first] = shapes ?? [];
  if (shapes === undefined || first === undefined) {
    throw new Error(`no contract for requests of type ${request}`);
  }
  if (reply.type !== first.type) {
    return `answered ${request} with type "${excerpt(reply.type)}" instead of "${first.type}" or "error"`;
  }
  const shape =
    shapes.find(({ fields }) => MARKS.every((mark) => mark in fields === Object.hasOwn(reply, mark))) ??
    first;
  return fieldProblem(request, reply, shape) ?? serviceProblem(request, reply, node);
}

function fieldProblem(request: string, reply: Body, { type, fields }: Shape): string | undefined {
  for (const [field, rule] of Object.entries(fields)) {
    if (!Object.hasOwn(reply, field)) return `answered ${request} without the field "${field}"${show(reply)}`;
    const allowed = rule(reply[field]);
    if (allowed !== undefined) {
      return `answered ${request} with a field "${field}" that is not ${allowed}${show(reply)}`;
    }
  }
  for (const field in reply) {
    if (field === 'type' || field === 'in_reply_to' || field === 'msg_id') continue;
    if (!Object.hasOwn(fields, field)) {
      return `answered ${request} with the field "${excerpt(field)}", which ${type} does not have${show(reply)}`;
    }
  }
  return undefined;
}

/** Who answers for itself says so, and who has let another read says that. */
function serviceProblem(request: string, reply: Body, node: string | undefined): string | undefined {
  if (request !== 'ryw_read' || node === undefined) return undefined;
  const redirected = Object.hasOwn(reply, 'reason');
  if (redirected === (reply.served_by !== node)) return undefined;
  const how = redirected ? 'redirected, yet served by itself' : 'its own, yet served by another';
  return `answered ${request} with a value that is ${how}${show(reply)}`;
}

function show(reply: Body): string {
  return `: ${excerpt(JSON.stringify(reply))}`;
}
