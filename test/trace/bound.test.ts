import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { append, compact, emptyLog, keepThrough } from '../../machines/raft/log.ts';
import { bounded, boundedFields } from '../../src/trace/bound.ts';

/** 200 values of at most 200 characters, their names, and what stands between them. */
const MOST_CHARACTERS = 200 * 500;

describe('bounded', () => {
  it('leaves alone what is small', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ maxLength: 20 }),
          fc.oneof(fc.integer(), fc.string({ maxLength: 50 }), fc.boolean()),
          {
            maxKeys: 8,
          },
        ),
        (value) => {
          expect(bounded(value)).toEqual(value);
        },
      ),
    );
  });

  it('makes anything small, and JSON', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 9, maxKeys: 60, withBigInt: true, withMap: true }), (value) => {
        const text = JSON.stringify(bounded(value));
        expect(text.length).toBeLessThan(MOST_CHARACTERS);
        expect(bounded(value)).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  it('says what it has left out', () => {
    expect(bounded('x'.repeat(5000))).toBe(`${'x'.repeat(160)}… (5000 characters)`);
    expect(bounded(Array.from({ length: 100 }, (_, i) => i))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, '… 92 more']);
    const wide = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}`, i]));
    expect(boundedFields(wide)['…']).toBe('18 more fields');
  });

  it('ends with a value that grows in every direction', () => {
    const grow = (depth: number): unknown =>
      depth === 0
        ? 'leaf'
        : Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, grow(depth - 1)]));
    expect(JSON.stringify(bounded(grow(3))).length).toBeLessThan(MOST_CHARACTERS);
  });

  it('tells a log by its length and its last entries, not by what others have in the same array', () => {
    const entry = (term: number) => ({ term, op: null, origin: null, number: 0, bytes: 64 });
    const longer = append(emptyLog(), [1, 1, 1, 2, 2, 9].map(entry));
    expect(bounded(keepThrough(longer, 5))).toEqual({ length: 5, last: [1, 2, 2].map(entry) });
    expect(bounded(compact(keepThrough(longer, 5), 3))).toEqual({ length: 5, last: [2, 2].map(entry) });
  });

  it('keeps a field that is called __proto__', () => {
    const told = JSON.stringify(bounded(JSON.parse('{"__proto__":{"x":1},"constructor":2}')));
    expect(told).toBe('{"__proto__":{"x":1},"constructor":2}');
  });
});
