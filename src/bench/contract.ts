import { type Body, excerpt } from './envelope.ts';

/** What each request may be answered with, and which fields the answer must have beside the common ones. */
const REPLIES: ReadonlyMap<string, { readonly type: string; readonly fields: readonly string[] }> = new Map([
  ['init', { type: 'init_ok', fields: [] }],
  ['echo', { type: 'echo_ok', fields: ['echo'] }],
  ['read', { type: 'read_ok', fields: ['value'] }],
  ['write', { type: 'write_ok', fields: [] }],
  ['cas', { type: 'cas_ok', fields: [] }],
]);

/**
 * Holds a reply against what Maelstrom accepts: the fields of its type, each of them and no other. An error may
 * carry more than `code` and `text`.
 *
 * @param request the type of the request that it answers
 * @returns in one sentence what is wrong, or undefined
 */
export function replyProblem(request: string, reply: Body): string | undefined {
  if (reply.type === 'error') {
    return Number.isInteger(reply.code)
      ? undefined
      : `answered ${request} with an error without a code${show(reply)}`;
  }
  const contract = REPLIES.get(request);
  if (contract === undefined) throw new Error(`no contract for requests of type ${request}`);
  if (reply.type !== contract.type) {
    return `answered ${request} with type "${excerpt(reply.type)}" instead of "${contract.type}" or "error"`;
  }
  for (const field of contract.fields) {
    if (!Object.hasOwn(reply, field)) return `answered ${request} without the field "${field}"${show(reply)}`;
  }
  for (const field in reply) {
    if (field === 'type' || field === 'in_reply_to' || field === 'msg_id') continue;
    if (!contract.fields.includes(field)) {
      return `answered ${request} with the field "${excerpt(field)}", which ${contract.type} does not have${show(reply)}`;
    }
  }
  return undefined;
}

function show(reply: Body): string {
  return `: ${excerpt(JSON.stringify(reply))}`;
}
