import type { Json } from '../../machines/json.ts';
import type { ClientRequest, NodeMessage, ReplyTo } from '../../machines/maelstrom/events.ts';
import { ERROR, type Workload } from '../../machines/operations.ts';
import { excerpt, inBrief, unknownType, wrongField } from './errors.ts';
import { inexactField, inexactNumber } from './exact-numbers.ts';
import { ECHO, INIT, type Operations, operationsOf, read } from './messages.ts';
import { isPeerType, peerMessage } from './peer-messages.ts';
import { MAX_LINE_LEVELS, nestsTooDeep } from './values.ts';

/** Between the text of one line and a message: what a line says, and how a message is written. */

/** Who a message is from and for. */
type Envelope = { readonly src: string; readonly dest: string };

/** One line, read and classified. */
export type Decoded =
  | (Envelope & {
      readonly kind: 'init';
      readonly msgId: number | null;
      readonly nodeId: string;
      readonly nodeIds: readonly string[];
    })
  | (Envelope & { readonly kind: 'malformed-init'; readonly msgId: ReplyTo; readonly text: string })
  | (Envelope & { readonly kind: 'request'; readonly request: ClientRequest })
  | (Envelope & { readonly kind: 'echo'; readonly msgId: number | null; readonly echo: Json })
  /** A client's message that cannot be carried out; `code` and `text` are the error that answers it. */
  | (Envelope & {
      readonly kind: 'invalid';
      readonly msgId: ReplyTo;
      readonly code: number;
      readonly text: string;
    })
  /**
   * A message of another node, if `src` is one. The codec cannot know that: see `unknownToClients` for what to
   * make of it when a client sent it. `message` is null when the body does not have the shape of its type.
   */
  | (Envelope & {
      readonly kind: 'peer';
      readonly msgId: ReplyTo;
      readonly messageType: string;
      readonly message: NodeMessage | null;
    })
  /** An answer to something; this node asks nothing in this way, so there is nothing to do about it. */
  | (Envelope & { readonly kind: 'reply' })
  /** Not a message at all. */
  | { readonly kind: 'garbage'; readonly warning: string };

type Fields = { readonly [name: string]: unknown };
type Body = Fields & { readonly type: string };

const MSG_ID_RULE = `an integer from 0 to ${Number.MAX_SAFE_INTEGER}`;

/**
 * Reads one line. Never throws, whatever the line holds.
 *
 * @param text the line without its terminator
 * @param bytes its length on the wire
 * @param workload which requests are known
 */
export function decode(text: string, bytes: number, workload: Workload = 'lin-kv'): Decoded {
  if (nestsTooDeep(text)) return garbage(`nested deeper than ${MAX_LINE_LEVELS} levels`, text);
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return garbage('not JSON', text);
  }
  if (!isFields(message)) return garbage('a message must be an object', text);
  const { src, dest, body } = message;
  if (typeof src !== 'string') return garbage('"src" must be a string', text);
  if (typeof dest !== 'string') return garbage('"dest" must be a string', text);
  if (!isFields(body)) return garbage('"body" must be an object', text);
  if (typeof body.type !== 'string') return garbage('"body.type" must be a string', text);
  return decodeBody({ src, dest }, body as Body, bytes, text, workload);
}

/**
 * The same for a message that never was a line, as the simulator hands them over: it is JSON, and no number in it was
 * rounded. It becomes the message itself, and is not copied.
 */
export function decodeHanded(
  { src, dest, body }: Envelope & { readonly body: { readonly [name: string]: Json } },
  workload: Workload,
): Decoded {
  if (typeof body.type !== 'string') return garbage('"body.type" must be a string', encode(src, dest, body));
  // Of what nodes send each other nobody takes down how long it was.
  const bytes = isPeerType(body.type) ? 0 : encode(src, dest, body).length;
  return decodeBody({ src, dest }, body as Body, bytes, '', workload);
}

function decodeBody(
  { src, dest }: Envelope,
  body: Body,
  bytes: number,
  text: string,
  workload: Workload,
): Decoded {
  if (isReply(body)) return { kind: 'reply', src, dest };
  const msgId = replyTo(body.msg_id);
  if (msgId === undefined) {
    return garbage(`"body.msg_id" must be ${MSG_ID_RULE}, not ${inBrief(body.msg_id)}`, text);
  }
  if (isPeerType(body.type)) {
    return {
      kind: 'peer',
      src,
      dest,
      msgId,
      messageType: body.type,
      message: peerMessage(src, body, workload),
    };
  }
  const known = operationsOf(workload);
  if (!known.has(body.type) && body.type !== 'init' && body.type !== 'echo') {
    return unknown({ src, dest }, msgId, body.type, workload);
  }
  if (msgId !== null && !isMsgId(msgId)) {
    const fault = wrongField('msg_id', MSG_ID_RULE, inBrief(msgId));
    const kind = body.type === 'init' ? 'malformed-init' : 'invalid';
    return refused(kind, { src, dest }, msgId, fault);
  }
  if (body.type === 'init') return decodeInit({ src, dest }, body, msgId);
  return decodeRequest({ src, dest }, body, msgId, bytes, text, known);
}

function decodeInit({ src, dest }: Envelope, body: Body, msgId: number | null): Decoded {
  const init = read(INIT, body);
  if (!init.ok) return refused('malformed-init', { src, dest }, msgId, init.text);
  return { kind: 'init', src, dest, msgId, nodeId: init.value.node_id, nodeIds: init.value.node_ids };
}

function decodeRequest(
  { src, dest }: Envelope,
  body: Body,
  msgId: number | null,
  bytes: number,
  text: string,
  known: Operations,
): Decoded {
  const op = known.get(body.type);
  const result = op === undefined ? read(ECHO, body) : read(op, body);
  if (!result.ok) return refused('invalid', { src, dest }, msgId, result.text);
  const inexact = inexactNumber(text);
  if (inexact !== null) return refused('invalid', { src, dest }, msgId, inexactField(inexact));
  if ('echo' in result.value) return { kind: 'echo', src, dest, msgId, echo: result.value.echo };
  return { kind: 'request', src, dest, request: { client: src, msgId, op: result.value, bytes } };
}

/**
 * Writes one message as one line, without its terminator. Strings that are not well-formed Unicode are written
 * with escapes, so they come back as they were.
 */
export function encode(src: string, dest: string, body: { readonly [name: string]: Json }): string {
  return JSON.stringify({ src, dest, body });
}

/** What a message of a type that only nodes use is, when a client sent it: a request of unknown type. */
export function unknownToClients(
  peer: Extract<Decoded, { kind: 'peer' }>,
  workload: Workload = 'lin-kv',
): Extract<Decoded, { kind: 'invalid' }> {
  return unknown(peer, peer.msgId, peer.messageType, workload);
}

function unknown(
  { src, dest }: Envelope,
  msgId: ReplyTo,
  type: string,
  workload: Workload,
): Extract<Decoded, { kind: 'invalid' }> {
  return {
    kind: 'invalid',
    src,
    dest,
    msgId,
    code: ERROR.notSupported,
    text: unknownType(type, workload, ['init', 'echo', ...operationsOf(workload).keys()]),
  };
}

/** A message of a known type that is malformed: error 12. */
function refused(
  kind: 'invalid' | 'malformed-init',
  { src, dest }: Envelope,
  msgId: ReplyTo,
  text: string,
): Decoded {
  if (kind === 'malformed-init') return { kind, src, dest, msgId, text };
  return { kind, src, dest, msgId, code: ERROR.malformedRequest, text };
}

function garbage(problem: string, text: string): Decoded {
  return { kind: 'garbage', warning: `passed over a line: ${problem}: ${excerpt(text)}` };
}

/**
 * What a reply's `in_reply_to` would repeat, undefined when nothing could. A `msg_id` that is a string, a fraction
 * or negative is wrong, but it can be repeated, and so its sender can be told; anything else cannot be matched.
 */
function replyTo(msgId: unknown): ReplyTo | undefined {
  if (msgId === undefined) return null;
  return typeof msgId === 'string' || Number.isFinite(msgId) ? (msgId as string | number) : undefined;
}

function isMsgId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Errors and `…_ok` messages that answer something. Nobody ever answers an answer, or two nodes might not stop. */
function isReply(body: Body): boolean {
  return body.in_reply_to !== undefined && (body.type === 'error' || body.type.endsWith('_ok'));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
