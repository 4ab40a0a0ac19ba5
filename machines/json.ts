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

/**
 * Whether two JSON values are equal, that is, have one spelling: `{"a":1,"b":2}` equals `{"b":2,"a":1}`, and `-0` equals
 * `0`. Nothing is spelled for it, which makes it many times faster than to compare spellings.
 */
export function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i += 1) if (!sameJson(a[i] as Json, b[i] as Json)) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const [one, other] = [a as Members, b as Members];
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  for (const name of names) {
    if (!Object.hasOwn(other, name) || !sameJson(one[name] as Json, other[name] as Json)) return false;
  }
  return true;
}

type Members = { readonly [name: string]: Json };
