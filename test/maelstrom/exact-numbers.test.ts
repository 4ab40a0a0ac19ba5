import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inexactField, inexactNumber } from '../../src/maelstrom/exact-numbers.ts';

const message = (value: string) =>
  `{"src":"c1","dest":"n1","body":{"type":"write","key":1,"value":${value}}}`;

describe('numbers that a double cannot hold', () => {
  it.each([
    '9007199254740993',
    '-9007199254740993',
    '12345678901234567890',
    '0.12345678901234567890',
    '1e-400',
    '4.9e-324',
    '1.00000000000000000001',
    `1${'0'.repeat(30)}1`,
  ])('finds %s, wherever it stands', (literal) => {
    for (const value of [literal, `[1,"a",{"b":${literal}}]`, ` ${literal} `, `["\\"9",${literal}]`]) {
      expect(inexactNumber(message(value))).toEqual({ field: 'value', literal });
    }
  });

  it.each([
    '9007199254740992',
    '9007199254740991.0',
    '100000000000000000000',
    '1e+300',
    '1.7976931348623157e308',
    '5e-324',
    '0.1',
    '0.30000000000000004',
    '1000000000000000000000e-21',
    '0.0000000000000000000000000001',
    '-0.00000000000000000000',
    '0e999',
    '"9007199254740993"',
    '"\\"9007199254740993"',
    '{"9007199254740993":1}',
  ])('takes %s', (value) => {
    expect(inexactNumber(message(value))).toBeNull();
  });

  it('agrees with exact arithmetic on integers', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 70n), 2n ** 70n), (integer) => {
        // Exact for an integer means: the shortest spelling of its double is the same integer.
        const exact = BigInt(Number(integer).toLocaleString('en', { useGrouping: false })) === integer;
        expect(inexactNumber(message(String(integer))) === null).toBe(exact);
      }),
    );
  });

  it('takes every double as JSON writes it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
        expect(inexactNumber(message(JSON.stringify([double])))).toBeNull();
      }),
    );
  });

  it('looks at stored fields of the body only', () => {
    const big = '9007199254740993';
    expect(inexactNumber(`{"value":${big},"body":{"note":${big},"key":1}}`)).toBeNull();
    expect(inexactNumber(`{"extra":{"key":${big}},"body":{"key":1}}`)).toBeNull();
    expect(inexactNumber(`{"body" : {"key" : {"note":${big}}}}`)).toEqual({ field: 'key', literal: big });
  });

  it('says what would become of it', () => {
    expect(inexactField({ field: 'key', literal: '9007199254740993' })).toBe(
      'field "key" must hold numbers that a double can hold, not 9007199254740993 (it would come back as 9007199254740992); send it as a string',
    );
  });
});
