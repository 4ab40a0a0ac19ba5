import type { Json } from '../json.ts';
import type { Outcome } from '../operations.ts';
import type { ReplyTo } from './events.ts';

/** The body of a message, as it is written. */
export type Body = { readonly [name: string]: Json };

/**
 * The body that tells a client what became of its request, with exactly the keys of the contract: Maelstrom
 * rejects a reply with any other key, so nothing that an outcome may carry besides them gets through.
 *
 * @param inReplyTo the request's `msg_id`
 * @param msgId the reply's own number
 */
export function outcomeBody(outcome: Outcome, inReplyTo: number, msgId: number): Body {
  switch (outcome.type) {
    case 'read_ok':
      return { type: 'read_ok', value: outcome.value, in_reply_to: inReplyTo, msg_id: msgId };
    case 'write_ok':
      return { type: 'write_ok', in_reply_to: inReplyTo, msg_id: msgId };
    case 'cas_ok':
      return { type: 'cas_ok', in_reply_to: inReplyTo, msg_id: msgId };
    case 'error':
      return errorBody(outcome.code, outcome.text, inReplyTo, msgId);
  }
}

/**
 * The body of an error reply.
 *
 * @param msgId the reply's own number; null before init, when replies are not yet counted
 */
export function errorBody(code: number, text: string, inReplyTo: ReplyTo, msgId: number | null): Body {
  const body = { type: 'error', code, text, in_reply_to: inReplyTo };
  return msgId === null ? body : { ...body, msg_id: msgId };
}
