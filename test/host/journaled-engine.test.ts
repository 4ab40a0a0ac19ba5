import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournaledEngine } from '../../src/host/journaled-engine.ts';
import { LmdbEngine } from '../../src/host/lmdb-engine.ts';
import { Dice } from '../../src/kit/dice.ts';
import type { Engine, Put } from '../../src/storage/engine.ts';
import { StorageError } from '../../src/storage/storage-error.ts';

type Bytes = Uint8Array;
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'actorum-journal-'));
});

afterEach(() => rmSync(root, { recursive: true }));

const open = async (directory: string) => JournaledEngine.open(directory, await LmdbEngine.open(directory));
const text = (of: string) => new TextEncoder().encode(of);

function commit(engine: Engine<Bytes>, batch: readonly Put<Bytes>[]): Promise<void> {
  return new Promise((resolve, reject) =>
    engine.commit(batch, (failure) => (failure === null ? resolve() : reject(new Error(failure.text)))),
  );
}

/** All records, as text. */
function recordsOf(engine: Engine<Bytes>): [string, string][] {
  return [...engine.range('\x01', '\xff\xff')].map(([key, value]) => [key, new TextDecoder().decode(value)]);
}

/** A machine that stopped right now: what its files hold is opened elsewhere. */
function copied(directory: string): string {
  const copy = mkdtempSync(join(root, 'copy-'));
  cpSync(directory, copy, { recursive: true });
  return copy;
}

function sorted(map: ReadonlyMap<string, string>): [string, string][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('the engine of a directory', () => {
  it('is a sorted map, before and after batches are folded, and whenever the machine stops', async () => {
    const dice = new Dice(1);
    const directory = join(root, 'data');
    let engine = await open(directory);
    const map = new Map<string, string>();
    for (let round = 0; round < 42; round += 1) {
      // Some batches are large, so that it comes to folding again and again.
      const size = round % 6 === 0 ? 1500 : 20;
      const batch = new Map<string, string | null>();
      for (let i = 0; i < size; i += 1) {
        batch.set(
          `k${dice.below(4000)}`,
          dice.chance(0.3) ? null : `${round} ${'x'.repeat(dice.below(300))}`,
        );
      }
      await commit(
        engine,
        [...batch].map(([key, value]) => [key, value === null ? null : text(value)]),
      );
      for (const [key, value] of batch) {
        if (value === null) map.delete(key);
        else map.set(key, value);
      }
      if (round % 10 === 3) {
        const other = await open(copied(directory));
        expect(recordsOf(other)).toEqual(sorted(map));
        await other.close();
      }
      if (round % 20 === 11) {
        await engine.close();
        engine = await open(directory);
      }
      const [from, to] = [`k${dice.below(4000)}`, `k${dice.below(4000)}`].sort() as [string, string];
      const within = sorted(map).filter(([key]) => key >= from && key < to);
      expect([...engine.keys(from, to)]).toEqual(within.map(([key]) => key));
      expect(engine.last(from, to)?.[0]).toBe(within.at(-1)?.[0]);
      const held = engine.get(from);
      expect(held === null ? undefined : new TextDecoder().decode(held)).toBe(map.get(from));
    }
    expect(recordsOf(engine)).toEqual(sorted(map));
    await engine.close();
  });

  it('can be looked at without being changed', async () => {
    const directory = join(root, 'data');
    const engine = await open(directory);
    await commit(engine, [['a', text('1')]]);
    await engine.close();
    const before = ['journal.0', 'data.mdb'].map((file) => readFileSync(join(directory, file)));
    const inner = await LmdbEngine.open(directory, { isReadOnly: true });
    expect(recordsOf(JournaledEngine.view(directory, inner))).toEqual([['a', '1']]);
    await inner.close();
    for (const [i, file] of ['journal.0', 'data.mdb'].entries()) {
      expect(readFileSync(join(directory, file)).equals(before[i] as Buffer), file).toBe(true);
    }
  });

  it('misses batches when the database is older than the journal', async () => {
    const directory = join(root, 'data');
    let engine = await open(directory);
    await commit(engine, [['a', text('1')]]);
    await engine.close();
    const old = readFileSync(join(directory, 'data.mdb'));
    for (let life = 0; life < 2; life += 1) {
      engine = await open(directory);
      await commit(engine, [['a', text('2')]]);
      await engine.close();
    }
    writeFileSync(join(directory, 'data.mdb'), old);
    const inner = await LmdbEngine.open(directory);
    await expect(JournaledEngine.open(directory, inner)).rejects.toThrow(
      /batch 1 is missing: the database ends before it, and the journal begins with batch 3/,
    );
    await expect(JournaledEngine.open(directory, inner)).rejects.toThrow(StorageError);
    await inner.close();
  });

  it('a commit that fails is told, and so is every one after it', async () => {
    const failure = { kind: 'full', text: 'no room; make some' } as const;
    const inner = await LmdbEngine.open(join(root, 'data'));
    let isFull = false;
    const engine = await JournaledEngine.open(join(root, 'data'), {
      get: (key) => inner.get(key),
      last: (from, to) => inner.last(from, to),
      range: (from, to) => inner.range(from, to),
      keys: (from, to) => inner.keys(from, to),
      commit: (batch, done) => (isFull ? done(failure) : inner.commit(batch, done)),
      close: () => inner.close(),
    });
    isFull = true;
    // Enough to be folded; then the engine below fails, and no batch is taken on any more.
    const batch = Array.from({ length: 5000 }, (_, i): Put<Bytes> => [`k${i}`, text('x')]);
    const attempt = async () => {
      for (let i = 0; i < 50; i += 1) await commit(engine, batch);
    };
    await expect(attempt()).rejects.toThrow('no room; make some');
    await expect(commit(engine, [['a', null]])).rejects.toThrow('no room; make some');
    await engine.close();
  });
});
