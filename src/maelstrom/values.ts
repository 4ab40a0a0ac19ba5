import type { Json } from '../../machines/json.ts';

/**
 * Which JSON values the system can hold and give back unchanged. Two kinds cannot be: a number that overflows a
 * double (`1e999` is read as Infinity and would come back as null), and a value nested so deep that writing it
 * would overflow the stack. (JSON.stringify on Node 20 fails between 4,000 and 5,000 levels; JSON.parse does not.)
 */

/** How deep arrays and objects may be nested in a key or a value: `1` is level 0, `[]` is level 1. */
export const MAX_LEVELS = 512;

/** What a storable value is, in words that complete "must be …". */
export const STORABLE = `any JSON value of at most ${MAX_LEVELS} levels and finite numbers`;

/** Why a parsed JSON value cannot be held, in words that complete "not …"; null when it can. */
export function storageFault(value: unknown): string | null {
  return faultWithin(value, MAX_LEVELS);
}

/** Whether a parsed JSON value can be held. A value that is missing (undefined) cannot. */
export function isStorable(value: unknown): value is Json {
  return value !== undefined && faultWithin(value, MAX_LEVELS) === null;
}

function faultWithin(value: unknown, levels: number): string | null {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? null : 'a number beyond 1.8e308';
  }
  if (typeof value !== 'object' || value === null) return null;
  if (levels === 0) return `one nested deeper than ${MAX_LEVELS} levels`;
  // Object.values covers a member named "__proto__" like any other: JSON.parse makes it an own property.
  for (const part of Array.isArray(value) ? value : Object.values(value)) {
    const fault = faultWithin(part, levels - 1);
    if (fault !== null) return fault;
  }
  return null;
}

/** The deepest nesting of a line that is read at all. */
export const MAX_LINE_LEVELS = 1_000_000;

/**
 * Whether a line opens more brackets at once than a reader should follow: 16 MiB of `[` cost JSON.parse seconds
 * and a gigabyte. A line no longer than the limit cannot, so ordinary lines cost nothing.
 */
export function nestsTooDeep(text: string): boolean {
  if (text.length <= MAX_LINE_LEVELS) return false;
  let levels = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (inString) {
      if (unit === BACKSLASH) at += 1;
      else if (unit === QUOTE) inString = false;
    } else if (unit === QUOTE) inString = true;
    else if (unit === OPEN_ARRAY || unit === OPEN_OBJECT) {
      levels += 1;
      if (levels > MAX_LINE_LEVELS) return true;
    } else if (unit === CLOSE_ARRAY || unit === CLOSE_OBJECT) levels -= 1;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
