import type { Json } from '../../machines/json.ts';
import { crc32c, crc32cOfKey } from './checksum.ts';
import type { Key } from './engine.ts';

/** How a record's content becomes what an engine keeps, and how it is seen that it is still what it was. */
export type Codec<V> = {
  seal(key: Key, content: Json): V;
  /** The content; undefined when this is not what was written under this key. */
  open(key: Key, value: V): Json | undefined;
  /** A fingerprint, 32 bits; and how many bytes the content takes, about. */
  fingerprint(value: V): number;
  bytes(value: V): number;
};

/**
 * A record on a disk: its CRC-32C, four bytes, the greatest first, and then its content as JSON in UTF-8. The checksum
 * goes over key and content, so that a record which stands in another's place is damage, too.
 */
export class CheckedRecords implements Codec<Uint8Array> {
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** Records are written one after the other into slabs: to allocate each on its own costs more than to write it. */
  #slab = new Uint8Array(SLAB_BYTES);
  #used = 0;

  seal(key: Key, content: Json): Uint8Array {
    const text = JSON.stringify(content);
    // A code unit takes three bytes at most.
    const most = HEAD_BYTES + text.length * 3;
    if (this.#used + most > this.#slab.length) {
      this.#slab = new Uint8Array(Math.max(SLAB_BYTES, most));
      this.#used = 0;
    }
    const start = this.#used;
    const { written } = this.#encoder.encodeInto(text, this.#slab.subarray(start + HEAD_BYTES));
    const end = start + HEAD_BYTES + written;
    this.#used = end;
    const crc = crc32c(this.#slab, start + HEAD_BYTES, end, crc32cOfKey(key));
    this.#slab[start] = crc >>> 24;
    this.#slab[start + 1] = crc >>> 16;
    this.#slab[start + 2] = crc >>> 8;
    this.#slab[start + 3] = crc;
    return this.#slab.subarray(start, end);
  }

  open(key: Key, value: Uint8Array): Json | undefined {
    if (value.length < HEAD_BYTES) return undefined;
    if (crc32c(value, HEAD_BYTES, value.length, crc32cOfKey(key)) !== this.fingerprint(value)) {
      return undefined;
    }
    try {
      return JSON.parse(this.#decoder.decode(value.subarray(HEAD_BYTES))) as Json;
    } catch {
      return undefined;
    }
  }

  fingerprint(value: Uint8Array): number {
    const [a = 0, b = 0, c = 0, d = 0] = value;
    return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  }

  bytes(value: Uint8Array): number {
    return value.length - HEAD_BYTES;
  }
}

const HEAD_BYTES = 4;
const SLAB_BYTES = 64 * 1024;

/** Records in memory are what they are: nothing tears them, and they end with the process. */
export class PlainRecords implements Codec<Json> {
  seal(_key: Key, content: Json): Json {
    return content;
  }

  open(_key: Key, value: Json): Json {
    return value;
  }

  fingerprint(_value: Json): number {
    return 0;
  }

  bytes(value: Json): number {
    return JSON.stringify(value).length;
  }
}
