import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database, RootDatabaseOptions } from 'lmdb';
import type { DiskFailure } from '../actors/ports.ts';
import type { Engine, Key, Put } from '../storage/engine.ts';
import { PAGE_BYTES } from '../storage/journal.ts';
import { StorageError } from '../storage/storage-error.ts';
import { checkLmdbFile } from './lmdb-file.ts';

type Bytes = Uint8Array;
type Store = Database<Buffer, Buffer>;

/**
 * Records in LMDB, a tree of pages in one file that is changed by copying: what a commit writes is seen when all of it
 * is on the disk. A commit here means both of LMDB's syncs, that of the pages and that of the page which names the root;
 * lmdb-js would by default report it before them.
 */
export class LmdbEngine implements Engine<Bytes> {
  readonly #db: Store;
  readonly #file: string;

  private constructor(db: Store, file: string) {
    this.#db = db;
    this.#file = file;
  }

  /**
   * Opens what is in a directory, or begins there.
   *
   * @throws StorageError when the file is damaged, or cannot be used
   */
  static async open(directory: string, { isReadOnly = false } = {}): Promise<LmdbEngine> {
    const file = join(directory, 'data.mdb');
    checkLmdbFile(file);
    const { open } = await import('lmdb');
    try {
      return new LmdbEngine(
        open<Buffer, Buffer>({ ...OPTIONS, path: directory, readOnly: isReadOnly }),
        file,
      );
    } catch (error) {
      const { kind, text } = failureOf(error as NativeError);
      const [fault, advice] = text.split('; ') as [string, string];
      throw new StorageError(
        kind === 'full' ? 'unusable' : 'damaged',
        `${file} cannot be opened (${fault})`,
        advice,
      );
    }
  }

  get(key: Key): Bytes | null {
    return this.#db.get(bytesOf(key)) ?? null;
  }

  last(from: Key, to: Key): readonly [key: Key, value: Bytes] | null {
    const range = this.#db.getRange({ start: bytesOf(to), end: bytesOf(from), reverse: true, limit: 2 });
    for (const { key, value } of range) {
      const name = key.toString('latin1');
      if (name < to) return [name, value];
    }
    return null;
  }

  *range(from: Key, to: Key): Iterable<readonly [key: Key, value: Bytes]> {
    for (const { key, value } of this.#db.getRange({ start: bytesOf(from), end: bytesOf(to) })) {
      yield [key.toString('latin1'), value];
    }
  }

  *keys(from: Key, to: Key): Iterable<Key> {
    for (const key of this.#db.getKeys({ start: bytesOf(from), end: bytesOf(to) }))
      yield key.toString('latin1');
  }

  commit(batch: readonly Put<Bytes>[], done: (failure: DiskFailure | null) => void): void {
    const db = this.#db;
    const committed = db.batch(() => {
      for (const [key, value] of batch) {
        if (value === null) db.remove(bytesOf(key));
        else db.put(bytesOf(key), value as Buffer);
      }
    });
    committed.then(
      () => {
        db.resetReadTxn();
        done(null);
      },
      (error: CommitError) => {
        // The reason comes with a promise of its own, which is always rejected.
        (error.commitError ?? Promise.reject(error)).catch((reason: NativeError) => {
          const { kind, text } = failureOf(wasCutShort(reason, this.#file) ? NO_ROOM : reason);
          done({ kind, text: `a commit to ${this.#file} failed: ${text}` });
        });
      },
    );
  }

  /** Waits for what is on its way. */
  async close(): Promise<void> {
    await this.#db.close();
  }
}

type CommitError = Error & { commitError?: Promise<never> };
type NativeError = Error & { code?: number };

const OPTIONS: RootDatabaseOptions & { overlappingSync: boolean; noSubdir: boolean } = {
  // Both syncs before a commit is reported.
  overlappingSync: false,
  noSubdir: false,
  keyEncoding: 'binary',
  encoding: 'binary',
  // One batch is one transaction, and it begins at once.
  eventTurnBatching: false,
  cache: false,
  maxDbs: 1,
  // A directory has one user, and inspection.
  maxReaders: 8,
};

/** No room: on the device, of a quota, of a limit on files, of LMDB's map. */
const FULL: ReadonlySet<number | undefined> = new Set([28, 122, 27, -30792]);

const NO_ROOM: NativeError = Object.assign(new Error('No space left on device'), { code: 28 });

/** What has room in part only is cut short, which LMDB takes for an input/output error. */
function wasCutShort({ code }: NativeError, file: string): boolean {
  if (code !== 5) return false;
  try {
    const { bavail, bsize } = statfsSync(file);
    return bavail * bsize < PAGE_BYTES;
  } catch {
    return false;
  }
}

function failureOf({ code, message }: NativeError): DiskFailure {
  const kind = FULL.has(code) ? 'full' : 'io';
  const advice =
    kind === 'full'
      ? 'make room, and start the node again: nothing that it acknowledged is lost'
      : 'look at the device, and start the node again: what it acknowledged before is checked then';
  return { kind, text: `${message}; ${advice}` };
}

function bytesOf(key: Key): Buffer {
  return Buffer.from(key, 'latin1');
}
