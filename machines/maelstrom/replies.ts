import type { Json } from '../json.ts';
import type { ClientOutcome, RywOutcome } from '../operations.ts';
import type { Membership } from '../raft/membership.ts';
import type { VectorPairs } from '../store/operations.ts';
import type { ClientAnswer, ClientRequest, MaelstromEffect, MaelstromEvent, ReplyTo } from './events.ts';

/** What replies are made of, and how messages are counted: the arithmetic beside the I/O chart. */

/** A reply in the making. */
type Body = { [name: string]: Json };

/** Whoever is to be answered. */
type Asker = { readonly client: string; readonly msgId: ReplyTo };

/** Whether a message can be answered at all: it had a `msg_id` for `in_reply_to` to repeat. */
export function expectsReply<T extends { readonly msgId: ReplyTo }>(
  message: T,
): message is T & { readonly msgId: NonNullable<T['msgId']> } {
  return message.msgId !== null;
}

/** How many of the requests can not be answered. */
export function unanswerable(requests: readonly ClientRequest[]): number {
  return requests.length - requests.filter(expectsReply).length;
}

/** How many messages an event stands for. */
export function messageCount(event: MaelstromEvent): number {
  switch (event.type) {
    case 'requests.received':
      return event.requests.length;
    case 'peers.received':
      return event.messages.length;
    case 'answers.ready':
      return event.answers.length;
    default:
      return 1;
  }
}

/**
 * An error reply.
 *
 * @param src in whose name
 * @param msgId the reply's own number; null before init, when replies are not yet counted
 */
export function errorReply(
  src: string,
  { client, msgId: inReplyTo }: Asker,
  msgId: number | null,
  code: number,
  text: string,
): MaelstromEffect {
  const body = { type: 'error', code, text, in_reply_to: inReplyTo };
  return { type: 'reply', src, dest: client, body: msgId === null ? body : { ...body, msg_id: msgId } };
}

/**
 * Replies that tell clients what became of their requests, in the order of the answers. A request without
 * `msg_id` gets none, and uses no number.
 *
 * @param firstMsgId the number of the first reply
 * @param showsIndex whether plain replies tell at which index of the log their operation took place
 */
export function answerReplies(
  src: string,
  answers: readonly ClientAnswer[],
  firstMsgId: number,
  showsIndex: boolean,
): MaelstromEffect[] {
  return answers.filter(expectsReply).map(({ client, msgId, outcome, index }, place) => {
    const body = outcomeFields(outcome);
    if (showsIndex && index !== null && isPlainSuccess(outcome)) body.commit_index = index;
    body.in_reply_to = msgId;
    body.msg_id = firstMsgId + place;
    return { type: 'reply', src, dest: client, body };
  });
}

/** An error's keys are fixed, and whatever is no plain read, write or cas tells its index in its own way, or not at all. */
function isPlainSuccess({ type }: ClientOutcome): boolean {
  return type === 'read_ok' || type === 'write_ok' || type === 'cas_ok';
}

/**
 * Exactly the keys of the contract: Maelstrom rejects a reply with any other, so nothing that an outcome may
 * carry besides them gets through.
 */
function outcomeFields(outcome: ClientOutcome): Body {
  switch (outcome.type) {
    case 'read_ok':
      return { type: 'read_ok', value: outcome.value };
    case 'write_ok':
      return { type: 'write_ok' };
    case 'cas_ok':
      return { type: 'cas_ok' };
    case 'ryw_read_ok':
      return rywFields(outcome);
    case 'members_ok':
      return membersFields(outcome);
    case 'change_members_ok':
      return { type: outcome.type, ...membershipFields(outcome.membership), index: outcome.index };
    case 'transfer_leadership_ok':
      return { type: outcome.type };
    case 'error':
      return { type: 'error', code: outcome.code, text: outcome.text };
    case 'stamped':
      return { type: outcome.reply, ts: outcome.ts };
    case 'versioned':
      return { type: outcome.reply, vc: vectorFields(outcome.vc) };
    case 'entry':
      return { type: 'kv_read_ok', key: outcome.key, value: outcome.value, ts: outcome.ts };
    case 'siblings':
      return siblingsFields(outcome);
    case 'merged':
      return { type: 'kv_merge_ok', updated: outcome.updated };
    case 'mode.set':
      return { type: 'set_mode_ok' };
  }
}

function membersFields({
  type,
  membership,
  leader,
  index,
  match,
}: Extract<ClientOutcome, { type: 'members_ok' }>): Body {
  return { type, ...membershipFields(membership), leader, index, match };
}

function membershipFields({ voters, outgoing, learners }: Membership): Body {
  return { voters, outgoing, learners };
}

function siblingsFields({ reply, key, values }: Extract<ClientOutcome, { type: 'siblings' }>): Body {
  const siblings = {
    values: values.map(({ value, vc }) => ({ value, vc: vectorFields(vc) })),
    conflict: values.length > 1,
  };
  return reply === 'kv_read_ok' ? { type: reply, key, ...siblings } : { type: reply, ...siblings };
}

/** An actor may be called `__proto__`: fromEntries makes each name a member of its own, as an assignment would not. */
function vectorFields(vc: VectorPairs): Body {
  return Object.fromEntries(vc);
}

function rywFields({ value, servedBy, index, waitedMs, reason }: RywOutcome): Body {
  const type = 'ryw_read_ok';
  if (reason !== null) return { type, value, served_by: servedBy, reason, commit_index: index };
  return { type, value, served_by: servedBy, follower_applied_index: index, waited_ms: waitedMs };
}
