import { invariant } from '../assert.ts';
import type { Entry } from './events.ts';

/** The entry before the first one that a log still has. What was before it was compacted away (paper section 7). */
export type LogBase = { readonly index: number; readonly term: number };

/** A log from which nothing was compacted away: index 0 with term 0 stands before the first entry, as in the paper. */
export const NO_BASE: LogBase = { index: 0, term: 0 };

/**
 * The replicated log as a value. Indices start at 1, as in the paper, and go on counting when the first entries are
 * compacted away: the log then begins after its base, of which only index and term are known.
 *
 * A log is a window onto an array that only ever grows, and that many values share: appending costs what is
 * appended, cutting costs nothing, and older values stay valid. When a window that does not end where its
 * array ends is appended to, it gets an array of its own first. Compaction copies what it keeps, which is little.
 */
export type Log = {
  readonly base: LogBase;
  /** Shared with other values: the first one stands at `base.index + 1`, and those past `length` belong to others. */
  readonly entries: Entry[];
  /** The index of the last entry; the base's when there is none. */
  readonly length: number;
};

export function emptyLog(base: LogBase = NO_BASE): Log {
  return { base, entries: [], length: base.index };
}

/** The log whose entries after `base` are these. */
export function logOf(entries: readonly Entry[], base: LogBase = NO_BASE): Log {
  return { base, entries: entries.slice(), length: base.index + entries.length };
}

/**
 * The log without its entries up to and including `through`, which becomes its base.
 * @throws InvariantViolation when `through` is not in the log
 */
export function compact(log: Log, through: number): Log {
  if (through === log.base.index) return log;
  const base = { index: through, term: entryAt(log, through).term };
  return {
    base,
    entries: log.entries.slice(through - log.base.index, log.length - log.base.index),
    length: log.length,
  };
}

/** The index of the last entry; the base's when there is none. */
export function lastIndex(log: Log): number {
  return log.length;
}

/** The term of the last entry; the base's when there is none. */
export function lastTerm(log: Log): number {
  return termAt(log, log.length);
}

/**
 * The term of the entry at `index`, or of the base; 0 for index 0, which stands before every log.
 * @throws InvariantViolation when `index` lies below the base or past the end
 */
export function termAt(log: Log, index: number): number {
  if (index === log.base.index) return log.base.term;
  return index === 0 ? 0 : entryAt(log, index).term;
}

/** @throws InvariantViolation when the log has no entry at `index`, or none any more */
export function entryAt(log: Log, index: number): Entry {
  const entry = index <= log.length ? log.entries[index - log.base.index - 1] : undefined;
  invariant(entry !== undefined, 'an index lies within the log', () => describe(log, { index }));
  return entry;
}

/** The log with `entries` after its last one. */
export function append(log: Log, entries: readonly Entry[]): Log {
  if (entries.length === 0) return log;
  const { base } = log;
  const own = log.length - base.index;
  const array = log.entries.length === own ? log.entries : log.entries.slice(0, own);
  for (let i = 0; i < entries.length; i += 1) array.push(entries[i] as Entry);
  return { base, entries: array, length: base.index + array.length };
}

/**
 * The log up to and including `index`.
 * @throws InvariantViolation when `index` lies below the base
 */
export function keepThrough(log: Log, index: number): Log {
  invariant(index >= log.base.index, 'what was compacted away is never cut', () => describe(log, { index }));
  return index >= log.length ? log : { base: log.base, entries: log.entries, length: index };
}

/** The entries from `from` to `to`, both included; empty when `from` is past `to`. */
export function slice(log: Log, from: number, to: number): readonly Entry[] {
  const { index } = log.base;
  if (from > to) return NOTHING;
  invariant(from > index && to <= log.length, 'a slice lies within the log', () =>
    describe(log, { from, to }),
  );
  return log.entries.slice(from - index - 1, to - index);
}

const NOTHING: readonly Entry[] = [];

function describe({ base, length }: Log, asked: object): object {
  return { ...asked, base: base.index, lastIndex: length };
}

/** About how many bytes the entries from `from` to `to` take on the wire, both included. */
export function bytesOf(log: Log, from: number, to: number): number {
  let bytes = 0;
  for (let index = from; index <= to; index += 1) bytes += entryAt(log, index).bytes;
  return bytes;
}

/**
 * The last index at or below `through` of a message that starts at `from` and holds about `maxBytes`: always at
 * least one entry, so that an entry above the limit travels alone instead of never.
 */
export function chunkEnd(log: Log, from: number, through: number, maxBytes: number): number {
  let bytes = entryAt(log, from).bytes;
  let end = from;
  while (end < through) {
    bytes += entryAt(log, end + 1).bytes;
    if (bytes > maxBytes) break;
    end += 1;
  }
  return end;
}

/**
 * The first index after the base whose term is `term` or later; `lastIndex + 1` when there is none. Terms never
 * decrease along a log.
 */
export function firstIndexOfTerm(log: Log, term: number): number {
  let low = log.base.index + 1;
  let high = log.length + 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (termAt(log, middle) >= term) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The last index whose term is exactly `term`, be it the base's; 0 when there is none that the log still knows. */
export function lastIndexOfTerm(log: Log, term: number): number {
  const index = firstIndexOfTerm(log, term + 1) - 1;
  return termAt(log, index) === term ? index : 0;
}

/**
 * Whether a log that ends with (`term`, `index`) is at least as up to date as this one: the later last term
 * wins, then the longer log (paper section 5.4.1).
 */
export function isUpToDate(log: Log, term: number, index: number): boolean {
  const own = lastTerm(log);
  return term > own || (term === own && index >= log.length);
}
