import { widthOf } from './glyphs.ts';

/** Text in several voices, broken into lines that fit a width. */

/** What a piece of text is. The style sheet of a drawing has a rule for each. */
export type Voice = 'name' | 'event' | 'guard' | 'update' | 'effect' | 'note' | 'mark';

export type Span = { readonly voice: Voice; readonly text: string };

export type Line = {
  readonly spans: readonly Span[];
  /** Pixels from the left edge of the block. */
  readonly indent: number;
  /** Pixels, without the indent. */
  readonly width: number;
};

/** Lines under each other, with the size that they take, in pixels. */
export type Block = { readonly lines: readonly Line[]; readonly width: number; readonly height: number };

const SIZES: { readonly [voice in Voice]: number } = {
  name: 14,
  event: 12,
  guard: 12,
  update: 12,
  effect: 12,
  note: 11.5,
  mark: 12,
};
const BOLD: ReadonlySet<Voice> = new Set(['name', 'event']);

export const LINE_HEIGHT = 15;

/** The font of a voice: its size in pixels, and its weight. */
export function fontOf(voice: Voice): { readonly size: number; readonly bold: boolean } {
  return { size: SIZES[voice], bold: BOLD.has(voice) };
}

/** The width of spans on one line, in pixels. */
export function measure(spans: readonly Span[]): number {
  return spans.reduce((sum, { voice, text }) => {
    const { size, bold } = fontOf(voice);
    return sum + widthOf(text, size, bold);
  }, 0);
}

/**
 * Sets words into lines no wider than `room` pixels; a word that is wider alone has a line of its own. Every line
 * but the first is indented.
 * @param words each of them spans that stay together; a space is set between two words
 */
export function flow(words: readonly (readonly Span[])[], room: number, indent = 0): Block {
  const lines: { spans: Span[]; indent: number }[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    const longer = last === undefined ? [] : joined([...last.spans, ...spaced(word)]);
    if (last !== undefined && last.indent + measure(longer) <= room) last.spans = longer;
    else lines.push({ spans: joined(word), indent: lines.length === 0 ? 0 : indent });
  }
  return stack(lines.map((line) => block([{ ...line, width: measure(line.spans) }])));
}

/** Like `flow`, with lines of about one length: the last is no lonely word. */
export function balanced(words: readonly (readonly Span[])[], room: number): Block {
  const widest = flow(words, room);
  let best = widest;
  for (let narrower = room; narrower > room / 2; narrower -= 4) {
    const next = flow(words, narrower);
    if (next.lines.length > widest.lines.length) break;
    best = next;
  }
  return best;
}

/** Blocks under each other. */
export function stack(blocks: readonly Block[]): Block {
  return block(blocks.flatMap(({ lines }) => lines));
}

function block(lines: readonly Line[]): Block {
  const width = Math.max(0, ...lines.map((line) => line.indent + line.width));
  return { lines, width, height: lines.length * LINE_HEIGHT };
}

/** Words of plain text in one voice. */
export function words(voice: Voice, text: string): Span[][] {
  return text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => [{ voice, text: word }]);
}

function spaced(word: readonly Span[]): Span[] {
  const [first, ...rest] = word;
  return first === undefined ? [] : [{ voice: 'mark', text: ' ' }, first, ...rest];
}

/** Neighbours of one voice become one span; the space between them is theirs. */
function joined(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const [place, span] of spans.entries()) {
    const last = all.at(-1);
    const isGap = span.text === ' ' && spans[place + 1]?.voice === last?.voice;
    if (last !== undefined && (last.voice === span.voice || isGap)) {
      all[all.length - 1] = { voice: last.voice, text: last.text + span.text };
    } else all.push(span);
  }
  return all;
}
