import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { DiskFailure } from '../actors/ports.ts';
import type { Engine, Key, Put } from '../storage/engine.ts';
import { type Frame, readFrames, spellFrame } from '../storage/journal.ts';
import { Layer, Layered } from '../storage/layers.ts';
import { CheckedRecords } from '../storage/records.ts';
import { damaged, StorageError } from '../storage/storage-error.ts';
import { JournalFile, syncDirectory } from './journal-file.ts';

type Bytes = Uint8Array;
type Inner = Engine<Bytes> & { close(): Promise<void> };

/** So much is in the journal, or so many records above the engine, before the engine is brought up to it. */
const FOLD_BYTES = 3 * 1024 * 1024;
const FOLD_RECORDS = 4000;
/** Where the engine keeps how far it is: below all keys of records, and with a checksum as they have it. */
const APPLIED_KEY = '\0applied';
const RECORDS = new CheckedRecords();

/**
 * An engine whose commits go into a journal first. One write and one sync make a batch durable, where LMDB needs two
 * syncs and pages all over its file; the batches lie above the engine in memory, and many together are folded into it.
 * There are two journals in turn: one is appended to while the other's batches are folded, and then begins anew.
 */
export class JournaledEngine implements Engine<Bytes> {
  readonly #inner: Inner;
  readonly #paths: readonly [string, string];
  readonly #reads: Layered;
  #journal: JournalFile;
  /** The journal to change to; null while it is being made. */
  #standby: JournalFile | null = null;
  #top = new Layer();
  /** What is being folded into the engine, from the journal that is not appended to. */
  #folding: Layer | null = null;
  /** The number of the last batch. */
  #number: number;
  #failure: DiskFailure | null = null;
  #isClosing = false;
  #isAppending = false;
  #onIdle: (() => void) | null = null;
  /** Everything that goes on beside commits: `close` waits for it. */
  #beside: Promise<unknown> = Promise.resolve();

  private constructor(inner: Inner, paths: readonly [string, string], number: number, journal: JournalFile) {
    this.#inner = inner;
    this.#paths = paths;
    this.#number = number;
    this.#journal = journal;
    this.#reads = new Layered(() =>
      [this.#top.records, this.#folding?.records ?? null, inner].filter((layer) => layer !== null),
    );
  }

  /**
   * Brings the engine up to the journals that are there, and begins new ones.
   * @throws StorageError when a batch is damaged or missing, or there is no room
   */
  static async open(directory: string, inner: Inner): Promise<JournaledEngine> {
    const paths = pathsIn(directory);
    // From the first commit to the engine on, both are there for good: without one, batches are missing.
    if (inner.get(APPLIED_KEY) === null) {
      for (const path of paths) closeSync(openSync(path, 'a'));
      await syncDirectory(directory);
    }
    const { layer, number } = replay(paths, inner);
    // Also with nothing to fold: it makes the engine's own files durable before the first batch counts.
    const failure = await fold(inner, layer, number);
    if (failure !== null) {
      const [fault, advice] = failure.text.split('; ') as [string, string];
      throw new StorageError('unusable', fault, advice);
    }
    const journal = await JournalFile.begin(paths[0]);
    const engine = new JournaledEngine(inner, paths, number, journal);
    engine.#prepare(1);
    return engine;
  }

  /** The same for those who only look: nothing is written. @throws StorageError as `open` does */
  static view(directory: string, inner: Engine<Bytes>): Engine<Bytes> {
    const { layer } = replay(pathsIn(directory), inner);
    const reads = new Layered(() => [layer.records, inner]);
    return Object.assign(reads, {
      commit: () => {
        throw new Error('a view is for looking only');
      },
    });
  }

  get(key: Key): Bytes | null {
    return this.#reads.get(key);
  }

  last(from: Key, to: Key): readonly [key: Key, value: Bytes] | null {
    return this.#reads.last(from, to);
  }

  range(from: Key, to: Key): Iterable<readonly [key: Key, value: Bytes]> {
    return this.#reads.range(from, to);
  }

  keys(from: Key, to: Key): Iterable<Key> {
    return this.#reads.keys(from, to);
  }

  commit(batch: readonly Put<Bytes>[], done: (failure: DiskFailure | null) => void): void {
    // Whoever gives the directory back has synced what matters, and waits for nothing more.
    if (this.#isClosing) return;
    if (this.#failure !== null) return done(this.#failure);
    this.#number += 1;
    this.#isAppending = true;
    this.#journal.append(spellFrame({ number: this.#number, batch }), (failure) => {
      this.#isAppending = false;
      this.#failure ??= failure;
      if (this.#failure !== null) {
        done(this.#failure);
      } else {
        this.#top.put(batch);
        this.#foldIfDue();
        done(null);
      }
      this.#onIdle?.();
    });
  }

  /** Waits for the commit that is under way; there is none after it. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#isAppending)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    for (let beside: unknown = null; beside !== this.#beside; ) {
      beside = this.#beside;
      await beside;
    }
    await this.#journal.close();
    await this.#standby?.close();
    await this.#inner.close();
  }

  #foldIfDue(): void {
    const standby = this.#standby;
    const isDue = this.#journal.end >= FOLD_BYTES || this.#top.size >= FOLD_RECORDS;
    if (!isDue || standby === null || this.#folding !== null) return;
    const full = this.#journal;
    const layer = this.#top;
    this.#folding = layer;
    this.#top = new Layer();
    this.#journal = standby;
    this.#standby = null;
    this.#beside = fold(this.#inner, layer, this.#number).then(async (failure) => {
      this.#failure ??= failure;
      if (failure !== null) return;
      this.#folding = null;
      await full.close();
      this.#prepare(full.path === this.#paths[0] ? 0 : 1);
    });
  }

  /** Makes the journal that is changed to next. Without it the present one grows. */
  #prepare(which: 0 | 1): void {
    this.#beside = JournalFile.begin(this.#paths[which]).then(
      (journal) => {
        this.#standby = journal;
      },
      (error: Error) => {
        this.#failure ??= { kind: 'io', text: `${this.#paths[which]} cannot be made: ${error.message}` };
      },
    );
  }
}

function pathsIn(directory: string): readonly [string, string] {
  return [join(directory, 'journal.0'), join(directory, 'journal.1')];
}

const MISSING_ADVICE =
  'it was acknowledged; restore the directory from a copy, or remove the node from its cluster, empty the directory and add the node again';

/** What the journals hold beyond the engine. */
function replay(paths: readonly string[], inner: Engine<Bytes>) {
  let number = appliedNumber(inner);
  const lost = inner.get(APPLIED_KEY) === null ? undefined : paths.find((path) => !existsSync(path));
  if (lost !== undefined) {
    throw new StorageError(
      'damaged',
      `${lost} is missing, and with it what was written last`,
      MISSING_ADVICE,
    );
  }
  const layer = new Layer();
  const files = paths.map((path): readonly Frame[] => readFrames(JournalFile.read(path), path));
  const frames = files.sort((a, b) => (a[0]?.number ?? 0) - (b[0]?.number ?? 0)).flat();
  for (const frame of frames) {
    if (frame.number <= number) continue;
    if (frame.number > number + 1) {
      throw new StorageError(
        'damaged',
        `batch ${number + 1} is missing: the database ends before it, and the journal begins with batch ${frame.number}`,
        MISSING_ADVICE,
      );
    }
    number = frame.number;
    layer.put(frame.batch);
  }
  return { layer, number };
}

/** The number of the last batch that is in the engine. A wrong one would pass over batches that were acknowledged. */
function appliedNumber(inner: Engine<Bytes>): number {
  const record = inner.get(APPLIED_KEY);
  if (record === null) return 0;
  const number = RECORDS.open(APPLIED_KEY, record);
  if (typeof number !== 'number') throw damaged('the record of how far the database is');
  return number;
}

function fold(inner: Inner, layer: Layer, number: number): Promise<DiskFailure | null> {
  const applied: Put<Bytes> = [APPLIED_KEY, RECORDS.seal(APPLIED_KEY, number)];
  return new Promise((resolve) => inner.commit([...layer.puts(), applied], resolve));
}
