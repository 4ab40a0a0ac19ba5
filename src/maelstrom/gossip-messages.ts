import type { GossipType } from '../../machines/gossip/messages.ts';
import { isItem } from './store-items.ts';

/**
 * The shapes of what replicas of the conflict store say to each other, checked by hand as all messages between nodes
 * are (peer-messages.ts tells why). What a message means is machines/gossip/messages.ts.
 */

type Fields = { readonly [name: string]: unknown };

const HASH = /^[0-9a-f]{16}$/;
const RANGE = /^[0-9a-f]{0,8}$/;

/** What the body of each type must have besides the fields of its link. */
const SHAPES: { readonly [T in GossipType]: (body: Fields) => boolean } = {
  'gossip.hello': () => true,
  'gossip.push': (body) => isListOf(body.items, isItem),
  'gossip.compare': isStep,
  'gossip.differ': (body) => isStep(body) && isListOf(body.view, isCount),
  'gossip.tell': (body) =>
    isCount(body.number) && isListOf(body.view, isCount) && isListOf(body.statements, isStatement),
  'gossip.told': (body) => isCount(body.number) && isListOf(body.refused, isId),
};

/** Types of messages between replicas, and whether a body of the type has its shape. */
export const GOSSIP_SHAPES: ReadonlyMap<string, (body: Fields) => boolean> = new Map(
  Object.entries(SHAPES).map(([type, isShaped]) => [
    type,
    (body: Fields) => isLinked(body) && isShaped(body),
  ]),
);

function isLinked(body: Fields): boolean {
  return isCount(body.epoch) && isCount(body.to) && isCount(body.fence);
}

function isStep(body: Fields): boolean {
  return (
    isCount(body.round) &&
    isCount(body.step) &&
    isListOf(body.ranges, isRangeDigests) &&
    isListOf(body.lists, isRangeList) &&
    isListOf(body.items, isItem) &&
    isListOf(body.wants, isId) &&
    typeof body.cut === 'boolean'
  );
}

function isRangeDigests(value: unknown): boolean {
  if (!isTuple(value, 2)) return false;
  const [range, digests] = value;
  if (!isRange(range) || !isListOf(digests, isDigest)) return false;
  const { length } = digests as readonly unknown[];
  return length === 1 || (length === 16 && range.length < 8);
}

function isRangeList(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { range, from, until, entries } = value as Fields;
  return (
    isRange(range) &&
    typeof from === 'string' &&
    (until === null || typeof until === 'string') &&
    isListOf(entries, (entry) => isTuple(entry, 2) && isId(entry[0]) && isHash(entry[1]))
  );
}

function isStatement(value: unknown): boolean {
  if (!isTuple(value, 3)) return false;
  const [id, hash, stage] = value;
  return isId(id) && isHash(hash) && (stage === 'ripe' || stage === 'condemned');
}

function isRange(value: unknown): value is string {
  return typeof value === 'string' && RANGE.test(value);
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && HASH.test(value);
}

function isDigest(value: unknown): boolean {
  return value === '' || isHash(value);
}

/** A kind's letter and the spelling of a key. */
function isId(value: unknown): boolean {
  return typeof value === 'string' && value.length > 1 && (value[0] === 'l' || value[0] === 'v');
}

function isTuple(value: unknown, length: number): value is readonly unknown[] {
  return Array.isArray(value) && value.length === length;
}

function isListOf(value: unknown, check: (element: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(check);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
