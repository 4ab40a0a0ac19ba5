import { itemId } from '../../../machines/gossip/messages.ts';
import { canonical, type Json } from '../../../machines/json.ts';
import type { LwwEntry } from '../../../machines/register/lww-entry.ts';
import type { Slot, Versions } from '../../../machines/register/versions.ts';
import type { Item } from '../../../machines/store/items.ts';

/**
 * A register that nobody asks for is one short text: what its item is made of, as JSON without the names of fields,
 * spelled canonically. A million objects would take several times as much memory as a million texts; and the text is
 * what is hashed, so two nodes hold equal items exactly when their texts are equal.
 *
 * - by timestamps: `[ts,value]`, or `[ts]` for a deletion
 * - by version vectors: for each actor `[actor,count,value,vector]`, or `[actor,count]` when its event is dead
 */
export function spellItem(item: Item): string {
  return item.kind === 'lww' ? spellEntry(item.entry) : spellVersions(item.versions);
}

/** The item of an id and its text. */
export function readItem(id: string, text: string): Item {
  const name = nameOf(id);
  if (kindOf(id) === 'lww') return { kind: 'lww', name, entry: readEntry(text) };
  return { kind: 'vv', name, versions: readVersions(text) };
}

/** An item's id (`itemId`). */
export function idOf({ kind, name }: Item): string {
  return itemId(kind, name);
}

function kindOf(id: string): Item['kind'] {
  return id.startsWith('l') ? 'lww' : 'vv';
}

function nameOf(id: string): string {
  return id.slice(1);
}

export function spellEntry({ ts, deleted, value }: LwwEntry): string {
  return canonical(deleted ? [ts] : [ts, value]);
}

export function readEntry(text: string): LwwEntry {
  const [ts, ...rest] = JSON.parse(text) as readonly [number, ...Json[]];
  const [value] = rest;
  return value === undefined ? { ts, deleted: true, value: null } : { ts, deleted: false, value };
}

type SpelledSlot = readonly [string, number] | readonly [string, number, Json, Json];

export function spellVersions(versions: Versions): string {
  return canonical(
    versions.map(
      ({ actor, count, version }): SpelledSlot =>
        version === null ? [actor, count] : [actor, count, version.value, version.vc],
    ),
  );
}

export function readVersions(text: string): Versions {
  return (JSON.parse(text) as readonly SpelledSlot[]).map(([actor, count, value, vc]): Slot => {
    if (value === undefined) return { actor, count, version: null };
    return { actor, count, version: { value, vc: vc as readonly (readonly [string, number])[] } };
  });
}
