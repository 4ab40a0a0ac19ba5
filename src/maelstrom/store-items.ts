import { MAX_TIMESTAMP_SECONDS } from '../../machines/clocks/wall.ts';
import { MAX_COUNT } from '../../machines/register/owner.ts';
import { isStorable } from './values.ts';

/** The shape of what nodes of the conflict store send each other, checked by hand as all messages between nodes are. */

type Fields = { readonly [name: string]: unknown };

/** Whether a value is an item (machines/store/items.ts). */
export function isItem(value: unknown): boolean {
  if (!isFields(value) || typeof value.name !== 'string') return false;
  if (value.kind === 'lww') return isEntry(value.entry);
  return value.kind === 'vv' && isOrdered(value.versions, ({ actor }) => actor, isSlot);
}

function isEntry(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { ts, deleted } = value;
  if (typeof ts !== 'number' || !(ts >= 0 && ts <= MAX_TIMESTAMP_SECONDS)) return false;
  return deleted === true ? value.value === null : deleted === false && isStorable(value.value);
}

function isSlot(slot: Fields): boolean {
  if (!isCount(slot.count)) return false;
  const { version } = slot;
  if (version === null) return true;
  return isFields(version) && isStorable(version.value) && isOrdered(version.vc, ([actor]) => actor, isPair);
}

function isPair(pair: Fields): boolean {
  return Array.isArray(pair) && pair.length === 2 && isCount(pair[1]);
}

/** Whether a list has at least one element, each as it should be, and in ascending order of their actors' names. */
function isOrdered(
  list: unknown,
  actorOf: (element: Fields & readonly unknown[]) => unknown,
  holds: (element: Fields) => boolean,
): boolean {
  if (!Array.isArray(list) || list.length === 0) return false;
  let before: string | null = null;
  for (const element of list) {
    if (typeof element !== 'object' || element === null || !holds(element as Fields)) return false;
    const actor = actorOf(element as Fields & readonly unknown[]);
    if (typeof actor !== 'string' || (before !== null && before >= actor)) return false;
    before = actor;
  }
  return true;
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_COUNT;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
