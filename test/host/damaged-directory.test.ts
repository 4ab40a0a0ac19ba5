import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDirectory } from '../../src/host/durable-directory.ts';
import { JournaledEngine } from '../../src/host/journaled-engine.ts';
import { LmdbEngine } from '../../src/host/lmdb-engine.ts';
import { Dice } from '../../src/kit/dice.ts';
import { type Inspection, inspect } from '../../src/storage/inspection.ts';
import { type Opened, openDisk } from '../../src/storage/open.ts';
import { CheckedRecords } from '../../src/storage/records.ts';
import { recover } from '../../src/storage/recovery.ts';
import { StorageError } from '../../src/storage/storage-error.ts';

let root: string;
let whole: Buffer;
let truth: unknown;

/** One life of a node on a directory. */
async function live(
  directory: string,
  life: (disk: Opened<Uint8Array>['disk']) => Promise<void>,
): Promise<void> {
  const { engine, close } = await openDirectory(directory);
  const codec = new CheckedRecords();
  const opened = await new Promise<Opened<Uint8Array>>((resolve, reject) =>
    openDisk(
      engine,
      codec,
      recover(engine, codec),
      { identity: { node: 'a', cluster: ['a'] }, nowMs: 1 },
      (result) => ('disk' in result ? resolve(result) : reject(new Error(result.text))),
    ),
  );
  await life(opened.disk);
  await new Promise((resolve) => opened.disk.sync(resolve));
  await close();
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'actorum-damaged-'));
  const directory = join(root, 'whole');
  await live(directory, async (disk) => {
    const entries = Array.from({ length: 200 }, (_, i) => ({
      term: 1,
      op: { type: 'write' as const, key: i % 7, value: 'v'.repeat(i) },
      origin: null,
      number: 0,
      bytes: 1,
    }));
    for (let from = 1; from <= 200; from += 10) {
      disk.write({
        type: 'persist',
        hardState: { term: 1, votedFor: 'a' },
        log: { from, entries: entries.slice(from - 1, from + 9) },
      });
    }
    disk.sync(() => {});
    const at = { index: 150, term: 1, membership: { voters: ['a'], outgoing: [], learners: [] } };
    const items = Array.from({ length: 500 }, (_, i) => [`key/"u${i}"`, 'x'.repeat(i % 50)] as const);
    await new Promise((resolve) => disk.checkpoint(at, items, resolve));
  });
  // The next life begins with everything in the database.
  await live(directory, () => Promise.resolve());
  whole = readFileSync(join(directory, 'data.mdb'));
  truth = await look(directory);
});

afterAll(() => rmSync(root, { recursive: true }));

type Look = {
  readonly superblock: unknown;
  readonly entries: unknown;
  readonly damage: Inspection['damage'];
};

async function look(directory: string): Promise<Look> {
  const inner = await LmdbEngine.open(directory, { isReadOnly: true });
  try {
    const engine = JournaledEngine.view(directory, inner);
    const { superblock, entries } = recover(engine, new CheckedRecords());
    return { superblock, entries, damage: inspect(engine, new CheckedRecords()).damage };
  } finally {
    await inner.close();
  }
}

it('flipped bits anywhere in the database are told, or change nothing of what is found', async () => {
  const dice = new Dice(11);
  const seen = { told: 0, harmless: 0 };
  for (let round = 0; round < 30; round += 1) {
    const directory = join(root, `copy ${round}`);
    cpSync(join(root, 'whole'), directory, { recursive: true });
    const bytes = Buffer.from(whole);
    const places = Array.from({ length: 1 + dice.below(3) }, () => dice.below(bytes.length));
    for (const place of places) bytes[place] = (bytes[place] as number) ^ (1 << dice.below(8));
    writeFileSync(join(directory, 'data.mdb'), bytes);
    try {
      const found = await look(directory);
      if (found.damage.length === 0) expect(found, `bytes ${places.join(', ')}`).toEqual(truth);
      seen[found.damage.length === 0 ? 'harmless' : 'told'] += 1;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      seen.told += 1;
    }
    rmSync(directory, { recursive: true });
  }
  expect(seen.told).toBeGreaterThan(10);
  expect(seen.harmless).toBeGreaterThan(0);
});
