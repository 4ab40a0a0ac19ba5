import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../machines/raft/snapshot.ts';
import type { Key } from '../../src/storage/engine.ts';
import { MemoryEngine } from '../../src/storage/memory-engine.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { CrashEngine } from '../support/crash-engine.ts';
import { readAll, start } from '../support/disk-model.ts';

const at = (index: number): Checkpoint => ({
  index,
  term: 1,
  membership: { voters: ['a'], outgoing: [], learners: [] },
});

/** A directory in which there is something of everything: also versions that were replaced, and are still there. */
function filled(): CrashEngine {
  const engine = new CrashEngine();
  const { opened } = complete(engine, start(engine));
  const disk = opened?.disk;
  if (disk === undefined) throw new Error('the disk did not open');
  const entries = (...values: string[]) =>
    values.map((value) => ({
      term: 1,
      op: { type: 'write' as const, key: 'k', value },
      origin: null,
      number: 0,
      bytes: 9,
    }));
  disk.write({
    type: 'persist',
    hardState: { term: 1, votedFor: 'a' },
    log: { from: 1, entries: entries('1', '2', '3') },
  });
  disk.write({
    type: 'store',
    changes: [
      ['l"x"', '[1]'],
      ['l"y"', '[2]'],
    ],
    counters: { floor: 3 },
  });
  disk.sync(() => {});
  engine.complete();
  disk.checkpoint(
    at(2),
    [
      ['key/"a"', 1],
      ['key/"b"', 2],
    ],
    () => {},
  );
  engine.complete();
  disk.write({ type: 'persist', hardState: null, log: { from: 3, entries: entries('3b', '4b') } });
  disk.write({ type: 'compact', through: 1, term: 1 });
  disk.write({ type: 'store', changes: [['l"x"', '[3]']], counters: {} });
  disk.write({
    type: 'snapshot.stage',
    checkpoint: at(9),
    after: null,
    items: [['key/"c"', 5]],
    next: 'key/"c"',
  });
  disk.sync(() => {});
  engine.complete();
  let isTaken = false;
  disk.checkpoint(at(3), [['key/"a"', 7]], () => {
    isTaken = true;
  });
  while (!isTaken) engine.complete();
  return new CrashEngine(engine.crashed(0, null).records);
}

function complete<T>(engine: CrashEngine, result: T): T {
  for (let i = 0; i < 100 && engine.complete(); i += 1);
  return result;
}

/** What a node finds, or the error with which it stops. */
function outcome(records: readonly (readonly [Key, Uint8Array])[]): unknown {
  const memory = new MemoryEngine<Uint8Array>();
  for (const [key, value] of records) memory.set(key, value);
  const engine = new CrashEngine(memory);
  try {
    const result = start(engine);
    engine.complete();
    if (result.opened === null) throw new Error('the disk did not open');
    return readAll(result.opened);
  } catch (error) {
    if (error instanceof StorageError) return error;
    throw error;
  }
}

const records = [...filled().range('\x01', '\xff')].map(([key, value]) => [key, value] as const);
const truth = outcome(records);

/** Each damage is either told, with the record's name, or changes nothing of what is found. */
function judge(damaged: readonly (readonly [Key, Uint8Array])[], where: string): 'told' | 'harmless' {
  const found = outcome(damaged);
  if (!(found instanceof StorageError)) {
    expect(found, where).toEqual(truth);
    return 'harmless';
  }
  expect(found.kind, where).toBe('damaged');
  expect(found.message, where).toMatch(
    /superblock|log record|state item|store item|items of the|unknown key/,
  );
  return 'told';
}

describe('damage to what a disk holds', () => {
  it('has something of everything to damage', () => {
    const kinds = records.map(([key]) => key[0]);
    expect([...new Set(kinds)].sort()).toEqual(['B', 'I', 'L', 'S']);
    expect(truth).toMatchObject({
      base: { index: 1 },
      checkpoint: { at: { index: 3 } },
      incoming: { index: 9 },
    });
  });

  it('a flipped bit in any byte of any record is told, or harmless', () => {
    const seen = { told: 0, harmless: 0 };
    for (const [number, [key, value]] of records.entries()) {
      for (let byte = 0; byte < value.length; byte += 1) {
        const flipped = value.slice();
        flipped[byte] = (flipped[byte] as number) ^ (1 << ((byte * 5) % 8));
        const damaged = records.with(number, [key, flipped]);
        seen[judge(damaged, `${JSON.stringify(key)}, byte ${byte}`)] += 1;
      }
    }
    expect(seen.told).toBeGreaterThan(400);
    // Of the superblocks, each of which has a twin; and of what was replaced.
    expect(seen.harmless).toBeGreaterThan(400);
  });

  it('every bit of the checksum and of the content behind it counts', () => {
    const [number, [key, value]] = [...records.entries()].find(([, [name]]) => name.startsWith('S')) as [
      number,
      readonly [Key, Uint8Array],
    ];
    for (let bit = 0; bit < value.length * 8; bit += 1) {
      const flipped = value.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      judge(records.with(number, [key, flipped]), `bit ${bit}`);
    }
  });

  it('a record that is cut short is told or harmless', () => {
    for (const [number, [key, value]] of records.entries()) {
      for (let length = 0; length < value.length; length += length < 8 ? 1 : 7) {
        judge(
          records.with(number, [key, value.slice(0, length)]),
          `${JSON.stringify(key)}, cut to ${length}`,
        );
      }
    }
  });

  it('a record that is missing, or under a key that is not its own, is told or harmless', () => {
    const seen = { told: 0, harmless: 0 };
    for (const [number, [key, value]] of records.entries()) {
      seen[judge(records.toSpliced(number, 1), `${JSON.stringify(key)} missing`)] += 1;
      for (let i = 0; i < key.length; i += 1) {
        const flipped = String.fromCharCode(Math.max(1, key.charCodeAt(i) ^ (1 << ((i * 3) % 8))));
        const other = key.slice(0, i) + flipped + key.slice(i + 1);
        seen[judge(records.with(number, [other, value]), `${JSON.stringify(key)} at ${i}`)] += 1;
      }
    }
    expect(seen.told).toBeGreaterThan(50);
  });

  it('a record in the place of another is told or harmless', () => {
    for (const [a, [key]] of records.entries()) {
      for (const [b, [, value]] of records.entries()) {
        if (a !== b)
          judge(records.with(a, [key, value]), `${JSON.stringify(key)} with the content of record ${b}`);
      }
    }
  });

  it('both copies of the newest superblock stop the node, and the error says so', () => {
    const [first] = records.filter(([key]) => key.startsWith('B0')).map(([key]) => key);
    const damaged = records.map(([key, value]) =>
      key.startsWith(first?.slice(0, 2) ?? '') ? ([key, value.slice(1)] as const) : ([key, value] as const),
    );
    const found = outcome(damaged) as StorageError;
    expect(found.message).toMatch(/^superblock 0 \(both copies\) is damaged: this was acknowledged/);
  });

  it('names the record of the log', () => {
    const [number, [key, value]] = [...records.entries()].findLast(([, [name]]) => name.startsWith('L')) as [
      number,
      readonly [Key, Uint8Array],
    ];
    const found = outcome(records.with(number, [key, value.slice(0, 9)])) as StorageError;
    expect(found.message).toMatch(/^log record 3 to 4 \(batch 4\) is damaged: /);
  });
});
