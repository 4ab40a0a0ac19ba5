import { describe, expect, it } from 'vitest';
import { isItem } from '../../src/maelstrom/store-items.ts';

const lww = (entry: unknown): unknown => ({ kind: 'lww', name: '"x"', entry });
const vv = (versions: unknown): unknown => ({ kind: 'vv', name: '"x"', versions });
const slot = (actor: unknown, count: unknown = 1, version: unknown = null) => ({ actor, count, version });
const version = (value: unknown, ...vc: unknown[]) => ({ value, vc });

describe('an item between nodes', () => {
  it.each([
    lww({ ts: 0, deleted: false, value: null }),
    lww({ ts: 8.64e12, deleted: true, value: null }),
    vv([slot('__proto__', 9007199254740990)]),
    vv([slot('n1@a', 2, version([1], ['n1@a', 2])), slot('n1@a/2'), slot('n2@b')]),
  ])('%j', (item) => {
    expect(isItem(item)).toBe(true);
  });

  it.each([
    null,
    [],
    { kind: 'lww', entry: { ts: 0, deleted: false, value: 1 } },
    { kind: 'other', name: '1', entry: { ts: 0, deleted: false, value: 1 } },
    lww(null),
    lww({ ts: '1', deleted: false, value: 1 }),
    lww({ ts: -1, deleted: false, value: 1 }),
    lww({ ts: 8.64e12 + 1, deleted: false, value: 1 }),
    lww({ ts: 1, deleted: true, value: 1 }),
    lww({ ts: 1, value: 1 }),
    lww({ ts: 1, deleted: false }),
    lww({ ts: 1, deleted: false, value: Number.POSITIVE_INFINITY }),
    vv([]),
    vv({}),
    vv([null]),
    vv([slot(1)]),
    vv([slot('a', 0)]),
    vv([slot('a', 1.5)]),
    vv([slot('a', 9007199254740991)]),
    vv([slot('b'), slot('a')]),
    vv([slot('a'), slot('a')]),
    vv([{ actor: 'a', count: 1 }]),
    vv([slot('a', 1, version(undefined, ['a', 1]))]),
    vv([slot('a', 1, version(1))]),
    vv([slot('a', 1, version(1, ['a', 0]))]),
    vv([slot('a', 1, version(1, ['a']))]),
    vv([slot('a', 1, version(1, ['b', 1], ['a', 1]))]),
    vv([slot('a', 1, version(1, { a: 1 }))]),
  ])('and not %j', (item) => {
    expect(isItem(item)).toBe(false);
  });
});
