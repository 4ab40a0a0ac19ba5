import { excerpt } from './errors.ts';

/**
 * Numbers that a double cannot hold: `9007199254740993` is read as …992, `1e-400` as 0. "Values come back
 * unchanged" is a promise, and two keys that differ only there would silently become one, so such a number is
 * refused. JSON.parse does not tell on Node 20; this looks at the text of the request again, when it has to.
 */

/** Fields whose values are stored or compared, and so must be exact. */
const KEPT_FIELDS: ReadonlySet<string> = new Set(['key', 'value', 'from', 'to', 'echo']);
/** The field that holds entries by their keys: of each, the value is kept. */
const ENTRIES = 'entries';

/**
 * What an inexact number cannot do without: 16 digits, or an exponent of three. (15 significant digits always
 * survive a double.) Ordinary requests have neither, and cost one pass of this expression.
 */
const SUSPICIOUS = /[\d.]{16}|[eE][-+]?\d{3}/;

/** A number that would not come back as it was sent, and the field of the body that holds it. */
export type InexactNumber = { readonly field: string; readonly literal: string };

/**
 * The first number in a message's stored fields that a double cannot hold exactly, or null.
 *
 * @param text a message as JSON text, known to be well-formed
 */
export function inexactNumber(text: string): InexactNumber | null {
  if (!SUSPICIOUS.test(text)) return null;
  // The names under which we are: `names[1]` a member of the message, `names[2]` of its body, then of what is there.
  const names = ['', '', '', '', ''];
  let level = 0;
  let at = 0;
  while (at < text.length) {
    const unit = text.charAt(at);
    if (unit === '"') {
      const end = stringEnd(text, at);
      if (level < names.length && isName(text, end)) names[level] = JSON.parse(text.slice(at, end)) as string;
      at = end;
    } else if (unit === '-' || isDigit(unit)) {
      const end = numberEnd(text, at);
      if (level >= 2 && isKept(names, level) && !isExact(text.slice(at, end))) {
        return { field: names[2] ?? '', literal: text.slice(at, end) };
      }
      at = end;
    } else {
      if (unit === '{' || unit === '[') level += 1;
      else if (unit === '}' || unit === ']') level -= 1;
      at += 1;
    }
  }
  return null;
}

/** Whether what stands under these names is kept as it is. */
function isKept([, part, field = '', , member]: readonly string[], level: number): boolean {
  if (part !== 'body') return false;
  return KEPT_FIELDS.has(field) || (field === ENTRIES && level >= 4 && member === 'value');
}

/** The text of error 12 for such a number. */
export function inexactField({ field, literal }: InexactNumber): string {
  const number = excerpt(literal).slice(1, -1);
  return `field "${field}" must hold numbers that a double can hold, not ${number} (it would come back as ${Number(literal)}); send it as a string`;
}

/** Whether a number, written again from a double, has the value that its literal has. */
function isExact(literal: string): boolean {
  const written = String(Number(literal));
  return written === literal || decimal(written) === decimal(literal);
}

/** One spelling for each decimal value: sign, significant digits, exponent. */
function decimal(literal: string): string {
  const negative = literal.startsWith('-');
  const [mantissa = '', exponent = '0'] = literal
    .slice(negative ? 1 : 0)
    .toLowerCase()
    .split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  let start = 0;
  let end = digits.length;
  while (start < end && digits[start] === '0') start += 1;
  if (start === end) return '0';
  while (digits[end - 1] === '0') end -= 1;
  const scale = Number(exponent) - fraction.length + (digits.length - end);
  return `${negative ? '-' : ''}${digits.slice(start, end)}e${scale}`;
}

/** The place after a string that starts at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Whether what ends at `end` is a member's name: a colon follows. */
function isName(text: string, end: number): boolean {
  let at = end;
  while (' \t\n\r'.includes(text.charAt(at)) && at < text.length) at += 1;
  return text[at] === ':';
}

function numberEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && (isDigit(text.charAt(at)) || '+-.eE'.includes(text.charAt(at)))) at += 1;
  return at;
}

function isDigit(unit: string): boolean {
  return unit >= '0' && unit <= '9';
}
