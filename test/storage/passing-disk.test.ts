import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../machines/json.ts';
import { membershipOf } from '../../machines/raft/membership.ts';
import type { StateItem } from '../../machines/raft/snapshot.ts';
import type { SnapshotReader } from '../../src/actors/ports.ts';
import { PassingDisk } from '../../src/storage/passing-disk.ts';

const at = (index: number) => ({ index, term: 1, membership: membershipOf(['n1']) });

/** All that a reader has, in chunks of about so many bytes. */
function readAll(reader: SnapshotReader, maxBytes: number): StateItem[] {
  const all: StateItem[] = [];
  for (let after: string | null = null; ; ) {
    const { items, next } = reader.read(after, maxBytes);
    expect(items.length > 0 || next === null).toBe(true);
    all.push(...items);
    if (next === null) return all;
    expect(next).toBe(items.at(-1)?.[0]);
    after = next;
  }
}

const key = fc.constantFrom(
  'key/"a"',
  'key/"b"',
  'key/1',
  'key/{"a":1}',
  'key/"ä"',
  'key/"\ud83d\ude00"',
  'origin/n1',
);
const value = fc.constantFrom<Json>(null, 0, 'x', [1, { a: null }], 'long '.repeat(20));
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('checkpoint' as const),
      items: fc.array(fc.tuple(key, value), { maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('install' as const),
      items: fc.array(fc.tuple(key, value), { maxLength: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('open' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('close' as const) }) },
);

describe('a disk that ends with the process', () => {
  it('shows each reader the state of the checkpoint that it began with, in order, whatever comes after', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 200 }), (steps, maxBytes) => {
        const disk = new PassingDisk();
        let state = new Map<string, Json>();
        let index = 0;
        const open: {
          readonly reader: SnapshotReader;
          readonly index: number;
          readonly state: StateItem[];
        }[] = [];
        for (const one of steps) {
          if (one.do === 'checkpoint') {
            index += 1;
            state = new Map([...state, ...one.items]);
            let isDone = false;
            disk.checkpoint(at(index), one.items, () => {
              isDone = true;
            });
            expect(isDone).toBe(true);
          }
          if (one.do === 'install') {
            index += 1;
            const checkpoint = at(index);
            state = new Map(one.items);
            let after: string | null = null;
            for (const item of [...state]) {
              disk.write({ type: 'snapshot.stage', checkpoint, after, items: [item], next: item[0] });
              after = item[0];
            }
            if (after === null)
              disk.write({ type: 'snapshot.stage', checkpoint, after, items: [], next: null });
            disk.write({ type: 'snapshot.install', checkpoint });
          }
          if (one.do === 'open') {
            const reader = disk.openSnapshot();
            expect(reader?.checkpoint.index ?? 0).toBe(index);
            const sorted = [...state].sort(([a], [b]) => (a < b ? -1 : 1));
            if (reader !== null) open.push({ reader, index, state: sorted });
          }
          if (one.do === 'close') open.shift()?.reader.close();
          for (const { reader, state: expected } of open) expect(readAll(reader, maxBytes)).toEqual(expected);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps nothing that nobody will ask for, and lets nobody wait', () => {
    const disk = new PassingDisk();
    disk.write({ type: 'persist', hardState: { term: 1, votedFor: 'n1' }, log: { from: 1, entries: [] } });
    disk.write({ type: 'store', changes: [['l"a"', '[1]']], counters: {} });
    const told: unknown[] = [];
    disk.sync((failure) => told.push(failure));
    expect(told).toEqual([null]);
    expect(disk.openSnapshot()).toBe(null);
  });
});
