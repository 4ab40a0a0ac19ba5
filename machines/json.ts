/** A value that JSON can carry: what clients store, and what keys are made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * The one spelling of a JSON value, so that two values are equal exactly when their spellings are.
 * Object members are sorted by name; `1` and `1.0` are one number; `"1"` and `1` are two values.
 * (The idea of RFC 8785, without its byte-exact numbers: JavaScript's own spelling is used on every node.)
 *
 * @param value any JSON value, nested no deeper than the codec lets in
 */
export function canonical(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const object = value as { readonly [name: string]: Json };
  const members = Object.keys(object)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(object[name] as Json)}`);
  return `{${members.join(',')}}`;
}

/** Whether two JSON values are equal: `{"a":1,"b":2}` equals `{"b":2,"a":1}`, and `-0` equals `0`. */
export function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  return canonical(a) === canonical(b);
}
