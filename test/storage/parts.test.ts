import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c, crc32cOfKey } from '../../src/storage/checksum.ts';
import { describeKey } from '../../src/storage/describe.ts';
import { MAX_KEY_BYTES } from '../../src/storage/engine.ts';
import {
  batchOf,
  isKey,
  itemKey,
  logKey,
  numberField,
  placeOf,
  STORE,
  stateTable,
  superblockKey,
  versionsOf,
} from '../../src/storage/keys.ts';
import { MemoryEngine } from '../../src/storage/memory-engine.ts';
import { CheckedRecords } from '../../src/storage/records.ts';
import { sha256Hex } from '../../src/storage/sha256.ts';

const utf8 = new TextEncoder();

describe('SHA-256', () => {
  it('is that of FIPS 180-4', () => {
    for (const length of [0, 1, 55, 56, 63, 64, 65, 200, 1000]) {
      const message = Uint8Array.from({ length }, (_, i) => (i * 7) & 0xff);
      expect(sha256Hex(message)).toBe(createHash('sha256').update(message).digest('hex'));
    }
  });
});

describe('CRC-32C', () => {
  it('is that of RFC 3720, appendix B.4', () => {
    const of = (bytes: Uint8Array) => crc32c(bytes, 0, bytes.length);
    expect(of(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(of(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(of(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(of(utf8.encode('123456789'))).toBe(0xe3069283);
  });

  it('goes on from what it has, and takes a key as bytes', () => {
    const bytes = utf8.encode('the quick brown fox');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(crc32c(bytes, cut, bytes.length, crc32c(bytes, 0, cut))).toBe(crc32c(bytes, 0, bytes.length));
    }
    expect(crc32cOfKey('123456789')).toBe(0xe3069283);
  });
});

describe('a record', () => {
  it('comes back as it was, whatever JSON it is', () => {
    const codec = new CheckedRecords();
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (json, text) => {
        const content = [JSON.parse(JSON.stringify(json)), text];
        expect(codec.open('L1', codec.seal('L1', content))).toEqual(JSON.parse(JSON.stringify(content)));
      }),
    );
  });

  it('is not written over by those that follow', () => {
    const codec = new CheckedRecords();
    const sealed = Array.from({ length: 3000 }, (_, i) => codec.seal(`L${i}`, 'x'.repeat(i)));
    for (const [i, value] of sealed.entries()) expect(codec.open(`L${i}`, value)).toBe('x'.repeat(i));
  });

  it('is nothing under another key', () => {
    const codec = new CheckedRecords();
    expect(codec.open('L2', codec.seal('L1', 'a'))).toBe(undefined);
  });
});

const name = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 380, maxLength: 700 }),
  fc.constantFrom('', '\0', '\x01', '\x02', '\x03', '\x02\x05', 'a\0b', '\ud800', '\udfff\ud800', '￿', 'é'),
);

describe('a key', () => {
  it('keeps the order of numbers', () => {
    const number = fc.oneof(
      fc.nat(300),
      fc.maxSafeNat().map((n) => n % 2 ** 49),
    );
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(numberField(a) < numberField(b)).toBe(a < b);
        expect(batchOf(logKey(1, 1, a))).toBe(a);
      }),
    );
    expect(() => numberField(2 ** 49)).toThrow(RangeError);
    expect(() => numberField(-1)).toThrow(RangeError);
  });

  it('keeps the order of the code units of names, and tells all names apart', () => {
    fc.assert(
      fc.property(name, name, fc.nat(1e9), (a, b, batch) => {
        const [keyA, keyB] = [a, b].map((one) => itemKey(versionsOf(STORE, one), batch)) as [string, string];
        expect(keyA === keyB).toBe(a === b);
        expect(keyA.length).toBeLessThanOrEqual(MAX_KEY_BYTES);
        expect(isKey(keyA)).toBe(true);
        expect(placeOf(keyA) === placeOf(keyB)).toBe(a === b);
        // Of those that are cut only the beginning is in order.
        if (a.slice(0, 100) !== b.slice(0, 100)) expect(keyA < keyB).toBe(a < b);
      }),
    );
  });

  it('is made of the characters that an engine takes', () => {
    fc.assert(
      fc.property(name, fc.nat(1e9), (one, batch) => {
        expect(itemKey(versionsOf(stateTable(batch), one), batch)).toMatch(/^[^\0\u0100-\uffff]+$/);
      }),
    );
  });

  it('can be told in words', () => {
    const long = 'x'.repeat(500);
    expect(describeKey(superblockKey(1, 0))).toBe('superblock 1, copy 0');
    expect(describeKey(logKey(17, 17, 4))).toBe('log record 17 (batch 4)');
    expect(describeKey(logKey(17, 20, 4))).toBe('log record 17 to 20 (batch 4)');
    expect(describeKey(itemKey(versionsOf(stateTable(2), 'key/"ä"\x01'), 5))).toBe(
      'state item "key/\\"ä\\"\\u0001" (generation 2, batch 5)',
    );
    expect(describeKey(itemKey(versionsOf(STORE, long), 5))).toMatch(
      /^store item "x{320}"… \(SHA-256 [0-9a-f]{16}…\) \(batch 5\)$/,
    );
    expect(describeKey('Q')).toBe('a record under the unknown key "Q"');
  });
});

describe('the engine in memory', () => {
  it('is a sorted map', () => {
    const key = fc.integer({ min: 0, max: 999 }).map((n) => `k${n}`);
    const put = fc.tuple(
      key,
      fc.oneof({ weight: 3, arbitrary: fc.nat() }, { weight: 2, arbitrary: fc.constant(null) }),
    );
    fc.assert(
      fc.property(fc.array(put, { maxLength: 1500, size: 'max' }), key, key, (puts, from, to) => {
        const engine = new MemoryEngine<number>();
        const map = new Map<string, number>();
        engine.commit(puts, () => {});
        for (const [at, value] of puts) {
          if (value === null) map.delete(at);
          else map.set(at, value);
        }
        const within = [...map].filter(([at]) => at >= from && at < to).sort(([a], [b]) => (a < b ? -1 : 1));
        expect([...engine.range(from, to)]).toEqual(within);
        expect([...engine.keys(from, to)]).toEqual(within.map(([at]) => at));
        expect(engine.last(from, to)).toEqual(within.at(-1) ?? null);
        expect(engine.get(from)).toBe(map.get(from) ?? null);
        expect(engine.size).toBe(map.size);
      }),
      { numRuns: 50 },
    );
  });
});
