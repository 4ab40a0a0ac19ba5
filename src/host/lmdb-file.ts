import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StorageError } from '../storage/storage-error.ts';

/**
 * LMDB maps its file into memory and trusts it: a page that is not there, or that is not what it should be, ends the
 * process with a signal and without a word. So every page that can be reached is looked at before LMDB sees the file:
 * that it is there, and that what it points to lies within it. What the records say is verified by their checksums.
 *
 * Layout: mdb.c of lmdb-js 3.5 (MDB_meta, MDB_page_header, MDB_node, MDB_ovpage), on 64-bit machines of either maker.
 */

const HEADER_BYTES = 24;
const NODE_BYTES = 8;
const MAGIC = 0xbeefc0de;
const P_BRANCH = 0x01;
const P_LEAF = 0x02;
const P_OVERFLOW = 0x04;
const P_META = 0x08;
const KINDS = P_BRANCH | P_LEAF | P_OVERFLOW | P_META;
const F_BIGDATA = 0x01;
/** Places in a page's header, and in what describes the database. */
const PAGE = { number: 0, flags: 18, lower: 20, upper: 22, pages: 20 };
const META = { magic: 0, pageBytes: 24, freeRoot: 24 + 40, mainRoot: 72 + 40, transaction: 128 };
const META_BYTES = HEADER_BYTES + 144;
/** The root of a tree without anything in it. */
const NOWHERE = 2 ** 64;

/** @throws StorageError when the file is no database of LMDB, or is damaged. A file that is not there is in order. */
export function checkLmdbFile(path: string): void {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    new Walk(path, fd).run();
  } finally {
    closeSync(fd);
  }
}

class Walk {
  readonly #path: string;
  readonly #fd: number;
  readonly #fileBytes: number;
  #pageBytes = 4096;
  #page = Buffer.alloc(0);
  /** Pages that were reached; none is reached twice. */
  #reached = new Uint8Array(0);

  constructor(path: string, fd: number) {
    this.#path = path;
    this.#fd = fd;
    this.#fileBytes = fstatSync(fd).size;
  }

  run(): void {
    // Nothing was ever written: LMDB begins anew.
    if (this.#fileBytes === 0) return;
    const first = this.#meta(0);
    this.#pageBytes = first.pageBytes;
    const second = this.#meta(first.pageBytes);
    const { roots } = second.transaction > first.transaction ? second : first;
    this.#page = Buffer.alloc(first.pageBytes);
    this.#reached = new Uint8Array(Math.floor(this.#fileBytes / first.pageBytes));
    for (const root of roots) if (root < NOWHERE) this.#tree(root);
  }

  #meta(place: number) {
    const page = Buffer.alloc(META_BYTES);
    const read = readSync(this.#fd, page, 0, META_BYTES, place);
    const meta = page.subarray(HEADER_BYTES);
    const isOne = meta.readUInt32LE(META.magic) === MAGIC && (page.readUInt16LE(PAGE.flags) & P_META) !== 0;
    const pageBytes = meta.readUInt32LE(META.pageBytes);
    const isSize = pageBytes >= 512 && pageBytes <= 65_536 && (pageBytes & (pageBytes - 1)) === 0;
    if (read < META_BYTES || !isOne || !isSize) {
      throw this.#damaged(`is not a database, or the page at byte ${place} which describes it is damaged`);
    }
    return {
      pageBytes,
      transaction: number64(meta, META.transaction),
      roots: [number64(meta, META.freeRoot), number64(meta, META.mainRoot)],
    };
  }

  #tree(root: number): void {
    const due = [root];
    for (let number = due.pop(); number !== undefined; number = due.pop()) {
      const page = this.#read(number, this.#page);
      const flags = page.readUInt16LE(PAGE.flags) & KINDS;
      if (flags !== P_BRANCH && flags !== P_LEAF) throw this.#badPage(number);
      // Both bounds, and the places of nodes, count from the end of the header.
      const [lower, upper] = [page.readUInt16LE(PAGE.lower), page.readUInt16LE(PAGE.upper)];
      if (lower % 2 !== 0 || lower > upper || HEADER_BYTES + upper > this.#pageBytes)
        throw this.#badPage(number);
      for (let at = 0; at < lower; at += 2) {
        const place = page.readUInt16LE(HEADER_BYTES + at);
        const node = HEADER_BYTES + place;
        if (place < upper || node + NODE_BYTES > this.#pageBytes) throw this.#badPage(number);
        if (flags === P_BRANCH) due.push(this.#child(page, node, number));
        else this.#leaf(page, node, number);
      }
    }
  }

  #child(page: Buffer, node: number, number: number): number {
    const keyBytes = page.readUInt16LE(node + 6);
    if (node + NODE_BYTES + keyBytes > this.#pageBytes) throw this.#badPage(number);
    return page.readUInt32LE(node) + page.readUInt16LE(node + 4) * 2 ** 32;
  }

  #leaf(page: Buffer, node: number, number: number): void {
    const dataBytes = page.readUInt32LE(node);
    const isBig = (page.readUInt16LE(node + 4) & F_BIGDATA) !== 0;
    const data = node + NODE_BYTES + page.readUInt16LE(node + 6);
    if (data + (isBig ? 24 : dataBytes) > this.#pageBytes) throw this.#badPage(number);
    if (isBig) this.#overflow(number64(page, data), dataBytes);
  }

  /** Data that is too large for a page has pages of its own, one after the other. */
  #overflow(number: number, dataBytes: number): void {
    const page = this.#read(number, Buffer.alloc(HEADER_BYTES));
    const pages = page.readUInt32LE(PAGE.pages);
    const isOne = (page.readUInt16LE(PAGE.flags) & KINDS) === P_OVERFLOW;
    const isSound = isOne && pages > 0 && HEADER_BYTES + dataBytes <= pages * this.#pageBytes;
    if (!isSound) throw this.#badPage(number);
    for (let more = 1; more < pages; more += 1) this.#reach(number + more);
  }

  #read(number: number, into: Buffer): Buffer {
    this.#reach(number);
    readSync(this.#fd, into, 0, into.length, number * this.#pageBytes);
    if (number64(into, PAGE.number) !== number) throw this.#badPage(number);
    return into;
  }

  #reach(number: number): void {
    if (number >= this.#reached.length) {
      throw this.#damaged(`is cut short: it has ${this.#reached.length} pages, and page ${number} is needed`);
    }
    if (this.#reached[number] === 1) throw this.#badPage(number);
    this.#reached[number] = 1;
  }

  #badPage(number: number): StorageError {
    return this.#damaged(`is damaged: page ${number} is not what it should be`);
  }

  #damaged(what: string): StorageError {
    return new StorageError(
      'damaged',
      `${this.#path} ${what}`,
      'restore the directory from a copy, or remove the node from its cluster, empty the directory and add the node again',
    );
  }
}

function number64(bytes: Buffer, place: number): number {
  return bytes.readUInt32LE(place) + bytes.readUInt32LE(place + 4) * 2 ** 32;
}
