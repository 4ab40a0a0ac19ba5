import { describe, expect, it } from 'vitest';
import type { DiskFailure, DiskWrite } from '../../src/actors/ports.ts';
import { CrashEngine } from '../support/crash-engine.ts';
import { emptyModel, readAll, start, told } from '../support/disk-model.ts';

const FAILURES: readonly DiskFailure[] = [
  { kind: 'full', text: 'no space left on device' },
  { kind: 'io', text: 'input/output error' },
  { kind: 'sync', text: 'a sync failed' },
];

const vote = (term: number): DiskWrite => ({
  type: 'persist',
  hardState: { term, votedFor: 'b' },
  log: null,
});

function begun() {
  const engine = new CrashEngine();
  const { opened } = finish(engine, start(engine));
  if (opened === null) throw new Error('the disk did not open');
  return { engine, disk: opened.disk };
}

function finish<T>(engine: CrashEngine, result: T): T {
  for (let i = 0; i < 100 && engine.complete(); i += 1);
  return result;
}

describe.each(FAILURES)('a commit that fails ($kind)', (failure) => {
  it('is told to everyone who waits, in order, and to whoever comes later; and nothing is tried again', () => {
    const { engine, disk } = begun();
    const told: (string | null)[] = [];
    const tell = (who: string) => (reason: DiskFailure | null) => {
      told.push(reason === null ? null : `${who}: ${reason.kind}`);
    };
    disk.write(vote(1));
    disk.sync(tell('first'));
    disk.sync(tell('second'));
    disk.write(vote(2));
    disk.sync(tell('third'));
    let commits = 0;
    engine.onCommit = () => {
      commits += 1;
    };
    engine.fail(failure);
    const { kind } = failure;
    expect(told).toEqual([`first: ${kind}`, `second: ${kind}`, `third: ${kind}`]);
    disk.write(vote(3));
    disk.sync(tell('late'));
    const at = { index: 1, term: 1, membership: { voters: [], outgoing: [], learners: [] } };
    disk.checkpoint(at, [], tell('checkpoint'));
    expect(told.slice(3)).toEqual([`late: ${kind}`, `checkpoint: ${kind}`]);
    expect(commits).toBe(0);
  });

  it('ends a checkpoint that is being taken, and what was durable before is still there', () => {
    const { engine, disk } = begun();
    const entry = { term: 1, op: null, origin: null, number: 0, bytes: 1 };
    disk.write({
      type: 'persist',
      hardState: { term: 1, votedFor: null },
      log: { from: 1, entries: [entry] },
    });
    disk.sync(() => {});
    finish(engine, null);
    const told2: (DiskFailure | null)[] = [];
    const at = { index: 1, term: 1, membership: { voters: [], outgoing: [], learners: [] } };
    disk.checkpoint(at, [['a', 1]], (reason) => told2.push(reason));
    engine.fail(failure);
    expect(told2).toEqual([failure]);
    const { opened } = finish(engine, start(engine));
    expect(opened === null ? null : readAll(opened)).toEqual(
      told({ ...emptyModel(), term: 1, entries: [entry] }),
    );
  });
});

describe('group commit', () => {
  it('makes everything that came while a commit was under way durable with one', () => {
    const { engine, disk } = begun();
    const order: number[] = [];
    let commits = 0;
    engine.onCommit = () => {
      commits += 1;
    };
    for (let term = 1; term <= 10; term += 1) {
      disk.write(vote(term));
      disk.sync(() => order.push(term));
    }
    finish(engine, null);
    expect(order).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(commits).toBe(2);
  });

  it('calls back in order, also when a callback writes and syncs', () => {
    const { engine, disk } = begun();
    const order: string[] = [];
    disk.write(vote(1));
    disk.sync(() => {
      order.push('a');
      disk.write(vote(2));
      disk.sync(() => order.push('c'));
    });
    disk.sync(() => order.push('b'));
    finish(engine, null);
    expect(order).toEqual(['a', 'b', 'c']);
  });

  it('commits nothing that nobody has asked to sync', () => {
    const { engine, disk } = begun();
    disk.write(vote(1));
    expect(engine.inFlight).toBe(null);
    disk.sync(() => {});
    expect(engine.inFlight).not.toBe(null);
  });

  it('a sync with nothing to write waits for what is under way, and for nothing when there is nothing', () => {
    const { engine, disk } = begun();
    const order: string[] = [];
    disk.sync(() => order.push('at once'));
    expect(order).toEqual(['at once']);
    disk.write(vote(1));
    disk.sync(() => order.push('first'));
    disk.sync(() => order.push('second'));
    expect(order).toEqual(['at once']);
    engine.complete();
    expect(order).toEqual(['at once', 'first', 'second']);
  });
});

describe('a write that breaks a rule', () => {
  it('drops no log that no durable checkpoint stands for, and leaves no gap', () => {
    const { disk } = begun();
    const entry = { term: 1, op: null, origin: null, number: 0, bytes: 1 };
    disk.write({ type: 'persist', hardState: null, log: { from: 1, entries: [entry, entry] } });
    expect(() => disk.write({ type: 'compact', through: 1, term: 1 })).toThrow(
      /as far as a durable checkpoint/,
    );
    expect(() =>
      disk.write({ type: 'persist', hardState: null, log: { from: 4, entries: [entry] } }),
    ).toThrow(/leaves no gap/);
  });
});
