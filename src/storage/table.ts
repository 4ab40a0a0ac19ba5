import type { Json } from '../../machines/json.ts';
import { describeKey } from './describe.ts';
import type { Engine, Key, Put } from './engine.ts';
import { batchOf, itemKey, type TableName, versionsOf } from './keys.ts';
import type { Codec } from './records.ts';
import { damaged } from './storage-error.ts';
import type { Tally } from './superblock.ts';

/** A version of an item: where it is, and its fingerprint; null when it says that the item is gone. */
type Version = { readonly key: Key; readonly fingerprint: number | null };

/** What a change of an item comes to. */
export type Change<V> = {
  readonly put: Put<V>;
  /** What may go when the change is durable: the version that it replaces, and the change itself if it is a removal. */
  readonly garbage: readonly Key[];
};

/**
 * Named items, each change of which is a new record: the version of the latest batch that counts is the item. Content
 * is `[name, value]`, or `[name]` when the item is gone.
 */
export class Table<V> {
  readonly #engine: Engine<V>;
  readonly #codec: Codec<V>;
  readonly #name: TableName;
  #count: number;
  #sum: number;
  /** Versions that are on their way into the engine and cannot be found there yet, the latest of each item. */
  readonly #underway = new Map<string, Version>();

  constructor(engine: Engine<V>, codec: Codec<V>, name: TableName, { count, sum }: Tally) {
    this.#engine = engine;
    this.#codec = codec;
    this.#name = name;
    this.#count = count;
    this.#sum = sum;
  }

  get tally(): Tally {
    return { count: this.#count, sum: this.#sum };
  }

  /**
   * @param value undefined when the item is to be gone
   * @throws StorageError when the version that this replaces is damaged
   */
  change(name: string, value: Json | undefined, batch: number): Change<V> {
    const versions = versionsOf(this.#name, name);
    const before = this.#underway.get(versions.from) ?? this.#latest(versions.from, versions.to);
    if (before !== null && before.fingerprint !== null) this.#tally(-1, -before.fingerprint);
    const key = itemKey(versions, batch);
    const sealed = this.#codec.seal(key, value === undefined ? [name] : [name, value]);
    const fingerprint = value === undefined ? null : this.#codec.fingerprint(sealed);
    if (fingerprint !== null) this.#tally(1, fingerprint);
    // To the end, so that the oldest come first.
    this.#underway.delete(versions.from);
    this.#underway.set(versions.from, { key, fingerprint });
    const garbage = before === null || before.key === key ? [] : [before.key];
    // The older version has to go first: it must not be what is found when the removal is gone.
    if (value === undefined) garbage.push(key);
    return { put: [key, sealed], garbage };
  }

  /** An item of a table that had none of this name. */
  add(name: string, value: Json, batch: number): Put<V> {
    const key = itemKey(versionsOf(this.#name, name), batch);
    const sealed = this.#codec.seal(key, [name, value]);
    this.#tally(1, this.#codec.fingerprint(sealed));
    return [key, sealed];
  }

  /** What was written up to this batch is in the engine now. */
  settled(batch: number): void {
    // Oldest first: whatever follows the first later version was written after it.
    for (const [place, { key }] of this.#underway) {
      if (batchOf(key) > batch) break;
      this.#underway.delete(place);
    }
  }

  #latest(from: Key, to: Key): Version | null {
    const found = this.#engine.last(from, to);
    if (found === null) return null;
    const [key, value] = found;
    const content = this.#codec.open(key, value);
    if (content === undefined) throw damaged(`${describeKey(key)} is damaged`);
    return { key, fingerprint: isRemoval(content) ? null : this.#codec.fingerprint(value) };
  }

  #tally(count: number, fingerprint: number): void {
    this.#count += count;
    this.#sum = (this.#sum + fingerprint) >>> 0;
  }
}

/** Whether a record's content says that the item is gone. */
export function isRemoval(content: Json | undefined): boolean {
  return Array.isArray(content) && content.length === 1;
}
