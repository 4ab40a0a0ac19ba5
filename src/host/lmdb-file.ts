import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StorageError } from '../storage/storage-error.ts';

/**
 * LMDB maps its file into memory and trusts it: where the file is shorter than it says, the process dies of a bus error
 * and says nothing. So what its first two pages claim is checked against the file before LMDB sees it.
 */

/** The page's number, the transaction that wrote it, and four half words: padding, flags, and two bounds. */
const HEADER_BYTES = 24;
const MAGIC = 0xbeefc0de;
const P_META = 0x08;
/** Places in the description of the database that follows the header. */
const AT = { magic: 0, version: 4, pageBytes: 24, lastPage: 120, transaction: 128 };
const ADVICE =
  'restore the directory from a copy, or remove the node from its cluster, empty the directory and add the node again';
const META_BYTES = HEADER_BYTES + 144;
const MIN_PAGE_BYTES = 512;
const MAX_PAGE_BYTES = 64 * 1024;

/** @throws StorageError when the file is no database of LMDB, or a part of it is missing. A file that is not there is in order. */
export function checkLmdbFile(path: string): void {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    check(path, fd);
  } finally {
    closeSync(fd);
  }
}

function check(path: string, fd: number): void {
  const fileBytes = fstatSync(fd).size;
  // Nothing was ever written: LMDB begins anew.
  if (fileBytes === 0) return;
  const first = readMeta(path, fd, 0);
  const second = readMeta(path, fd, first.pageBytes);
  const latest = second.transaction > first.transaction ? second : first;
  const needed = (latest.lastPage + 1) * first.pageBytes;
  // The last pages may be free, and never written: then the file ends before them, but not by much.
  if (needed > fileBytes) {
    throw new StorageError(
      'damaged',
      `${path} is cut short: it has ${fileBytes} bytes, and its pages go to ${needed}`,
      ADVICE,
    );
  }
}

type Meta = { readonly pageBytes: number; readonly lastPage: number; readonly transaction: number };

function readMeta(path: string, fd: number, place: number): Meta {
  const page = Buffer.alloc(META_BYTES);
  const read = readSync(fd, page, 0, META_BYTES, place);
  const flags = page.readUInt16LE(18);
  const meta = page.subarray(HEADER_BYTES);
  if (read < META_BYTES || meta.readUInt32LE(AT.magic) !== MAGIC || (flags & P_META) === 0) {
    throw new StorageError(
      'damaged',
      `${path} is not a database, or the page at byte ${place} which describes it is damaged`,
      ADVICE,
    );
  }
  const pageBytes = meta.readUInt32LE(AT.pageBytes);
  if (pageBytes < MIN_PAGE_BYTES || pageBytes > MAX_PAGE_BYTES || (pageBytes & (pageBytes - 1)) !== 0) {
    throw new StorageError(
      'damaged',
      `${path} is damaged: the page at byte ${place} says that pages have ${pageBytes} bytes`,
      ADVICE,
    );
  }
  return {
    pageBytes,
    lastPage: Number(meta.readBigUInt64LE(AT.lastPage)),
    transaction: Number(meta.readBigUInt64LE(AT.transaction)),
  };
}
