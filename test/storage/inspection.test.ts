import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/storage/inspection.ts';
import { CheckedRecords } from '../../src/storage/records.ts';
import { CrashEngine } from '../support/crash-engine.ts';
import { start } from '../support/disk-model.ts';

const MEMBERSHIP = { voters: ['a', 'b'], outgoing: [], learners: ['d'] };

function filled(): CrashEngine {
  const engine = new CrashEngine();
  const { opened } = finish(engine, start(engine, 1000));
  const disk = opened?.disk;
  if (disk === undefined) throw new Error('the disk did not open');
  const entries = [1, 1, 2].map((term) => ({ term, op: null, origin: null, number: 0, bytes: 1 }));
  disk.write({ type: 'persist', hardState: { term: 2, votedFor: 'b' }, log: { from: 1, entries } });
  disk.write({ type: 'store', changes: [['l"x"', '[1]']], counters: { floor: 7 } });
  disk.sync(() => {});
  finish(engine, null);
  const checkpoint = { index: 2, term: 1, membership: MEMBERSHIP };
  disk.checkpoint(
    checkpoint,
    [
      ['a', 1],
      ['b', 2],
    ],
    () => {},
  );
  finish(engine, null);
  disk.write({ type: 'compact', through: 1, term: 1 });
  disk.write({
    type: 'snapshot.stage',
    checkpoint: { ...checkpoint, index: 9 },
    after: null,
    items: [['c', 3]],
    next: 'c',
  });
  disk.sync(() => {});
  finish(engine, null);
  return engine;
}

function finish<T>(engine: CrashEngine, result: T): T {
  for (let i = 0; i < 100 && engine.complete(); i += 1);
  return result;
}

describe('an inspection', () => {
  it('tells what a directory holds', () => {
    const engine = filled();
    const inspection = inspect(engine, new CheckedRecords());
    expect(inspection).toMatchObject({
      superblock: {
        format: 2,
        identity: { node: 'a', cluster: ['a', 'b', 'c'] },
        incarnation: 1000,
        term: 2,
        votedFor: 'b',
        base: { index: 1, term: 1 },
        last: 3,
        checkpoint: { index: 2, term: 1, membership: MEMBERSHIP },
        counters: { floor: 7 },
      },
      terms: [
        { term: 1, from: 2 },
        { term: 2, from: 3 },
      ],
      state: { items: 2 },
      incoming: { checkpoint: { index: 9 }, after: 'c', items: 1 },
      store: { items: 1 },
      records: { items: engine.records.size },
      torn: 0,
      damage: [],
      mended: [],
    });
  });

  it('changes nothing', () => {
    const engine = filled();
    const before = [...engine.range('\x01', '\xff\xff')];
    inspect(engine, new CheckedRecords());
    expect([...engine.range('\x01', '\xff\xff')]).toEqual(before);
    expect(engine.inFlight).toBe(null);
  });

  it('names every record that is damaged, and not only the first', () => {
    const engine = filled();
    for (const [key, value] of [...engine.range('I', 'T')]) engine.records.set(key, value.slice(0, -1));
    const { damage } = inspect(engine, new CheckedRecords());
    expect(damage).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^log record 1 to 3 \(batch \d+\) is damaged$/),
        expect.stringMatching(/^state item "a" \(generation 1, batch \d+\) is damaged$/),
        expect.stringMatching(/^state item "b" \(generation 1, batch \d+\) is damaged$/),
        expect.stringMatching(/^state item "c" \(generation 2, batch \d+\) is damaged$/),
        expect.stringMatching(/^store item "l\\"x\\"" \(batch \d+\) is damaged$/),
      ]),
    );
  });

  it('misses what is not there', () => {
    const engine = filled();
    for (const key of [...engine.keys('S', 'T')]) engine.records.set(key, null);
    const { damage } = inspect(engine, new CheckedRecords());
    expect(damage).toEqual([
      'the items of the state should be 2 records and are 0',
      'the items of the snapshot that is being received should be 1 records and are 0',
    ]);
  });

  it('tells damage that mends itself from damage that stops a node', () => {
    const engine = filled();
    const newest = [...engine.range('B', 'C')].findLast(([key]) => key.endsWith('1'));
    for (const copy of ['B01', 'B11']) engine.records.set(copy, newest?.[1].slice(1) ?? null);
    const { damage, mended } = inspect(engine, new CheckedRecords());
    expect(damage).toEqual([]);
    expect(mended).toHaveLength(1);
    for (const copy of ['B00', 'B10']) engine.records.set(copy, newest?.[1].slice(1) ?? null);
    const worse = inspect(engine, new CheckedRecords());
    expect(worse.damage).toContain('superblock 0 (both copies) is damaged');
    expect(worse.superblock).toBe(null);
  });

  it('counts what a crash has torn, which is no damage', () => {
    const engine = filled();
    const { opened } = finish(engine, start(engine));
    opened?.disk.write({
      type: 'persist',
      hardState: null,
      log: { from: 4, entries: [{ term: 2, op: null, origin: null, number: 0, bytes: 1 }] },
    });
    opened?.disk.sync(() => {});
    const inspection = inspect(engine.crashed(0, 2), new CheckedRecords());
    expect(inspection).toMatchObject({ torn: 1, damage: [] });
  });

  it('of an empty directory says that there is nothing', () => {
    expect(inspect(new CrashEngine(), new CheckedRecords())).toMatchObject({ superblock: null, damage: [] });
  });

  it.each([
    [3, 'a newer'],
    [1, 'an earlier'],
  ])('names a format that it does not know: %i', (format, which) => {
    const engine = filled();
    const codec = new CheckedRecords();
    for (const [key, value] of [...engine.range('B', 'C')]) {
      const content = codec.open(key, value) as { readonly [name: string]: never };
      engine.records.set(key, codec.seal(key, { ...content, format }));
    }
    expect(inspect(engine, codec).damage).toEqual([
      `the directory was written by ${which} version of actorum (format ${format}; this version knows 2)`,
    ]);
  });
});
