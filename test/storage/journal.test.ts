import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Frame, PAGE_BYTES, readFrames, spellFrame } from '../../src/storage/journal.ts';
import { StorageError } from '../../src/storage/storage-error.ts';

const SECTOR = 512;

const key = fc.string({
  unit: fc.integer({ min: 1, max: 255 }).map((n) => String.fromCharCode(n)),
  minLength: 1,
  maxLength: 40,
});
const value = fc.uint8Array({ maxLength: 3000 }).map((bytes) => bytes.map((byte) => byte || 1));
const put = fc.tuple(key, fc.option(value));

function file(frames: readonly Uint8Array[], pages: number): Uint8Array {
  const bytes = new Uint8Array(pages * PAGE_BYTES);
  let place = 0;
  for (const frame of frames) {
    bytes.set(frame, place);
    place += frame.length;
  }
  return bytes;
}

const text = (of: string) => new TextEncoder().encode(of);
const FRAMES: readonly Frame[] = [
  {
    number: 7,
    batch: [
      ['La', text('one')],
      ['Lb', null],
    ],
  },
  {
    number: 8,
    batch: [
      ['Lc', text('x'.repeat(9000))],
      ['B0', text('superblock')],
    ],
  },
  {
    number: 9,
    batch: [
      ['Ld', text('last')],
      ['B1', text('y'.repeat(5000))],
    ],
  },
];
const spelled = FRAMES.map(spellFrame);
const used = spelled.reduce((sum, { length }) => sum + length, 0);
const whole = file(spelled, used / PAGE_BYTES + 3);

/** How many of the frames are found, each as it was; or the error. */
function outcome(bytes: Uint8Array): number | StorageError {
  try {
    const frames = readFrames(bytes, 'journal.0');
    for (const [i, frame] of frames.entries()) {
      expect(Buffer.from(spellFrame(frame)).equals(spelled[i] as Uint8Array)).toBe(true);
    }
    return frames.length;
  } catch (error) {
    if (error instanceof StorageError) return error;
    throw error;
  }
}

describe('a journal', () => {
  it('gives back the batches that were put into it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(put, { maxLength: 8 }), { maxLength: 5 }),
        fc.nat(2 ** 40),
        (batches, first) => {
          const frames = batches.map((batch, i) => ({ number: first + i, batch }));
          expect(readFrames(file(frames.map(spellFrame), 100), 'journal.0')).toEqual(frames);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is empty when it was never written, and when it is not there', () => {
    expect(readFrames(new Uint8Array(8 * PAGE_BYTES), 'journal.0')).toEqual([]);
    expect(readFrames(new Uint8Array(0), 'journal.0')).toEqual([]);
  });

  it('of its last frame a crash may leave any sectors: it is whole, or was never there', () => {
    const start = used - (spelled[2] as Uint8Array).length;
    const sectors = (used - start) / SECTOR;
    expect(sectors).toBe(16);
    // The last sectors are filling, without which nothing is missing.
    const filling = Array.from({ length: sectors }, (_, i) => start + i * SECTOR).filter((at) =>
      whole.slice(at, at + SECTOR).every((byte) => byte === 0xff),
    ).length;
    expect(filling).toBe(6);
    const needed = 2 ** (sectors - filling) - 1;
    for (let kept = 0; kept < 2 ** sectors; kept += 37) {
      const torn = whole.slice();
      for (let i = 0; i < sectors; i += 1) {
        if ((kept & (1 << i)) === 0) torn.fill(0, start + i * SECTOR, start + (i + 1) * SECTOR);
      }
      expect(outcome(torn)).toBe((kept & needed) === needed ? 3 : 2);
    }
    const torn = whole.slice();
    torn.fill(0, used - filling * SECTOR, used);
    expect(outcome(torn)).toBe(3);
  });

  it('a file that ends within its last frame has what comes before', () => {
    const start = used - (spelled[2] as Uint8Array).length;
    for (let end = start; end < used; end += 97) {
      const isWhole = whole.subarray(end, used).every((byte) => byte === 0xff);
      expect(outcome(whole.slice(0, end))).toBe(isWhole ? 3 : 2);
    }
  });

  it('a flipped bit in any byte of any frame is told, or is in the filling', () => {
    const seen = { told: 0, harmless: 0 };
    const flipped = whole.slice();
    // Of the filling, which nobody reads, a part is enough.
    for (let place = 0; place < used; place += whole[place] === 0xff ? 16 : 1) {
      flipped[place] = (whole[place] as number) ^ (1 << ((place * 3) % 8));
      const found = outcome(flipped);
      flipped[place] = whole[place] as number;
      if (found instanceof StorageError) {
        seen.told += 1;
        if (seen.told % 100 === 0)
          expect(found.fault).toMatch(/of the journal \(journal\.0, byte \d+\) is damaged$/);
      } else {
        expect(whole[place], `byte ${place}`).toBe(0xff);
        seen.harmless += 1;
      }
    }
    expect(seen.told).toBeGreaterThan(14_000);
    expect(seen.harmless).toBeGreaterThan(100);
  });

  it('an earlier frame that is gone is told: others were written after it', () => {
    for (const [i, frame] of spelled.entries()) {
      if (i === spelled.length - 1) continue;
      const start = spelled.slice(0, i).reduce((sum, { length }) => sum + length, 0);
      for (let sector = 0; sector < frame.length; sector += SECTOR) {
        const torn = whole.slice();
        torn.fill(0, start + sector, start + sector + SECTOR);
        const found = outcome(torn);
        // The last sectors of a frame may be filling alone.
        if (found instanceof StorageError) continue;
        expect(whole.slice(start + sector, start + sector + SECTOR).every((byte) => byte === 0xff)).toBe(
          true,
        );
      }
    }
  });
});
