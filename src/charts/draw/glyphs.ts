/**
 * How wide text is, without a browser: the advances of Helvetica, which Arial and Liberation Sans share to the unit.
 * Every line in a drawing is told its width (`textLength`), so another font changes its looks and not the layout.
 */

/** The fonts of a drawing. All but the last have the widths below; the last is close. */
export const FONTS = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', Arimo, sans-serif";

/** Advances of the characters from the space (32) to the tilde (126), in thousandths of the font's size. */
const REGULAR = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
const BOLD = [
  278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278,
  556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584,
  556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556,
  333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];
/** Advances of the other characters that drawings use, in both weights. */
const OTHERS: ReadonlyMap<string, number> = new Map([['›', 333]]);
/** Whatever has no place in the tables is taken to be as wide as any letter. */
const WIDEST = 1015;

/** The width of a text, in pixels, when set at `size` pixels. */
export function widthOf(text: string, size: number, bold: boolean): number {
  const table = bold ? BOLD : REGULAR;
  let sum = 0;
  for (const glyph of text) sum += table[(glyph.codePointAt(0) ?? 0) - 32] ?? OTHERS.get(glyph) ?? WIDEST;
  return (sum * size) / 1000;
}
