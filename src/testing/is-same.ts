/**
 * Whether two values are the same data: numbers, texts, lists and plain objects, to any depth. What is one and the
 * same object is not looked into.
 */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  const [left, right] = [a as Fields, b as Fields];
  return names.every((name) => Object.hasOwn(right, name) && isSame(left[name], right[name]));
}

type Fields = { readonly [name: string]: unknown };
