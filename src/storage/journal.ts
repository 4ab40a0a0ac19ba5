import { crc32c } from './checksum.ts';
import type { Put } from './engine.ts';
import { StorageError } from './storage-error.ts';

/**
 * Batches one after the other in a file that was filled with zeros before: to append one and to sync is all that a
 * commit has to wait for. A frame is one batch: a head (mark, number, length and checksum of the body, checksum of the
 * head), the puts, and filling up to the next page, so that no two frames share a page and none has a sector of zeros.
 */

export const PAGE_BYTES = 4096;
/** What a device writes whole, or not at all. */
const SECTOR_BYTES = 512;
const MARK = 0x4163_4a31;
const HEAD_BYTES = 24;
const CHECKED_HEAD_BYTES = 20;
const FILLING = 0xff;
/** Of a put: the lengths of key and value; one more than the value's, and 0 for a removal. */
const PUT_HEAD_BYTES = 6;

/** A batch and its number; each frame's is one more than that of the frame before. */
export type Frame = { readonly number: number; readonly batch: readonly Put<Uint8Array>[] };

export function spellFrame({ number, batch }: Frame): Uint8Array {
  let bodyBytes = 0;
  for (const [key, value] of batch) bodyBytes += PUT_HEAD_BYTES + key.length + (value?.length ?? 0);
  const bytes = new Uint8Array(Math.ceil((HEAD_BYTES + bodyBytes) / PAGE_BYTES) * PAGE_BYTES);
  const view = new DataView(bytes.buffer);
  let place = HEAD_BYTES;
  for (const [key, value] of batch) {
    view.setUint16(place, key.length);
    view.setUint32(place + 2, value === null ? 0 : value.length + 1);
    place += PUT_HEAD_BYTES;
    for (let i = 0; i < key.length; i += 1) bytes[place + i] = key.charCodeAt(i);
    place += key.length;
    if (value === null) continue;
    bytes.set(value, place);
    place += value.length;
  }
  bytes.fill(FILLING, place);
  view.setUint32(0, MARK);
  view.setUint32(4, Math.floor(number / 2 ** 32));
  view.setUint32(8, number >>> 0);
  view.setUint32(12, bodyBytes);
  view.setUint32(16, crc32c(bytes, HEAD_BYTES, place));
  view.setUint32(CHECKED_HEAD_BYTES, crc32c(bytes, 0, CHECKED_HEAD_BYTES));
  return bytes;
}

/**
 * The frames at the beginning of a file, up to the first that is not whole.
 *
 * A crash may leave any of the sectors of the last frame unwritten: these are zeros. What was never finished was never
 * acknowledged, and is passed over. A frame without such a sector, or with others behind it, was finished: it is damaged.
 *
 * @param name what to call the file in errors
 * @throws StorageError when a frame that was acknowledged is damaged
 */
export function readFrames(bytes: Uint8Array, name: string): Frame[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Frame[] = [];
  let place = 0;
  for (;;) {
    const head = readHead(bytes, view, place);
    const before = frames.at(-1)?.number;
    const isNext = head !== null && (before === undefined || head.number === before + 1);
    const batch = isNext ? readBody(bytes, view, place, head) : null;
    if (head === null || batch === null) {
      const end = head === null ? place + PAGE_BYTES : place + head.frameBytes;
      if (!isUnfinished(bytes, view, place, end)) throw damagedFrame(name, place, before);
      return frames;
    }
    frames.push({ number: head.number, batch });
    place += head.frameBytes;
  }
}

type Head = {
  readonly number: number;
  readonly bodyBytes: number;
  readonly frameBytes: number;
  readonly crc: number;
};

function readHead(bytes: Uint8Array, view: DataView, place: number): Head | null {
  if (place + HEAD_BYTES > bytes.length || view.getUint32(place) !== MARK) return null;
  if (crc32c(bytes, place, place + CHECKED_HEAD_BYTES) !== view.getUint32(place + CHECKED_HEAD_BYTES))
    return null;
  const bodyBytes = view.getUint32(place + 12);
  return {
    number: view.getUint32(place + 4) * 2 ** 32 + view.getUint32(place + 8),
    bodyBytes,
    frameBytes: Math.ceil((HEAD_BYTES + bodyBytes) / PAGE_BYTES) * PAGE_BYTES,
    crc: view.getUint32(place + 16),
  };
}

function readBody(bytes: Uint8Array, view: DataView, start: number, head: Head): Put<Uint8Array>[] | null {
  let place = start + HEAD_BYTES;
  const end = place + head.bodyBytes;
  if (end > bytes.length || crc32c(bytes, place, end) !== head.crc) return null;
  const batch: Put<Uint8Array>[] = [];
  while (place < end) {
    const keyBytes = view.getUint16(place);
    const valueBytes = view.getUint32(place + 2) - 1;
    place += PUT_HEAD_BYTES;
    let key = '';
    for (let i = 0; i < keyBytes; i += 1) key += String.fromCharCode(bytes[place + i] as number);
    place += keyBytes;
    batch.push([key, valueBytes < 0 ? null : bytes.subarray(place, place + valueBytes)]);
    place += Math.max(0, valueBytes);
  }
  return batch;
}

/** Whether what stands at a place can be what a crash has left of a frame, or nothing at all. */
function isUnfinished(bytes: Uint8Array, view: DataView, place: number, end: number): boolean {
  for (let later = end; later + HEAD_BYTES <= bytes.length; later += PAGE_BYTES) {
    if (readHead(bytes, view, later) !== null) return false;
  }
  if (end > bytes.length) return true;
  for (let sector = place; sector < end; sector += SECTOR_BYTES) {
    if (bytes.subarray(sector, sector + SECTOR_BYTES).every((byte) => byte === 0)) return true;
  }
  return false;
}

function damagedFrame(name: string, place: number, before: number | undefined): StorageError {
  const which = before === undefined ? 'the first batch' : `batch ${before + 1}`;
  return new StorageError(
    'damaged',
    `${which} of the journal (${name}, byte ${place}) is damaged`,
    'it was acknowledged; restore the directory from a copy, or remove the node from its cluster, empty the directory and add the node again',
  );
}
