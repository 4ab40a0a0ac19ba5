import { type Body, excerpt } from './envelope.ts';
import type { WorkloadName } from './workload.ts';

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

const COMMON: readonly (readonly [request: string, shapes: readonly Shape[]])[] = [
  ['init', [{ type: 'init_ok', fields: {} }]],
  ['echo', [{ type: 'echo_ok', fields: { echo: anything } }]],
];

/** What each request may be answered with, and which fields the answer must have beside the common ones. */
const REPLIES: { readonly [workload in WorkloadName]: ReadonlyMap<string, readonly Shape[]> } = {
  'lin-kv': new Map([
    ...COMMON,
    ['read', [{ type: 'read_ok', fields: { value: anything } }]],
    ['write', [{ type: 'write_ok', fields: {} }]],
    ['cas', [{ type: 'cas_ok', fields: {} }]],
  ]),
  'ryw-kv': new Map([
    ...COMMON,
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
};

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
  workload: WorkloadName = 'lin-kv',
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
  // Of two shapes only the one with a reason has one.
  const shape = shapes.find(({ fields }) => 'reason' in fields === Object.hasOwn(reply, 'reason')) ?? first;
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
