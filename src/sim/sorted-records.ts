/** Records in the order of their keys (by code unit). Most come after all others, and cost no search for their place. */
export class SortedRecords<V> {
  readonly #values = new Map<string, V>();
  readonly #keys: string[] = [];

  /** Every key, ascending. */
  get keys(): readonly string[] {
    return this.#keys;
  }

  get(key: string): V | null {
    return this.#values.get(key) ?? null;
  }

  set(key: string, value: V): void {
    if (!this.#values.has(key)) {
      const last = this.#keys.at(-1);
      if (last === undefined || last < key) this.#keys.push(key);
      else this.#keys.splice(this.#placeOf(key), 0, key);
    }
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#keys.splice(this.#placeOf(key), 1);
  }

  /** The record with the greatest key in [from, to); null when there is none. */
  last(from: string, to: string): readonly [key: string, value: V] | null {
    const key = this.#keys[this.#placeOf(to) - 1];
    return key === undefined || key < from ? null : [key, this.#values.get(key) as V];
  }

  /** The records in [from, to), ascending. */
  *range(from: string, to: string): Iterable<readonly [key: string, value: V]> {
    for (let place = this.#placeOf(from); place < this.#keys.length; place += 1) {
      const key = this.#keys[place] as string;
      if (key >= to) return;
      yield [key, this.#values.get(key) as V];
    }
  }

  /** Of the first key that is not before `key`. */
  #placeOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
