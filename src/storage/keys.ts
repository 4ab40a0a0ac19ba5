import type { Key } from './engine.ts';
import { sha256Hex } from './sha256.ts';

/**
 * How records are named. A key is made of a letter for the kind of record and of fields that keep their order as bytes:
 *
 * - `B` slot copy: the superblock
 * - `L` first last batch: entries of the log that were written together
 * - `S` generation name 0x01 batch: an item of the state
 * - `I` name 0x01 batch: an item of the conflict store
 *
 * The batch is the one in which the record was written. So nothing that was acknowledged is ever overwritten: what is
 * new has a key of its own, and what it replaces goes in a later batch.
 */

/** A number takes seven bytes of seven bits; the upper bit is set, so that none of them ends a name. */
const DIGITS = 7;
const MAX_NUMBER = 2 ** 49 - 1;
const NUMBERS_END = '\xff'.repeat(DIGITS);
const NAME_END = '\x01';
/** Just above everything of a name. */
const NAME_PAST = '\x02';
/** Names above this many bytes are cut, and end in a hash of the whole; the record has all of the name. */
const MAX_NAME_BYTES = 400;
const KEPT_BYTES = 320;
/** What no escaped name contains. */
const CUT = '\x02\x05';

const utf8 = new TextEncoder();

/**
 * @param value a whole number from 0 to 2^49 - 1
 * @throws RangeError for any other
 */
export function numberField(value: number): string {
  if (!(value >= 0 && value <= MAX_NUMBER)) throw new RangeError(`${value} does not fit into a key`);
  const high = Math.floor(value / 2 ** 28);
  return String.fromCharCode(
    0x80 | (high >>> 14),
    0x80 | ((high >>> 7) & 0x7f),
    0x80 | (high & 0x7f),
    0x80 | ((value / 2 ** 21) & 0x7f),
    0x80 | ((value >>> 14) & 0x7f),
    0x80 | ((value >>> 7) & 0x7f),
    0x80 | (value & 0x7f),
  );
}

function numberAt(key: Key, place: number): number {
  let value = 0;
  for (let i = place; i < place + DIGITS; i += 1) value = value * 128 + (key.charCodeAt(i) & 0x7f);
  return value;
}

export type Slot = 0 | 1;

export function superblockKey(slot: Slot, copy: Slot): Key {
  return `B${slot}${copy}`;
}

/** Of the entries from `first` to `last`, both included. */
export function logKey(first: number, last: number, batch: number): Key {
  return `L${numberField(first)}${numberField(last)}${numberField(batch)}`;
}

/** Every record of the log whose first entry is one from `first` to `last`, both included. */
export function logRange(first: number, last: number): KeyRange {
  return { from: `L${numberField(first)}`, to: `L${numberField(last)}${NUMBERS_END}\xff` };
}

/** A table of named items: the items of the conflict store, or of one generation of the state. */
export type TableName = string;
export const STORE: TableName = 'I';
export function stateTable(generation: number): TableName {
  return `S${numberField(generation)}`;
}

/** All that was ever written of a generation of the state. */
export function wholeGeneration(generation: number): { readonly range: KeyRange; readonly below: number } {
  return { range: following(stateTable(generation), null), below: Number.POSITIVE_INFINITY };
}

export type KeyRange = { readonly from: Key; readonly to: Key };

/** Where all versions of an item are. */
export function versionsOf(table: TableName, name: string): KeyRange {
  const place = table + nameField(name);
  return { from: place + NAME_END, to: place + NAME_PAST };
}

export function itemKey(versions: KeyRange, batch: number): Key {
  return versions.from + numberField(batch);
}

/** All that follows every version of `name`; the whole table for null. */
export function following(table: TableName, name: string | null): KeyRange {
  return {
    from: name === null ? table : versionsOf(table, name).to,
    to: `${table}\xff`,
  };
}

/** Everything of a kind of record. */
export function allOf(kind: 'B' | 'L' | 'S' | 'I'): KeyRange {
  return { from: kind, to: String.fromCharCode(kind.charCodeAt(0) + 1) };
}

/** The batch in which a record of the log or of a table was written. */
export function batchOf(key: Key): number {
  return numberAt(key, key.length - DIGITS);
}

/** A key without its batch: equal for all versions of an entry or item. */
export function placeOf(key: Key): string {
  return key.slice(0, -DIGITS);
}

/** The indices of the first and the last entry of a record of the log. */
export function firstOf(key: Key): number {
  return numberAt(key, 1);
}
export function lastOf(key: Key): number {
  return numberAt(key, 1 + DIGITS);
}

export function generationOf(key: Key): number {
  return numberAt(key, 1);
}

const LOG_KEY = /^L[\x80-\xff]{21}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the bytes below 3 are what keys are built with.
const ITEM_KEY = /^(?:S[\x80-\xff]{7}|I)[\x02-\xff]*\x01[\x80-\xff]{7}$/;

/** Whether a key is one that this format makes. */
export function isKey(key: Key): boolean {
  return LOG_KEY.test(key) || ITEM_KEY.test(key) || /^B[01][01]$/.test(key);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the bytes below 3 are what keys are built with.
const PLAIN = /^[\x03-\x7f]*$/;

/** A name as bytes that are in the order of its code units, none of them 0 or 1. */
function nameField(name: string): string {
  const field = PLAIN.test(name) ? name : escaped(name);
  if (field.length <= MAX_NAME_BYTES) return field;
  return `${field.slice(0, KEPT_BYTES)}${CUT}${sha256Hex(utf8.encode(field))}`;
}

/** Code units as UTF-8 spells code points, surrogates included; and 0, 1 and 2 as two bytes, the first of them 2. */
function escaped(name: string): string {
  let field = '';
  for (let i = 0; i < name.length; i += 1) {
    const unit = name.charCodeAt(i);
    if (unit < 3) field += String.fromCharCode(2, 2 + unit);
    else if (unit < 0x80) field += name[i];
    else if (unit < 0x800) field += String.fromCharCode(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else {
      field += String.fromCharCode(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
    }
  }
  return field;
}
