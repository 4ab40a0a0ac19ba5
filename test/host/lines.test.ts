import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter, type Line } from '../../src/host/lines.ts';

function splitter(limitBytes = 1024) {
  const warnings: string[] = [];
  return { ...createLineSplitter({ limitBytes, warn: (text) => warnings.push(text) }), warnings };
}

/** All lines of an input that is given in chunks of the given sizes, over and over. */
function splitInto(input: Uint8Array, sizes: readonly number[], limitBytes?: number) {
  const { push, end, warnings } = splitter(limitBytes);
  const lines: Line[] = [];
  for (let at = 0, turn = 0; at < input.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    // A chunk of its own memory, overwritten after use: nothing may hold on to it.
    const chunk = Uint8Array.from(input.subarray(at, at + size));
    lines.push(...push(chunk));
    chunk.fill(0x3f);
    at += size;
  }
  return { lines: [...lines, ...end()], warnings };
}

const texts = (lines: readonly Line[]) => lines.map((line) => line.text);
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
const text = fc.string({ unit: 'grapheme', maxLength: 60 }).map((s) => s.replace(/[\r\n\u2028]/g, '·'));

describe('splitting bytes into lines', () => {
  it('yields the same lines however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(text),
        sizes,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (lines, cut, eol, last) => {
          const input = Buffer.from(lines.map((line) => line + eol).join('') + (last ? 'last' : ''));
          const expected = last ? [...lines, 'last'] : lines;
          const result = splitInto(input, cut);
          expect(texts(result.lines)).toEqual(expected);
          expect(result.lines.map((line) => line.bytes)).toEqual(
            expected.map((line) => Buffer.byteLength(line)),
          );
          expect(result.warnings).toEqual([]);
        },
      ),
    );
  });

  it('discards exactly the lines beyond the limit, with one warning each, however the bytes are cut', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 90 }));
    fc.assert(
      fc.property(lengths, fc.oneof(sizes, fc.constant([1000])), (list, cut) => {
        const lines = list.map((length, i) => String(i % 10).repeat(length));
        const { lines: found, warnings } = splitInto(
          Buffer.from(lines.map((l) => `${l}\n`).join('')),
          cut,
          50,
        );
        expect(texts(found)).toEqual(lines.filter((line) => line.length <= 50));
        expect(warnings).toEqual(
          lines.filter((line) => line.length > 50).map(() => 'passed over a line of more than 50 bytes'),
        );
      }),
    );
  });

  it('returns all lines of one chunk together', () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `{"n":${i}}`);
    expect(texts(splitter().push(Buffer.from(`${lines.join('\n')}\nrest`)))).toEqual(lines);
  });

  it('gives no last line when the input ends with a terminator, or inside a line that is too long', () => {
    expect(splitInto(Buffer.from('a\n'), [3]).lines).toHaveLength(1);
    const { lines, warnings } = splitInto(Buffer.from(`a\n${'x'.repeat(99)}`), [7], 50);
    expect(texts(lines)).toEqual(['a']);
    expect(warnings).toHaveLength(1);
  });

  it('does not read bytes that are not UTF-8 as something else', () => {
    const bad = Buffer.from([0x22, 0xff, 0x22, 0x0a]);
    const good = Buffer.from('"\ufffd"\n');
    const { lines, warnings } = splitInto(Buffer.concat([bad, good]), [2]);
    expect(texts(lines)).toEqual(['"\ufffd"']);
    expect(warnings).toEqual(['passed over a line of 3 bytes that is not UTF-8']);
  });

  it('takes linear time for a huge line in small chunks', () => {
    const { push } = splitter(16 * 1024 * 1024);
    const chunk = Buffer.alloc(256, 0x61);
    const started = process.hrtime.bigint();
    // 16 MiB in 65,536 chunks: a quadratic splitter would move half a terabyte.
    for (let i = 0; i < 65_536; i++) push(chunk);
    const [line] = push(Buffer.from('\n'));
    expect(line?.bytes).toBe(16 * 1024 * 1024);
    expect(Number(process.hrtime.bigint() - started) / 1e9).toBeLessThan(5);
  });

  it('holds nothing of a line that is discarded', () => {
    const { push, end, warnings } = splitter(1024 * 1024);
    const chunk = Buffer.alloc(64 * 1024, 0x61);
    push(chunk);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 4096; i++) push(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
    expect(texts(push(Buffer.from('\nafter\n')))).toEqual(['after']);
    expect(end()).toEqual([]);
    expect(warnings).toHaveLength(1);
  });
});
