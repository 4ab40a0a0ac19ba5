import { invariant } from '../assert.ts';
import type { Entry } from './events.ts';

/**
 * The replicated log as a value. Indices start at 1, as in the paper; index 0 with term 0 stands before the
 * first entry.
 *
 * A log is a window onto an array that only ever grows, and that many values share: appending costs what is
 * appended, cutting costs nothing, and older values stay valid. When a window that does not end where its
 * array ends is appended to, it gets an array of its own first.
 */
export type Log = {
  /** Shared with other values; only the first `length` entries belong to this one. */
  readonly entries: Entry[];
  readonly length: number;
};

export function emptyLog(): Log {
  return { entries: [], length: 0 };
}

export function logOf(entries: readonly Entry[]): Log {
  return { entries: entries.slice(), length: entries.length };
}

/** The index of the last entry; 0 when there is none. */
export function lastIndex(log: Log): number {
  return log.length;
}

/** The term of the last entry; 0 when there is none. */
export function lastTerm(log: Log): number {
  return termAt(log, log.length);
}

/**
 * The term of the entry at `index`; 0 for index 0.
 * @throws InvariantViolation when the log does not reach `index`
 */
export function termAt(log: Log, index: number): number {
  if (index === 0) return 0;
  return entryAt(log, index).term;
}

/** @throws InvariantViolation when the log has no entry at `index` */
export function entryAt(log: Log, index: number): Entry {
  const entry = index <= log.length ? log.entries[index - 1] : undefined;
  invariant(entry !== undefined, 'an index lies within the log', () => ({ index, lastIndex: log.length }));
  return entry;
}

/** The log with `entries` after its last one. */
export function append(log: Log, entries: readonly Entry[]): Log {
  if (entries.length === 0) return log;
  const array = log.entries.length === log.length ? log.entries : log.entries.slice(0, log.length);
  for (const entry of entries) array.push(entry);
  return { entries: array, length: array.length };
}

/** The log up to and including `index`. */
export function keepThrough(log: Log, index: number): Log {
  return index >= log.length ? log : { entries: log.entries, length: index };
}

/** The entries from `from` to `to`, both included; empty when `from` is past `to`. */
export function slice(log: Log, from: number, to: number): readonly Entry[] {
  invariant(from >= 1 && to <= log.length, 'a slice lies within the log', () => ({
    from,
    to,
    lastIndex: log.length,
  }));
  return log.entries.slice(from - 1, to);
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

/** The first index whose term is `term` or later; `lastIndex + 1` when there is none. Terms never decrease along a log. */
export function firstIndexOfTerm(log: Log, term: number): number {
  let low = 1;
  let high = log.length + 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (termAt(log, middle) >= term) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The last index whose term is exactly `term`; 0 when there is none. */
export function lastIndexOfTerm(log: Log, term: number): number {
  const index = firstIndexOfTerm(log, term + 1) - 1;
  return index > 0 && termAt(log, index) === term ? index : 0;
}

/**
 * Whether a log that ends with (`term`, `index`) is at least as up to date as this one: the later last term
 * wins, then the longer log (paper section 5.4.1).
 */
export function isUpToDate(log: Log, term: number, index: number): boolean {
  const own = lastTerm(log);
  return term > own || (term === own && index >= log.length);
}
