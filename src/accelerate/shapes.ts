/**
 * The shapes of contexts and patches: the names of their fields, in order.
 *
 * `Object.assign({}, context, patch)` copies whatever it is given, and takes V8 a quarter of a microsecond for fifteen
 * fields. A literal that names them takes a tenth of that, and is right only if those are the fields. So a program looks
 * first: going through the names of a record costs some 20 ns.
 */

/** So many shapes of patches are told apart; updates return one or two. */
const MOST_SHAPES = 3;
const MOST_KEYS = 100;

/** Notes the shape of a patch. @returns whether it is a new one */
export function noteShape(shapes: (readonly string[])[], patch: unknown): boolean {
  if (shapes.length >= MOST_SHAPES || typeof patch !== 'object' || patch === null) return false;
  const keys = Object.keys(patch);
  if (!isOrdinary(keys) || shapes.some((shape) => isEqual(shape, keys))) return false;
  shapes.push(keys);
  return true;
}

type From = { readonly context: string; readonly keys: readonly string[] };
type Into = {
  readonly patch: string;
  readonly shapes: readonly (readonly string[])[];
  readonly into: string;
};

/**
 * Text that puts the patched context into a variable if context and patch have shapes that are known, and leaves it alone
 * otherwise.
 *
 * @returns the text, and the fields of the context that comes of it as a rule
 */
export function copying(
  { context, keys }: From,
  { patch, shapes, into }: Into,
): { readonly text: string; readonly keys: readonly string[] } {
  const [first = []] = shapes;
  if (!isOrdinary(keys) || shapes.length === 0) return { text: '', keys };
  const copies = shapes.map((shape) => {
    const fields = union(keys, shape).map((key) => {
      const name = JSON.stringify(key);
      return `${name}: ${shape.includes(key) ? patch : context}[${name}]`;
    });
    return `${looking(patch, shape)} if (n === ${shape.length}) ${into} = { ${fields.join(', ')} };`;
  });
  const nested = copies.reduceRight((rest, copy) => (rest === '' ? copy : `${copy} else { ${rest} }`), '');
  const text = `${looking(context, keys)} if (n === ${keys.length}) { ${nested} }`;
  return { text, keys: union(keys, first) };
}

/**
 * Text that counts the fields of a record, as long as they are these in this order. Those that it inherits would come
 * after its own and are not copied: when the last is its own, all are. V8 takes half as long for names that stand in the
 * code as for those of a list.
 */
function looking(record: string, keys: readonly string[]): string {
  const last = keys.length - 1;
  const cases = keys.map((key, i) => {
    const isOwn = i === last ? ` && hasOwn.call(${record}, name)` : '';
    return `case ${i}: if (name === ${JSON.stringify(key)}${isOwn}) continue; break;`;
  });
  return `n = -1; for (const name in ${record}) { n++; switch (n) { ${cases.join(' ')} } n = -2; break; } n++;`;
}

function union(keys: readonly string[], more: readonly string[]): readonly string[] {
  return [...keys, ...more.filter((key) => !keys.includes(key))];
}

/** Names that are numbers come in an order of their own, and `__proto__` in a literal is something else. */
function isOrdinary(keys: readonly string[]): boolean {
  return keys.length <= MOST_KEYS && keys.every((key) => key !== '__proto__' && !/^\d/.test(key));
}

function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, i) => key === b[i]);
}
