import type { Engine, Key, Put } from './engine.ts';

/** How many records a leaf holds at most before it is split. */
const LEAF_MAX = 128;

type Leaf<V> = { keys: Key[]; values: V[] };

/**
 * Records in memory, in order: a list of short sorted lists. What is committed is there at once, and ends with the
 * process. Most keys are greater than all before them (the log grows at its end), so that place is tried first.
 */
export class MemoryEngine<V> implements Engine<V> {
  /** Never without a leaf; only the sole leaf may be empty. */
  readonly #leaves: Leaf<V>[] = [{ keys: [], values: [] }];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: Key): V | null {
    const leaf = this.#leaves[this.#leafOf(key)] as Leaf<V>;
    const place = lowerBound(leaf.keys, key);
    return leaf.keys[place] === key ? (leaf.values[place] as V) : null;
  }

  last(from: Key, to: Key): readonly [key: Key, value: V] | null {
    let number = this.#leafOf(to);
    let place = lowerBound((this.#leaves[number] as Leaf<V>).keys, to) - 1;
    if (place < 0 && number > 0) {
      number -= 1;
      place = (this.#leaves[number] as Leaf<V>).keys.length - 1;
    }
    const { keys, values } = this.#leaves[number] as Leaf<V>;
    const key = keys[place];
    return key === undefined || key < from ? null : [key, values[place] as V];
  }

  *range(from: Key, to: Key): Iterable<readonly [key: Key, value: V]> {
    let number = this.#leafOf(from);
    let place = lowerBound((this.#leaves[number] as Leaf<V>).keys, from);
    for (; number < this.#leaves.length; number += 1) {
      const { keys, values } = this.#leaves[number] as Leaf<V>;
      for (; place < keys.length; place += 1) {
        const key = keys[place] as Key;
        if (key >= to) return;
        yield [key, values[place] as V];
      }
      place = 0;
    }
  }

  *keys(from: Key, to: Key): Iterable<Key> {
    for (const [key] of this.range(from, to)) yield key;
  }

  commit(batch: readonly Put<V>[], done: (failure: null) => void): void {
    for (const [key, value] of batch) this.set(key, value);
    done(null);
  }

  /** @param value null when the key is to be gone */
  set(key: Key, value: V | null): void {
    const number = this.#leafOf(key);
    const leaf = this.#leaves[number] as Leaf<V>;
    const { keys, values } = leaf;
    const last = keys.at(-1);
    const place = last === undefined || last < key ? keys.length : lowerBound(keys, key);
    const isThere = keys[place] === key;
    if (value === null) {
      if (isThere) this.#remove(number, leaf, place);
    } else if (isThere) {
      values[place] = value;
    } else {
      this.#insert(number, leaf, place, key, value);
    }
  }

  #insert(number: number, leaf: Leaf<V>, place: number, key: Key, value: V): void {
    this.#size += 1;
    const { keys, values } = leaf;
    if (place === keys.length && keys.length >= LEAF_MAX && number === this.#leaves.length - 1) {
      this.#leaves.push({ keys: [key], values: [value] });
      return;
    }
    if (place === keys.length) {
      keys.push(key);
      values.push(value);
    } else {
      keys.splice(place, 0, key);
      values.splice(place, 0, value);
    }
    if (keys.length <= LEAF_MAX) return;
    const half = keys.length >>> 1;
    this.#leaves.splice(number + 1, 0, { keys: keys.splice(half), values: values.splice(half) });
  }

  #remove(number: number, { keys, values }: Leaf<V>, place: number): void {
    this.#size -= 1;
    keys.splice(place, 1);
    values.splice(place, 1);
    if (keys.length === 0 && this.#leaves.length > 1) this.#leaves.splice(number, 1);
  }

  /** The last leaf whose first key is not above `key`; the first leaf when there is none. */
  #leafOf(key: Key): number {
    let low = 0;
    let high = this.#leaves.length - 1;
    if (((this.#leaves[high] as Leaf<V>).keys[0] ?? '') <= key) return high;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (((this.#leaves[middle] as Leaf<V>).keys[0] as Key) <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function lowerBound(keys: readonly Key[], key: Key): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as Key) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
