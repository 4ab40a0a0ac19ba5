import type { Engine, Key, Put } from './engine.ts';
import { MemoryEngine } from './memory-engine.ts';

type Bytes = Uint8Array;
/** What a layer says of a key that is gone. */
const REMOVED: Bytes = new Uint8Array(0);

type Reads = Pick<Engine<Bytes>, 'get' | 'last' | 'range' | 'keys'>;

/** Changes that lie above an engine, in memory: later ones hide earlier ones, and what is below. */
export class Layer {
  readonly #records = new MemoryEngine<Bytes>();

  get size(): number {
    return this.#records.size;
  }

  put(batch: readonly Put<Bytes>[]): void {
    for (const [key, value] of batch) this.#records.set(key, value ?? REMOVED);
  }

  /** What brings an engine up to this layer. */
  puts(): Put<Bytes>[] {
    const puts: Put<Bytes>[] = [];
    for (const [key, value] of this.#records.range('', '\uffff'))
      puts.push([key, value === REMOVED ? null : value]);
    return puts;
  }

  get records(): Reads {
    return this.#records;
  }
}

/** Reads through layers, the topmost first, to what lies at the bottom. */
export class Layered implements Reads {
  readonly #layers: () => readonly Reads[];

  /** @param layers the topmost first; asked anew for every read */
  constructor(layers: () => readonly Reads[]) {
    this.#layers = layers;
  }

  get(key: Key): Bytes | null {
    for (const layer of this.#layers()) {
      const value = layer.get(key);
      if (value !== null) return value === REMOVED ? null : value;
    }
    return null;
  }

  last(from: Key, to: Key): readonly [key: Key, value: Bytes] | null {
    for (let below = to; ; ) {
      let found: readonly [Key, Bytes] | null = null;
      for (const layer of this.#layers()) {
        const one = layer.last(from, below);
        if (one !== null && (found === null || one[0] > found[0])) found = one;
      }
      if (found === null || found[1] !== REMOVED) return found;
      below = found[0];
    }
  }

  range(from: Key, to: Key): Iterable<readonly [key: Key, value: Bytes]> {
    const layers = this.#within(from, to);
    const [only, ...others] = layers;
    // Most of what is gone through in full lies at the bottom.
    if (only !== undefined && others.length === 0) return only.range(from, to);
    return present(merged(layers.map((layer) => layer.range(from, to)[Symbol.iterator]())));
  }

  *keys(from: Key, to: Key): Iterable<Key> {
    const layers = this.#within(from, to);
    // Only the bottom has no removals, and it is there that reading a value costs something.
    const sources = layers.map((layer, i) =>
      i < layers.length - 1 ? layer.range(from, to)[Symbol.iterator]() : valueless(layer.keys(from, to)),
    );
    for (const [key, value] of merged(sources)) if (value !== REMOVED) yield key;
  }

  /** The layers that have something in a range, and the bottom. */
  #within(from: Key, to: Key): readonly Reads[] {
    const layers = this.#layers();
    return layers.filter((layer, i) => i === layers.length - 1 || layer.last(from, to) !== null);
  }
}

function* present(records: Iterable<readonly [Key, Bytes]>): Iterable<readonly [Key, Bytes]> {
  for (const record of records) if (record[1] !== REMOVED) yield record;
}

function* valueless(keys: Iterable<Key>): Iterator<readonly [Key, Bytes | null]> {
  for (const key of keys) yield [key, null];
}

/** One ascending sequence out of several; of equal keys the first source's record. */
function* merged<T>(sources: readonly Iterator<readonly [Key, T]>[]): Iterable<readonly [Key, T]> {
  const heads = sources.map((source) => source.next());
  try {
    for (;;) {
      let least: readonly [Key, T] | null = null;
      for (const head of heads) {
        if (!head.done && (least === null || head.value[0] < least[0])) least = head.value;
      }
      if (least === null) return;
      yield least;
      for (const [i, head] of heads.entries()) {
        if (!head.done && head.value[0] === least[0])
          heads[i] = (sources[i] as Iterator<readonly [Key, T]>).next();
      }
    }
  } finally {
    for (const source of sources) source.return?.();
  }
}
