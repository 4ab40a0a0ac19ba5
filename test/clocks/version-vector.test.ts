import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compare,
  countOf,
  covers,
  EMPTY_VECTOR,
  increment,
  join,
  type VersionVector,
  vectorOf,
  vectorToObject,
} from '../../machines/clocks/version-vector.ts';

const ACTORS = ['', '__proto__', 'constructor', 'n1', '\ud800', '\udc00'];
const vectors: fc.Arbitrary<VersionVector> = fc
  .array(fc.tuple(fc.constantFrom(...ACTORS), fc.integer({ min: 1, max: 3 })))
  .map((entries) => vectorOf(entries));
const law = (property: fc.IPropertyWithHooks<[VersionVector, VersionVector, VersionVector]>) =>
  fc.assert(property, { seed: 4 });

describe('version vectors', () => {
  it('join commutatively, associatively and idempotently, to the least vector that covers both', () => {
    law(
      fc.property(vectors, vectors, vectors, (a, b, c) => {
        expect(join(a, b)).toEqual(join(b, a));
        expect(join(join(a, b), c)).toEqual(join(a, join(b, c)));
        expect(join(a, a)).toEqual(a);
        expect(covers(join(a, b), a) && covers(join(a, b), b)).toBe(true);
        if (covers(c, a) && covers(c, b)) expect(covers(c, join(a, b))).toBe(true);
      }),
    );
  });

  it('compare as a partial order', () => {
    law(
      fc.property(vectors, vectors, vectors, (a, b, c) => {
        const mirrored = { equal: 'equal', before: 'after', after: 'before', concurrent: 'concurrent' };
        expect(compare(b, a)).toBe(mirrored[compare(a, b)]);
        expect(compare(a, b) === 'equal').toBe(JSON.stringify(a) === JSON.stringify(b));
        if (compare(a, b) === 'before' && compare(b, c) === 'before') expect(compare(a, c)).toBe('before');
      }),
    );
  });

  it('take any name for an actor, __proto__ among them, and spell equal vectors alike', () => {
    const entries = ACTORS.map((actor, i) => [actor, i + 1] as const);
    const vector = vectorOf(entries);
    expect(vectorOf([...entries].reverse())).toEqual(vector);
    for (const [actor, count] of entries) expect(countOf(vector, actor)).toBe(count);
    expect(JSON.stringify(vectorToObject(vectorOf([['__proto__', 2]])))).toBe('{"__proto__":2}');
    expect(Object.entries(vectorToObject(vector))).toHaveLength(ACTORS.length);
  });

  it('count: an actor that is not named stands for 0', () => {
    expect(countOf(EMPTY_VECTOR, 'constructor')).toBe(0);
    expect(increment(increment(EMPTY_VECTOR, 'n1'), 'n1')).toEqual([['n1', 2]]);
    expect(
      vectorOf([
        ['n1', 3],
        ['n2', 0],
        ['n1', 2],
      ]),
    ).toEqual([['n1', 3]]);
  });

  it.each([
    [{}, {}, 'equal'],
    [{ a: 1 }, { a: 1 }, 'equal'],
    [{ a: 1 }, { a: 2 }, 'before'],
    [{ a: 1, b: 1 }, { a: 1 }, 'after'],
    [{ a: 1 }, { b: 1 }, 'concurrent'],
    [{ a: 2, b: 1 }, { a: 1, b: 2 }, 'concurrent'],
  ])('%j is to %j: %s', (a, b, order) => {
    expect(compare(vectorOf(Object.entries(a)), vectorOf(Object.entries(b)))).toBe(order);
  });
});
