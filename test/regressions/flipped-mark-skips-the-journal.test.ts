import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JournaledEngine } from '../../src/host/journaled-engine.ts';
import { LmdbEngine } from '../../src/host/lmdb-engine.ts';
import { StorageError } from '../../src/storage/storage-error.ts';

/**
 * The database says up to which batch it holds what went into the journals; batches up to there are passed over when
 * they are read. One flipped bit made of batch 3 batch 7, and batches 4 to 7, which had been acknowledged, were gone
 * without a word: what was left was whole, and older.
 *
 * Cause: it was the one record without a checksum.
 */

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'actorum-mark-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const open = async (directory: string) => JournaledEngine.open(directory, await LmdbEngine.open(directory));

function commit(engine: JournaledEngine, batch: number): Promise<void> {
  const put = ['kx', new TextEncoder().encode(`${batch}`)] as const;
  return new Promise((resolve, reject) =>
    engine.commit([put], (failure) => (failure === null ? resolve() : reject(new Error(failure.text)))),
  );
}

it('flipped bits in what says how far the database is lose no acknowledged batch in silence', async () => {
  const whole = join(root, 'whole');
  let engine = await open(whole);
  for (let batch = 1; batch <= 3; batch += 1) await commit(engine, batch);
  await engine.close();
  engine = await open(whole);
  for (let batch = 4; batch <= 7; batch += 1) await commit(engine, batch);
  // As if the machine stopped here: batches 4 to 7 are in the journal only.
  const stopped = join(root, 'stopped');
  cpSync(whole, stopped, { recursive: true });
  await engine.close();

  const bytes = readFileSync(join(stopped, 'data.mdb'));
  const seen = { told: 0 };
  for (let place = bytes.indexOf('\0applied'); place >= 0; place = bytes.indexOf('\0applied', place + 1)) {
    const value = place + '\0applied'.length;
    const end = Math.min(value + 5, Math.ceil(value / 4096) * 4096);
    for (let bit = value * 8; bit < end * 8; bit += 1) {
      const at = bit >> 3;
      const flipped = Buffer.from(bytes);
      flipped[at] = (bytes[at] as number) ^ (1 << (bit & 7));
      const copy = mkdtempSync(join(root, 'copy-'));
      cpSync(stopped, copy, { recursive: true });
      writeFileSync(join(copy, 'data.mdb'), flipped);
      let inner: LmdbEngine | null = null;
      try {
        inner = await LmdbEngine.open(copy, { isReadOnly: true });
        const found = JournaledEngine.view(copy, inner).get('kx');
        expect(new TextDecoder().decode(found as Uint8Array)).toBe('7');
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        seen.told += 1;
      } finally {
        await inner?.close();
      }
    }
  }
  expect(seen.told).toBeGreaterThan(0);
});
