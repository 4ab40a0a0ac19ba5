/** Text as it may stand in HTML and SVG. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/**
 * An element. Attributes that are null are left out; numbers are rounded to a tenth, so that a picture does not depend
 * on the last bits of a sum.
 * @param content markup, which is taken as it is
 */
export function element(
  name: string,
  attributes: { readonly [name: string]: string | number | null },
  content = '',
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? rounded(value) : escaped(String(value))}"`)
    .join('');
  return content === '' ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** A number as pictures carry it. */
export function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
