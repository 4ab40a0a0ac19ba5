/** How the words of an error or a warning are put together: the field, the offending value, what is allowed. */

/** The longest piece of a client's own text that an error or a warning repeats, in UTF-16 units. */
const EXCERPT_LENGTH = 60;

/** A short, quoted excerpt of text that came from outside. */
export function excerpt(text: string): string {
  return JSON.stringify(text.length <= EXCERPT_LENGTH ? text : `${text.slice(0, EXCERPT_LENGTH)}…`);
}

/**
 * A value of unknown size in a few words. Never walks into arrays and objects: they may be larger than memory
 * allows to print, or nested deeper than the stack.
 */
export function inBrief(value: unknown): string {
  if (typeof value === 'string') return excerpt(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  // String, not JSON.stringify: a number beyond the range of a double reads "Infinity", not "null".
  return String(value);
}

/** The text of error 12 for a field that is there and wrong. `allowed` completes "must be …", `found` "not …". */
export function wrongField(field: string, allowed: string, found: string): string {
  return `field "${field}" must be ${allowed}, not ${found}`;
}

/** The text of error 12 for a field that is not there. `allowed` completes "must be …". */
export function missingField(field: string, allowed: string): string {
  return `field "${field}" is missing: it must be ${allowed}`;
}

/** The text of error 10. */
export function unknownType(type: string, workload: string, known: readonly string[]): string {
  return `unknown type ${excerpt(type)}: with --workload ${workload} this node knows ${known.join(', ')}`;
}
