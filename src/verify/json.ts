import type { Json } from './history.ts';

/**
 * The one spelling of a JSON value: two values are equal exactly when their spellings are. It is itself JSON.
 * The judge has its own, so that a fault in the judged program's idea of equality cannot hide itself.
 */
export function spelling(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(spelling).join(',')}]`;
  const members = Object.entries(value as { readonly [name: string]: Json })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${spelling(member)}`);
  return `{${members.join(',')}}`;
}

const SHOWN_LENGTH = 80;

/** A value for a human's eye: on one line, and cut when it is long. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH - 1)}…`;
}
