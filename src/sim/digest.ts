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
    this.#take(n, n);
  }

  /** Takes in all 64 bits of a number. */
  number(x: number): void {
    // Most are small and whole.
    if ((x | 0) === x) return this.#take(x, x ^ NUMBER);
    DOUBLE[0] = x;
    const [low, high] = [HALVES[0] as number, HALVES[1] as number];
    // Each half of the digest takes in both halves of the number.
    this.#take(low ^ Math.imul(high, 0x9e3779b1), high ^ Math.imul(low, 0x85ebca6b) ^ DOUBLES);
  }

  text(text: string): void {
    const place = placeOf(text);
    if (TEXTS[place] === text) return this.#take(FIRST[place] as number, SECOND[place] as number);
    const { a, b } = wordsOf(text);
    if (text.length <= KNOWN_LENGTH) {
      TEXTS[place] = text;
      FIRST[place] = a;
      SECOND[place] = b;
    }
    this.#take(a, b);
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
        return this.number(value);
      case 'string':
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
    this.#take(ARRAY ^ values.length, Math.imul(values.length, 0x9e3779b1) ^ ARRAY);
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

  /** One round, with a word for each half. */
  #take(n: number, m: number): void {
    let k = Math.imul(n, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593) ^ this.#a;
    this.#a = (Math.imul((k << 13) | (k >>> 19), 5) + 0xe6546b64) | 0;
    let j = Math.imul(m, 0x239b961b);
    j = Math.imul((j << 16) | (j >>> 16), 0xab0e9789) ^ this.#b;
    this.#b = (Math.imul((j << 19) | (j >>> 13), 5) + 0x561ccd1b) | 0;
  }
}

/** The two halves of a digest. */
export type Words = { readonly a: number; readonly b: number };

// What kind of value comes, and what stands for a value: words that no number and no text is likely to have.
const NUMBER = 0x2b992ddf;
const DOUBLES = 0x75bd924e;
const TRUE = 0x51ed270b;
const FALSE = 0x1ce4e5b9;
const NULL = 0x6b43a9b5;
const ARRAY = 0x38b34ae5;
const OBJECT = 0x4cf5ad43;
const END = 0x2745937f;

const DOUBLE = new Float64Array(1);
const HALVES = new Int32Array(DOUBLE.buffer);

/**
 * The words of short texts: names of nodes, fields and events come up again and again. Each has one place, and the latest
 * text of several that share it is there: looking there takes a third of what a map does.
 */
const PLACES = 1024;
const TEXTS: (string | null)[] = new Array(PLACES).fill(null);
const FIRST = new Int32Array(PLACES);
const SECOND = new Int32Array(PLACES);
const KNOWN_LENGTH = 32;

function placeOf(text: string): number {
  const { length } = text;
  if (length === 0) return 0;
  const hash = (length * 31 + text.charCodeAt(0)) * 31 + text.charCodeAt(length >> 1);
  return (Math.imul(hash, 31) + text.charCodeAt(length - 1)) & (PLACES - 1);
}

function wordsOf(text: string): Words {
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
  return { a, b };
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
