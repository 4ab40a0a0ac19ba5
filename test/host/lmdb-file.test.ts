import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LmdbEngine } from '../../src/host/lmdb-engine.ts';
import { checkLmdbFile } from '../../src/host/lmdb-file.ts';
import { Dice } from '../../src/kit/dice.ts';
import type { Put } from '../../src/storage/engine.ts';
import { StorageError } from '../../src/storage/storage-error.ts';

let root: string;
let file: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'actorum-lmdb-'));
  file = join(root, 'data.mdb');
});

afterEach(() => rmSync(root, { recursive: true }));

/** A database with branches, leaves, pages for large values, and free pages. */
async function fill(): Promise<Buffer> {
  const engine = await LmdbEngine.open(root);
  const dice = new Dice(3);
  for (let round = 0; round < 12; round += 1) {
    const batch = new Map<string, Uint8Array | null>();
    for (let i = 0; i < 200; i += 1) {
      const size = dice.chance(0.03) ? 9000 : dice.below(200);
      batch.set(
        `k${dice.below(900)}${'y'.repeat(dice.below(60))}`,
        dice.chance(0.3) ? null : new Uint8Array(size).fill(1),
      );
    }
    await new Promise<void>((resolve, reject) =>
      engine.commit([...batch] as Put<Uint8Array>[], (failure) =>
        failure === null ? resolve() : reject(failure),
      ),
    );
    // What every commit leaves is in order.
    checkLmdbFile(file);
  }
  await engine.close();
  return readFileSync(file);
}

function fault(bytes: Uint8Array): string | null {
  writeFileSync(file, bytes);
  try {
    checkLmdbFile(file);
    return null;
  } catch (error) {
    if (error instanceof StorageError && error.kind === 'damaged') return error.fault;
    throw error;
  }
}

describe('the file of a database', () => {
  it('is in order as every commit leaves it, and when it is not there, or empty', async () => {
    checkLmdbFile(file);
    expect(fault(await fill())).toBe(null);
    expect(fault(new Uint8Array(0))).toBe(null);
  });

  it('that was cut anywhere is told, unless nothing is missed', async () => {
    const whole = await fill();
    const seen = { told: 0 };
    for (let end = 100; end < whole.length - 4096; end += 3 * 4096) {
      const told = fault(whole.subarray(0, end));
      if (told !== null) seen.told += 1;
      if (told?.includes('cut short'))
        expect(told).toMatch(/ is cut short: it has \d+ pages, and page \d+ is needed$/);
    }
    expect(seen.told).toBeGreaterThan(10);
  });

  it('in which a page holds something else is told, if it is one that is used', async () => {
    const whole = await fill();
    const seen = { told: 0, free: 0 };
    for (let page = 0; page < whole.length / 4096; page += 3) {
      const damaged = Buffer.from(whole);
      damaged.fill(0x5a, page * 4096, page * 4096 + 24);
      seen[fault(damaged) === null ? 'free' : 'told'] += 1;
    }
    expect(seen.told).toBeGreaterThan(10);
    expect(seen.free).toBeGreaterThan(1);
  });

  it('of another kind is told', () => {
    expect(fault(Buffer.from('hello'))).toMatch(/data\.mdb is not a database/);
    expect(fault(Buffer.alloc(100_000, 7))).toMatch(/data\.mdb is not a database/);
  });
});
