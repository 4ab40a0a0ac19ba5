import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DigestTrie } from '../../../src/actors/gossip/digest-trie.ts';
import { hashItem, placeOf, spellLanes } from '../../../src/actors/gossip/hash.ts';
import { collidingIds } from '../../support/colliding-ids.ts';

/** What the trie computes as it goes, computed from nothing: the sum of the hashes of all that is in a range. */
function naiveDigest(items: ReadonlyMap<string, string>, range: string): string {
  let high = 0;
  let low = 0;
  let count = 0;
  for (const [id, text] of items) {
    if (!(placeOf(id) >>> 0).toString(16).padStart(8, '0').startsWith(range)) continue;
    const [h, l] = hashItem(id, text);
    high = (high + h) | 0;
    low = (low + l) | 0;
    count += 1;
  }
  return count === 0 ? '' : spellLanes([high, low]);
}

const DIGITS = [...'0123456789abcdef'];

/** The trie says of every range what the map says. */
function expectSame(trie: DigestTrie, items: ReadonlyMap<string, string>, ranges: readonly string[]): void {
  expect(trie.size).toBe(items.size);
  expect(new Map(trie.entries())).toEqual(items);
  for (const range of ranges) {
    expect(trie.digest(range), range).toBe(naiveDigest(items, range));
    const within = [...items].filter(([id]) => naiveDigest(new Map([[id, '']]), range) !== '');
    expect(trie.count(range), range).toBe(within.length);
    expect(new Map(trie.entries(range)), range).toEqual(new Map(within));
    if (range.length < 8) {
      expect(trie.digests(range)).toEqual(DIGITS.map((digit) => naiveDigest(items, range + digit)));
    }
  }
  for (const [id, text] of items) expect(trie.get(id)).toBe(text);
  expect(trie.get('nobody')).toBeNull();
}

/** Ids and texts as they come, lone surrogates and names of Object's prototype among them. */
const anyId = fc.oneof(
  fc.nat(400).map((n) => `l"${n}"`),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('l"__proto__"', 'v"__proto__"', '', '\ud800', '\udc00', '\ud800\udc00', 'constructor'),
);
const anyChange = fc.oneof(
  { weight: 3, arbitrary: fc.record({ id: anyId, text: fc.string({ maxLength: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ id: anyId, text: fc.constant(null) }) },
);
const anyRange = fc.array(fc.constantFrom(...DIGITS), { maxLength: 8 }).map((digits) => digits.join(''));

describe('the trie of digests', () => {
  it('says of every range what a sum over all items says, whatever came and went', () => {
    fc.assert(
      fc.property(
        fc.array(anyChange, { maxLength: 200, size: 'max' }),
        fc.array(anyRange, { maxLength: 5 }),
        (changes, ranges) => {
          const trie = new DigestTrie();
          const items = new Map<string, string>();
          for (const { id, text } of changes) {
            if (text === null) {
              trie.delete(id);
              items.delete(id);
            } else {
              trie.set(id, text);
              items.set(id, text);
            }
          }
          const places = [...items.keys()].slice(0, 3).map((id) => placeOf(id) >>> 0);
          const near = places.flatMap((place) =>
            [1, 2, 8].map((length) => place.toString(16).padStart(8, '0').slice(0, length)),
          );
          expectSame(trie, items, ['', ...near, ...ranges]);
        },
      ),
      { seed: 1, numRuns: 40 },
    );
  });

  it('divides and joins with hysteresis, and comes back to nothing', () => {
    const trie = new DigestTrie();
    const items = new Map<string, string>();
    const ids = Array.from({ length: 3000 }, (_, i) => `v${JSON.stringify(`key ${i}`)}`);
    for (const id of ids) {
      trie.set(id, `[${id.length}]`);
      items.set(id, `[${id.length}]`);
    }
    expectSame(trie, items, ['', '0', '7f', 'abc', '12345678']);
    for (const id of ids.slice(0, 2990)) {
      trie.delete(id);
      items.delete(id);
    }
    expectSame(trie, items, ['', ...DIGITS, '7f']);
    for (const id of ids) trie.delete(id);
    expectSame(trie, new Map(), ['', '0', '12345678']);
  });

  it('does not depend on the order in which items came, nor on what was there in between', () => {
    const ids = Array.from({ length: 500 }, (_, i) => `l${i}`);
    const build = (order: readonly string[], detour: boolean) => {
      const trie = new DigestTrie();
      if (detour) for (const id of order) trie.set(`x${id}`, 'gone');
      for (const id of order) trie.set(id, detour ? 'before' : id);
      for (const id of order) trie.set(id, id);
      if (detour) for (const id of order) trie.delete(`x${id}`);
      return trie;
    };
    const [there, back] = [build(ids, false), build(ids.toReversed(), true)];
    for (const range of ['', ...DIGITS]) {
      expect(there.digest(range)).toBe(back.digest(range));
      expect(there.digests(range)).toEqual(back.digests(range));
    }
  });

  it('holds ids whose hashes are equal to the last digit, more of them than a leaf should have', () => {
    const { range, ids } = collidingIds(6);
    const trie = new DigestTrie();
    const items = new Map<string, string>();
    for (const id of [...ids, 'l"1"', 'l"2"']) {
      trie.set(id, 'x');
      items.set(id, 'x');
    }
    expect([ids.length, trie.count(range)]).toEqual([64, 64]);
    expectSame(trie, items, ['', range, range.slice(0, 4)]);
    for (const id of ids.slice(0, 60)) {
      trie.delete(id);
      items.delete(id);
    }
    expectSame(trie, items, ['', range, range.slice(0, 7)]);
  });
});
