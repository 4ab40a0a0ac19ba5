import type { NodeMessage } from '../../machines/maelstrom/events.ts';
import type { Workload } from '../../machines/operations.ts';
import type { PeerMessage } from '../../machines/raft/events.ts';
import { GOSSIP_SHAPES } from './gossip-messages.ts';
import { isStorable } from './values.ts';

/**
 * The shapes of the messages between nodes. Checked by hand and not by a schema: an append.request carries dozens
 * of entries and arrives thousands of times a second (64 entries take 3 µs here and 35 µs by schema, beside 31 µs
 * of JSON.parse), and nobody is told which field was wrong: nodes do not answer each other's malformed messages.
 */

type Fields = { readonly [name: string]: unknown };
type Check = (value: unknown) => boolean;

/** Types of messages between the nodes of a log, and what the body of each must have besides `term`. */
const LOG_SHAPES: { readonly [T in PeerMessage['type']]: (body: Fields, src: string) => boolean } = {
  'append.request': (body) =>
    isCount(body.prevIndex) &&
    isCount(body.prevTerm) &&
    isListOf(body.entries, isEntry) &&
    isCount(body.commitIndex) &&
    isCount(body.round),
  'append.response': (body) =>
    isFlag(body.success) && isCount(body.index) && isNullOr(body.conflict, isConflict) && isCount(body.round),
  'prevote.request': (body) => isCount(body.lastIndex) && isCount(body.lastTerm),
  'prevote.response': (body) => isFlag(body.granted),
  'vote.request': (body) => isCount(body.lastIndex) && isCount(body.lastTerm) && isFlag(body.transfer),
  'vote.response': (body) => isFlag(body.granted),
  'campaign.request': () => true,
  'snapshot.request': (body) =>
    isCheckpoint(body.checkpoint) &&
    isNullOr(body.after, isText) &&
    isListOf(body.items, isStateItem) &&
    isNullOr(body.next, isText) &&
    isCount(body.round),
  'snapshot.response': (body) =>
    isCount(body.index) &&
    isCount(body.snapshotTerm) &&
    isNullOr(body.next, isText) &&
    isFlag(body.done) &&
    isCount(body.round),
  'forward.request': (body, src) =>
    isListOf(body.entries, (entry) => isProposed(entry, body.term, src)) &&
    isListOf(body.reads, (read) => isQueuedRead(read, src)),
  'admin.request': (body) =>
    isCount(body.incarnation) && isCount(body.floor) && isCount(body.number) && isOnceOperation(body.op),
  'forward.response': (body) => isCount(body.incarnation) && isListOf(body.outcomes, isForwardedOutcome),
};

const logShapes: ReadonlyMap<string, (body: Fields, src: string) => boolean> = new Map(
  Object.entries(LOG_SHAPES),
);

/** Whether a type belongs to messages between nodes, of whatever workload. */
export function isPeerType(type: string): boolean {
  return logShapes.has(type) || GOSSIP_SHAPES.has(type);
}

/**
 * The message that a body carries, or null when the body does not have the shape of its type, or its type is of
 * another workload: a cluster of both is a mistake of whoever started it.
 *
 * @param src who sent it, by the envelope; a `from` inside the body is not believed
 */
export function peerMessage(
  src: string,
  body: Fields & { readonly type: string },
  workload: Workload,
): NodeMessage | null {
  const isStore = workload === 'lww-kv';
  const shape = (isStore ? GOSSIP_SHAPES : logShapes).get(body.type);
  if (shape === undefined || !(isStore || isCount(body.term)) || !shape(body, src)) return null;
  // The body was parsed a moment ago and is nobody else's, so it becomes the message itself.
  const message = body as { from?: unknown };
  message.from = src;
  return message as unknown as NodeMessage;
}

/** A term, an index or a number: never negative, never beyond what a double counts exactly. */
function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isNullOr(value: unknown, check: Check): boolean {
  return value === null || check(value);
}

function isListOf(value: unknown, check: Check): boolean {
  return Array.isArray(value) && value.every(check);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isConflict(value: unknown): boolean {
  return isFields(value) && isCount(value.term) && isCount(value.index);
}

function isCheckpoint(value: unknown): boolean {
  return isFields(value) && isCount(value.index) && isCount(value.term) && isMembership(value.membership);
}

function isStateItem(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && isText(value[0]) && isStorable(value[1]);
}

function isEntry(value: unknown): boolean {
  return (
    isFields(value) &&
    isCount(value.term) &&
    isNullOr(value.op, isEntryOperation) &&
    isNullOr(value.origin, isOrigin) &&
    isCount(value.number) &&
    isCount(value.bytes)
  );
}

function isOrigin(value: unknown): value is { readonly node: string } {
  return isFields(value) && isText(value.node) && isCount(value.incarnation) && isCount(value.floor);
}

/** An entry that the leader of `term` may append as it is: of that term, and of a client of the node that sends it. */
function isProposed(value: unknown, term: unknown, src: string): boolean {
  return (
    isEntry(value) &&
    isFields(value) &&
    value.term === term &&
    isOrigin(value.origin) &&
    value.origin.node === src &&
    isLoggedOperation(value.op)
  );
}

/** What a leader is to read for the node that sends it. */
function isQueuedRead(value: unknown, src: string): boolean {
  if (!isFields(value) || !isOrigin(value.origin) || value.origin.node !== src) return false;
  return isCount(value.number) && isUnloggedOperation(value.op);
}

function isEntryOperation(value: unknown): boolean {
  return isFields(value) && value.type === 'members'
    ? isMembership(value.membership)
    : isLoggedOperation(value);
}

function isMembership(value: unknown): boolean {
  return (
    isFields(value) &&
    isSet(value.voters) &&
    value.voters.length > 0 &&
    isSet(value.outgoing) &&
    isSet(value.learners)
  );
}

/** Names, in order, none twice. */
function isSet(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.every((name, i) => typeof name === 'string' && (i === 0 || value[i - 1] < name))
  );
}

function isLoggedOperation(value: unknown): boolean {
  if (!isFields(value) || !isStorable(value.key)) return false;
  if (value.type === 'write') return isStorable(value.value);
  return (
    value.type === 'cas' && isStorable(value.from) && isStorable(value.to) && isFlag(value.createIfNotExists)
  );
}

function isUnloggedOperation(value: unknown): boolean {
  if (!isFields(value)) return false;
  return value.type === 'read' ? isStorable(value.key) : value.type === 'members' && isFlag(value.local);
}

function isOnceOperation(value: unknown): boolean {
  if (!isFields(value)) return false;
  if (value.type === 'transfer_leadership') return typeof value.to === 'string';
  return (
    value.type === 'change_members' &&
    isSet(value.add) &&
    isSet(value.learners) &&
    isSet(value.remove) &&
    isNullOr(value.ifIndex, isCount)
  );
}

function isForwardedOutcome(value: unknown): boolean {
  return isFields(value) && isCount(value.number) && isCount(value.index) && isOutcome(value.outcome);
}

function isOutcome(value: unknown): boolean {
  if (!isFields(value)) return false;
  switch (value.type) {
    case 'read_ok':
      return isStorable(value.value);
    case 'write_ok':
    case 'cas_ok':
    case 'transfer_leadership_ok':
      return true;
    case 'change_members_ok':
      return isMembership(value.membership) && isCount(value.index);
    case 'members_ok':
      return (
        isMembership(value.membership) &&
        isNullOr(value.leader, (leader) => typeof leader === 'string') &&
        isCount(value.index) &&
        isFields(value.match) &&
        Object.values(value.match).every(isCount)
      );
    case 'error':
      return isCount(value.code) && isText(value.text);
    default:
      return false;
  }
}
