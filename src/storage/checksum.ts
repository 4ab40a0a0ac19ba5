/**
 * CRC-32C (Castagnoli; RFC 3720, appendix B.4): finds every damage that lies within 32 bits, wherever it is, and all
 * but one in four billion of the others. Four bytes a step, by tables.
 */

const POLYNOMIAL = 0x82f63b78;
const TABLES = makeTables();

/** @param crc that of what comes before; 0 for nothing. @returns an unsigned 32-bit number */
export function crc32c(bytes: Uint8Array, from: number, to: number, crc = 0): number {
  const [t0, t1, t2, t3] = TABLES;
  let c = ~crc;
  let i = from;
  for (; i + 4 <= to; i += 4) {
    c ^=
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    c =
      (t3[c & 0xff] as number) ^
      (t2[(c >>> 8) & 0xff] as number) ^
      (t1[(c >>> 16) & 0xff] as number) ^
      (t0[c >>> 24] as number);
  }
  for (; i < to; i += 1) c = (t0[(c ^ (bytes[i] as number)) & 0xff] as number) ^ (c >>> 8);
  return ~c >>> 0;
}

/** The same of a text of characters up to U+00FF, one a byte. */
export function crc32cOfKey(key: string): number {
  const [t0] = TABLES;
  let c = ~0;
  for (let i = 0; i < key.length; i += 1) c = (t0[(c ^ key.charCodeAt(i)) & 0xff] as number) ^ (c >>> 8);
  return ~c >>> 0;
}

type Tables = readonly [Int32Array, Int32Array, Int32Array, Int32Array];

function makeTables(): Tables {
  const tables: Tables = [new Int32Array(256), new Int32Array(256), new Int32Array(256), new Int32Array(256)];
  for (let n = 0; n < 256; n += 1) {
    let c = n;
    for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? (c >>> 1) ^ POLYNOMIAL : c >>> 1;
    tables[0][n] = c;
  }
  for (let n = 0; n < 256; n += 1) {
    for (let table = 1; table < 4; table += 1) {
      const before = (tables[table - 1] as Int32Array)[n] as number;
      (tables[table] as Int32Array)[n] = (tables[0][before & 0xff] as number) ^ (before >>> 8);
    }
  }
  return tables;
}
