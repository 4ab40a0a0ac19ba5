/**
 * A running hash of 64 bits, in two halves that take in the same words by different constants (the rounds of MurmurHash3,
 * Appleby 2011). It tells two runs apart, or a message from what it was; it keeps no secrets.
 *
 * It takes in values as they are, not the text that would describe them: a message costs a tenth of what writing it as
 * JSON and hashing that would.
 */
export class Digest {
  // Whole numbers of 32 bits: V8 keeps them in the fields themselves.
  #a = 0x1eaf;
  #b = 0x5eed;

  /** @param words an earlier digest's, to go on from there */
  constructor(words?: Words) {
    if (words !== undefined) {
      this.#a = words.a;
      this.#b = words.b;
    }
  }

  get words(): Words {
    return { a: this.#a, b: this.#b };
  }

  /** 16 hexadecimal digits. */
  get hex(): string {
    return [finished(this.#a ^ this.#b), finished(this.#b)]
      .map((half) => (half >>> 0).toString(16).padStart(8, '0'))
      .join('');
  }

  /** Takes in a whole number of 32 bits. */
  word(n: number): void {
    let k = Math.imul(n, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593) ^ this.#a;
    this.#a = (Math.imul((k << 13) | (k >>> 19), 5) + 0xe6546b64) | 0;
    let j = Math.imul(n, 0x239b961b);
    j = Math.imul((j << 16) | (j >>> 16), 0xab0e9789) ^ this.#b;
    this.#b = (Math.imul((j << 19) | (j >>> 13), 5) + 0x561ccd1b) | 0;
  }

  /** Takes in all 64 bits of a number. */
  number(x: number): void {
    DOUBLE[0] = x;
    this.word(HALVES[0] as number);
    this.word(HALVES[1] as number);
  }

  text(text: string): void {
    const { a, b } = wordsOf(text);
    this.word(a);
    this.word(b);
  }

  /**
   * Takes in a JSON value, with the order of its members.
   *
   * @throws TypeError when it is none: when it would come back from JSON as something else, or not at all
   */
  json(value: unknown): void {
    switch (typeof value) {
      case 'number':
        if (!Number.isFinite(value) || Object.is(value, -0)) refuse(value);
        this.word(NUMBER);
        return this.number(value);
      case 'string':
        this.word(STRING);
        return this.text(value);
      case 'boolean':
        return this.word(value ? TRUE : FALSE);
      case 'object':
        if (value === null) return this.word(NULL);
        if (Array.isArray(value)) return this.#array(value);
        return this.#object(value as { readonly [name: string]: unknown });
      default:
        refuse(value);
    }
  }

  #array(values: readonly unknown[]): void {
    this.word(ARRAY);
    this.word(values.length);
    for (let i = 0; i < values.length; i += 1) this.json(values[i]);
  }

  #object(record: { readonly [name: string]: unknown }): void {
    const prototype = Object.getPrototypeOf(record);
    if (prototype !== Object.prototype && prototype !== null) refuse(record);
    this.word(OBJECT);
    for (const name in record) {
      this.text(name);
      this.json(record[name]);
    }
    this.word(END);
  }
}

/** The two halves of a digest. */
export type Words = { readonly a: number; readonly b: number };

const NUMBER = 1;
const STRING = 2;
const TRUE = 3;
const FALSE = 4;
const NULL = 5;
const ARRAY = 6;
const OBJECT = 7;
const END = 8;

const DOUBLE = new Float64Array(1);
const HALVES = new Int32Array(DOUBLE.buffer);

/** The words of short texts: names of nodes, fields and events come up again and again. */
const known = new Map<string, Words>();
const KNOWN_LENGTH = 32;
const MOST_KNOWN = 10_000;

function wordsOf(text: string): Words {
  const found = known.get(text);
  if (found !== undefined) return found;
  // In local variables: fields would be written anew for every character.
  let a = 0x811c9dc5 ^ text.length;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    a ^= a >>> 15;
    b = Math.imul(b ^ unit, 1597334677);
    b ^= b >>> 13;
  }
  const words = { a, b };
  if (text.length > KNOWN_LENGTH) return words;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, words);
  return words;
}

function finished(half: number): number {
  let h = Math.imul(half ^ (half >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function refuse(value: unknown): never {
  const what =
    typeof value === 'object'
      ? `an object of ${value?.constructor?.name}`
      : Object.is(value, -0)
        ? '-0'
        : String(value);
  throw new TypeError(`${what} is not JSON: it would arrive as something else`);
}
