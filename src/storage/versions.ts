import type { Json } from '../../machines/json.ts';
import type { Checkpoint, StateItem } from '../../machines/raft/snapshot.ts';
import type { SnapshotReader } from '../actors/ports.ts';
import { describeKey } from './describe.ts';
import type { Engine, Key } from './engine.ts';
import { batchOf, following, placeOf, stateTable, type TableName } from './keys.ts';
import type { Codec } from './records.ts';
import { damaged } from './storage-error.ts';
import type { Superblock, Tally } from './superblock.ts';
import { isRemoval } from './table.ts';

/** The records of a table that count as of a batch: of each name the latest version up to there, removals included. */
export function* latestVersions<V>(
  engine: Engine<V>,
  table: TableName,
  after: string | null,
  batch: number,
): Iterable<readonly [key: Key, value: V]> {
  const { from, to } = following(table, after);
  let latest: readonly [key: Key, value: V] | null = null;
  let place = '';
  for (const record of engine.range(from, to)) {
    const key = record[0];
    if (!key.startsWith(place) || place === '') {
      if (latest !== null) yield latest;
      latest = null;
      place = placeOf(key);
    }
    if (batchOf(key) <= batch) latest = record;
  }
  if (latest !== null) yield latest;
}

/** Counts what a table turns out to hold, against what it is known to hold. */
export class Audit {
  #count = 0;
  #sum = 0;

  see(fingerprint: number): void {
    this.#count += 1;
    this.#sum = (this.#sum + fingerprint) >>> 0;
  }

  /** @throws StorageError when something is missing or too much */
  expect(what: string, { count, sum }: Tally): void {
    if (count === this.#count && sum === this.#sum) return;
    const found = count === this.#count ? 'not those that were written' : `${this.#count}`;
    throw damaged(`${what} should be ${count} records and are ${found}`);
  }
}

/** Reads the name and the value of an item's record; null when it says that the item is gone. @throws StorageError */
export function readItemRecord<V>(
  codec: Codec<V>,
  [key, value]: readonly [key: Key, value: V],
): readonly [name: string, value: Json] | null {
  const content = codec.open(key, value);
  if (!Array.isArray(content)) throw damaged(`${describeKey(key)} is damaged`);
  return isRemoval(content) ? null : (content as unknown as readonly [string, Json]);
}

/** Reads the state as of a checkpoint, of which the disk keeps everything until this is closed. */
export class StateReader<V> implements SnapshotReader {
  readonly checkpoint: Checkpoint;
  readonly #engine: Engine<V>;
  readonly #codec: Codec<V>;
  readonly #state: Superblock['state'];
  readonly #closed: () => void;
  /** Of whoever reads from the beginning to the end; null for those who do not. */
  #audit: Audit | null = null;
  /** Where the next read has to begin for that. */
  #next: string | null = null;

  constructor(
    engine: Engine<V>,
    codec: Codec<V>,
    checkpoint: Checkpoint,
    state: Superblock['state'],
    closed: () => void,
  ) {
    this.checkpoint = checkpoint;
    this.#engine = engine;
    this.#codec = codec;
    this.#state = state;
    this.#closed = closed;
  }

  /** The batch as of which this reads. */
  get batch(): number {
    return this.#state.batch;
  }

  read(after: string | null, maxBytes: number): { items: readonly StateItem[]; next: string | null } {
    if (after === null) this.#audit = new Audit();
    else if (after !== this.#next) this.#audit = null;
    const { generation, batch } = this.#state;
    const items: StateItem[] = [];
    let bytes = 0;
    for (const record of latestVersions(this.#engine, stateTable(generation), after, batch)) {
      const size = this.#codec.bytes(record[1]);
      if (items.length > 0 && bytes + size > maxBytes) {
        this.#next = (items.at(-1) as StateItem)[0];
        return { items, next: this.#next };
      }
      const item = readItemRecord(this.#codec, record);
      if (item === null) continue;
      bytes += size;
      items.push(item);
      this.#audit?.see(this.#codec.fingerprint(record[1]));
    }
    this.#audit?.expect(`the items of the state at index ${this.checkpoint.index}`, this.#state);
    this.#audit = null;
    return { items, next: null };
  }

  close(): void {
    this.#closed();
  }
}
