import { describe, expect, it } from 'vitest';
import type { Entry } from '../../machines/raft/events.ts';
import { membershipOf } from '../../machines/raft/membership.ts';
import { Registers } from '../../src/actors/registers.ts';
import { Reference } from '../../src/sim/reference.ts';

type From = Pick<Entry, 'origin' | 'number'>;
const origin = (incarnation: number, number: number, floor = 1): From => ({
  origin: { node: 'n1', incarnation, floor },
  number,
});
const write = (value: number, from: From): Entry => ({
  term: 1,
  op: { type: 'write', key: 'x', value },
  ...from,
  bytes: 10,
});
const cas = (was: number, to: number, from: From, createIfNotExists = false): Entry => ({
  term: 1,
  op: { type: 'cas', key: 'x', from: was, to, createIfNotExists },
  ...from,
  bytes: 10,
});
const members = (from: From): Entry => ({
  term: 1,
  op: { type: 'members', membership: membershipOf(['n1']) },
  ...from,
  bytes: 10,
});

describe('the reference and the registers', () => {
  it.each<[string, Entry[], number | undefined]>([
    ['a write', [write(1, origin(1, 1))], 1],
    [
      'a request that stands in the log twice',
      [write(1, origin(1, 1)), cas(1, 2, origin(1, 2)), write(1, origin(1, 1))],
      2,
    ],
    ['a request of an earlier life', [write(1, origin(2, 1)), write(2, origin(1, 9))], 1],
    ['one that its node has settled', [write(1, origin(1, 5, 4)), write(2, origin(1, 3))], 1],
    [
      'a cas that fits, and one that does not',
      [write(1, origin(1, 1)), cas(1, 2, origin(1, 2)), cas(1, 3, origin(1, 3))],
      2,
    ],
    ['a cas of nothing', [cas(1, 2, origin(1, 1))], undefined],
    ['a cas that creates', [cas(1, 2, origin(1, 1), true)], 2],
    // Found by seed 7395: the reference had passed over the life that asked for a change of membership.
    [
      'a change of membership that tells of a new life',
      [members(origin(2, 1)), write(2, origin(1, 9))],
      undefined,
    ],
  ])('agree on %s', (_what, entries, value) => {
    const [registers, reference] = [new Registers(), new Reference()];
    registers.apply(1, entries);
    for (const entry of entries) reference.apply(entry);
    expect(registers.entries().get('"x"')).toBe(value);
    reference.checkState('n1', entries.length, registers.entries());
    expect(() => reference.checkState('n1', entries.length, new Map([['"x"', 99]]))).toThrow(/the state at/);
  });
});
