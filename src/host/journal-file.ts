import { close, constants, fdatasync, fsync, open, readFileSync, write } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { DiskFailure } from '../actors/ports.ts';
import { PAGE_BYTES } from '../storage/journal.ts';

/** A journal is made this large before it is used: to write where a file has something already is quicker to sync. */
const PREPARED_BYTES = 4 * 1024 * 1024;
const ZEROS = new Uint8Array(64 * 1024);

/**
 * On Linux a write to a file that was opened with O_DSYNC ends when it is synced (open(2)): one call instead of two, and
 * so one way to the threads that make such calls and back. Elsewhere fdatasync asks more of the drive than that flag.
 */
const IS_SYNCED_BY_WRITE = process.platform === 'linux';
const APPENDING = IS_SYNCED_BY_WRITE ? constants.O_RDWR | constants.O_DSYNC : 'r+';
/** A write that syncs may have failed to: what it was to make durable is lost. */
const WRITE_FAILS = IS_SYNCED_BY_WRITE ? 'sync' : 'io';

/** A file to whose end frames are appended, each synced before it counts. */
export class JournalFile {
  readonly path: string;
  readonly #fd: number;
  #end = 0;

  private constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  /** What the file holds; nothing when it is not there. */
  static read(path: string): Uint8Array {
    try {
      return readFileSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Uint8Array(0);
      throw error;
    }
  }

  /** Begins a file anew: whatever it held is gone. */
  static async begin(path: string): Promise<JournalFile> {
    await prepare(path);
    await syncDirectory(dirname(path));
    return new JournalFile(path, await promisify(open)(path, APPENDING));
  }

  /** How far the file is written. */
  get end(): number {
    return this.#end;
  }

  /** Appends a frame and syncs. One at a time; after a failure there is no other. */
  append(frame: Uint8Array, done: (failure: DiskFailure | null) => void): void {
    const start = this.#end;
    this.#end += Math.ceil(frame.length / PAGE_BYTES) * PAGE_BYTES;
    const put = (from: number): void => {
      write(this.#fd, frame, from, frame.length - from, start + from, (error, written) => {
        if (error !== null) return done(failureOf(this.path, error, isFull(error) ? 'full' : WRITE_FAILS));
        if (from + written < frame.length) return put(from + written);
        if (IS_SYNCED_BY_WRITE) return done(null);
        fdatasync(this.#fd, (failed) => done(failed === null ? null : failureOf(this.path, failed, 'sync')));
      });
    };
    put(0);
  }

  close(): Promise<void> {
    return promisify(close)(this.#fd);
  }
}

/**
 * Begins a file with zeros. Where there is no room for that, it grows with what is appended, until there is no room for
 * it either.
 */
async function prepare(path: string): Promise<void> {
  const fd = await promisify(open)(path, 'w');
  try {
    for (let place = 0; place < PREPARED_BYTES; place += ZEROS.length) {
      const { bytesWritten } = await promisify(write)(fd, ZEROS, 0, ZEROS.length, place);
      if (bytesWritten < ZEROS.length) break;
    }
  } catch (error) {
    if (!isFull(error as NodeJS.ErrnoException)) throw error;
  }
  await promisify(fdatasync)(fd);
  await promisify(close)(fd);
}

/** A file is there after a crash when its name in the directory is. */
export async function syncDirectory(path: string): Promise<void> {
  const fd = await promisify(open)(path, 'r');
  // Not every system lets a directory be synced; those keep names by themselves.
  await promisify(fsync)(fd).catch(() => {});
  await promisify(close)(fd);
}

const FULL: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];

function isFull({ code }: NodeJS.ErrnoException): boolean {
  return FULL.includes(code);
}

const WORDS: { readonly [code: string]: string } = {
  ENOSPC: 'No space left on device',
  EDQUOT: 'Disk quota exceeded',
  EFBIG: 'File too large',
  EIO: 'Input/output error',
};
const ADVICE = {
  full: 'make room, and start the node again: nothing that it acknowledged is lost',
  io: 'look at the device, and start the node again: what it acknowledged is checked then',
  sync: 'the sync is not tried again, for a second one would not tell what the first has lost; look at the device, and start the node again: what it acknowledged is checked then',
} as const;

function failureOf(
  path: string,
  { code, message }: NodeJS.ErrnoException,
  kind: keyof typeof ADVICE,
): DiskFailure {
  return { kind, text: `a commit to ${path} failed: ${WORDS[code ?? ''] ?? message}; ${ADVICE[kind]}` };
}
