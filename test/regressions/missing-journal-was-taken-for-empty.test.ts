import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JournaledEngine } from '../../src/host/journaled-engine.ts';
import { LmdbEngine } from '../../src/host/lmdb-engine.ts';

/**
 * What was acknowledged last is in a journal only. Without the file (a copy of the directory that was made of the
 * database alone, say) a node started with an older state, an older term and another vote, and without a word.
 *
 * Cause: a journal that is not there was read as an empty one, as it is in the first life of a directory.
 */

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'actorum-missing-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A life that ends, without folding, after so many batches. */
async function live(batches: number): Promise<void> {
  const engine = await JournaledEngine.open(directory, await LmdbEngine.open(directory));
  for (let batch = 0; batch < batches; batch += 1) {
    await new Promise((resolve) => engine.commit([['k', new Uint8Array([batch])]], resolve));
  }
  await engine.close();
}

for (const journal of ['journal.0', 'journal.1']) {
  it(`a directory without its ${journal} is damaged, once anything was acknowledged`, async () => {
    await live(2);
    rmSync(join(directory, journal));
    const inner = await LmdbEngine.open(directory);
    await expect(JournaledEngine.open(directory, inner)).rejects.toThrow(
      `${journal} is missing, and with it what was written last`,
    );
    await inner.close();
  });
}
