import { at } from './problem.ts';

const INITIAL_SLOTS = 1 << 10;
const INITIAL_WORDS = 1 << 13;

/**
 * The set of the configurations that a search has been in, each a short sequence of 32-bit words. They lie
 * one after another in one array, found through an open-addressing table. Words are compared, not only
 * their hash: a collision costs time and can never pass for a configuration that was seen.
 */
export class Configurations {
  #slots = new Int32Array(INITIAL_SLOTS);
  #words = new Int32Array(INITIAL_WORDS);
  #used = 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /**
   * Adds the first `length` words of `key`; false when they were there already.
   */
  add(key: Int32Array, length: number): boolean {
    const hash = hashOf(key, length);
    let slot = hash & (this.#slots.length - 1);
    for (let offset = at(this.#slots, slot); offset !== 0; offset = at(this.#slots, slot)) {
      if (this.#holds(offset, hash, key, length)) return false;
      slot = (slot + 1) & (this.#slots.length - 1);
    }
    this.#slots[slot] = this.#store(hash, key, length);
    this.#size += 1;
    if (this.#size * 2 > this.#slots.length) this.#growSlots();
    return true;
  }

  #holds(offset: number, hash: number, key: Int32Array, length: number): boolean {
    const words = this.#words;
    if (at(words, offset) !== hash || at(words, offset + 1) !== length) return false;
    for (let i = 0; i < length; i += 1) {
      if (at(words, offset + 2 + i) !== at(key, i)) return false;
    }
    return true;
  }

  #store(hash: number, key: Int32Array, length: number): number {
    const offset = this.#used;
    this.#used += length + 2;
    if (this.#used > this.#words.length) {
      const larger = new Int32Array(Math.max(this.#words.length * 2, this.#used));
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[offset] = hash;
    this.#words[offset + 1] = length;
    for (let i = 0; i < length; i += 1) this.#words[offset + 2 + i] = at(key, i);
    return offset;
  }

  #growSlots(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    for (const offset of this.#slots) {
      if (offset === 0) continue;
      let slot = at(this.#words, offset) & (slots.length - 1);
      while (at(slots, slot) !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = offset;
    }
    this.#slots = slots;
  }
}

/** FNV-1a over words, with murmur's finish so that the low bits depend on all of them. */
function hashOf(key: Int32Array, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < length; i += 1) hash = Math.imul(hash ^ at(key, i), 0x01000193) ^ (hash >>> 15);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
