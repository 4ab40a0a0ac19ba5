import { describe, expect, it } from 'vitest';
import type { Json } from '../../machines/json.ts';
import type { Checkpoint, StateItem } from '../../machines/raft/snapshot.ts';
import type { SnapshotReader } from '../../src/actors/ports.ts';
import type { DurableDisk } from '../../src/storage/durable-disk.ts';
import { CrashEngine } from '../support/crash-engine.ts';
import { start } from '../support/disk-model.ts';

const at = (index: number): Checkpoint => ({
  index,
  term: 1,
  membership: { voters: ['a'], outgoing: [], learners: [] },
});
/** More than go with one commit. */
const MANY = 300;
const items = (value: Json, from = 0, to = MANY): StateItem[] =>
  Array.from({ length: to - from }, (_, i) => [`item ${from + i}`, value]);

function finish(engine: CrashEngine): void {
  for (let i = 0; i < 1000 && engine.complete(); i += 1);
}

function begin(engine: CrashEngine): DurableDisk<Uint8Array> {
  const result = start(engine);
  finish(engine);
  if (result.opened === null) throw new Error('the disk did not open');
  return result.opened.disk;
}

/** Three entries, and a checkpoint at the first. */
function begun() {
  const engine = new CrashEngine();
  const disk = begin(engine);
  const entry = { term: 1, op: null, origin: null, number: 0, bytes: 1 };
  disk.write({ type: 'persist', hardState: null, log: { from: 1, entries: [entry, entry, entry] } });
  disk.sync(() => {});
  finish(engine);
  disk.checkpoint(at(1), items('old'), () => {});
  finish(engine);
  return { engine, disk };
}

/** All that a reader shows: which values there are, and of how many items each. */
function shown(reader: SnapshotReader | null): { [value: string]: number } {
  const counts: { [value: string]: number } = {};
  for (let after: string | null = null; reader !== null; ) {
    const chunk = reader.read(after, 500);
    for (const [, value] of chunk.items) counts[String(value)] = (counts[String(value)] ?? 0) + 1;
    after = chunk.next;
    if (after === null) break;
  }
  return counts;
}

describe('a checkpoint that takes many commits', () => {
  it('is not there before all of it is', () => {
    const { engine, disk } = begun();
    disk.checkpoint(at(3), items('new'), () => {});
    let commits = 0;
    for (let isTaken = false; !isTaken; commits += 1) {
      const reader = disk.openSnapshot();
      isTaken = reader?.checkpoint.index === 3;
      expect(shown(reader)).toEqual(isTaken ? { new: MANY } : { old: MANY });
      reader?.close();
      engine.complete();
    }
    expect(commits).toBeGreaterThan(3);
  });

  it('that a crash has cut off leaves nothing for the next one to take for its own', () => {
    const { engine, disk } = begun();
    disk.checkpoint(at(3), items('never'), () => {});
    engine.complete();
    engine.complete();
    const after = engine.crashed(0, null);
    const again = begin(after);
    expect(shown(again.openSnapshot())).toEqual({ old: MANY });
    again.checkpoint(at(2), items('new', MANY - 1), () => {});
    finish(after);
    expect(shown(again.openSnapshot())).toEqual({ old: MANY - 1, new: 1 });
  });

  it('hides nothing of the one before from those who read it, however much later they go on', () => {
    const { engine, disk } = begun();
    const reader = disk.openSnapshot();
    const first = reader?.read(null, 500);
    disk.checkpoint(at(2), items('new'), () => {});
    finish(engine);
    disk.checkpoint(at(3), items('newer', 0, 10), () => {});
    finish(engine);
    expect(first?.next).not.toBe(null);
    expect(shown(reader)).toEqual({ old: MANY });
    const records = engine.records.size;
    reader?.close();
    // With the next batch goes what was kept for it.
    disk.write({ type: 'persist', hardState: { term: 2, votedFor: null }, log: null });
    disk.sync(() => {});
    finish(engine);
    expect(engine.records.size).toBe(records - MANY - 10);
    expect(shown(disk.openSnapshot())).toEqual({ new: MANY - 10, newer: 10 });
  });

  it('is over when a snapshot with more is installed', () => {
    const { engine, disk } = begun();
    const done: (unknown | null)[] = [];
    disk.checkpoint(at(3), items('never'), (failure) => done.push(failure));
    engine.complete();
    disk.write({
      type: 'snapshot.stage',
      checkpoint: at(9),
      after: null,
      items: items('theirs', 0, 5),
      next: null,
    });
    disk.write({ type: 'snapshot.install', checkpoint: at(9) });
    disk.sync(() => done.push('synced'));
    finish(engine);
    expect(done).toEqual([null, 'synced']);
    expect(shown(disk.openSnapshot())).toEqual({ theirs: 5 });
    expect([...engine.keys('S', 'T')]).toHaveLength(5);
  });
});

describe('a snapshot that is being received', () => {
  it('that a crash has cut off in its first chunk leaves nothing for the next one to take for its own', () => {
    const { engine, disk } = begun();
    disk.write({
      type: 'snapshot.stage',
      checkpoint: at(8),
      after: null,
      items: items('never', 0, 800),
      next: 'item 799',
    });
    disk.sync(() => {});
    const after = engine.crashed(799, null);
    const result = start(after);
    // The node has begun, and what the crash has left is not cleared away yet.
    after.complete();
    const again = result.opened?.disk as DurableDisk<Uint8Array>;
    expect([...after.keys('S', 'T')].length).toBe(MANY + 799);
    again.write({
      type: 'snapshot.stage',
      checkpoint: at(9),
      after: null,
      items: items('theirs', 98, 100),
      next: null,
    });
    again.write({ type: 'snapshot.install', checkpoint: at(9) });
    again.sync(() => {});
    finish(after);
    expect(shown(again.openSnapshot())).toEqual({ theirs: 2 });
    expect([...after.keys('S', 'T')]).toHaveLength(2);
  });
});
