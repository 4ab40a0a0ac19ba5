import { describe, expect, it } from 'vitest';
import type { RestoredState } from '../../machines/raft/context.ts';
import type { Entry } from '../../machines/raft/events.ts';
import { NO_BASE } from '../../machines/raft/log.ts';
import { membershipOf } from '../../machines/raft/membership.ts';
import type { Disk, DiskFailure, Restored } from '../../src/actors/ports.ts';
import { DiskWitness } from '../../src/sim/disk-witness.ts';

/** The witness is shown disks that break their word, each in one way. */

type Done = (failure: DiskFailure | null) => void;

function entry(term: number, value: number): Entry {
  return { term, op: { type: 'write', key: 'x', value }, origin: null, number: 0, bytes: 10 };
}

const [FIRST, SECOND] = [entry(1, 1), entry(1, 2)];
const CHECKPOINT = { index: 1, term: 1, membership: membershipOf(['n1']) };

/** A disk that remembers nothing and acknowledges when it is told to; and the witness before it. */
function witnessed() {
  const syncs: Done[] = [];
  const checkpoints: Done[] = [];
  const bare: Disk = {
    write: () => {},
    sync: (done) => syncs.push(done),
    checkpoint: (_checkpoint, _changes, done) => checkpoints.push(done),
    openSnapshot: () => null,
  };
  const witness = new DiskWitness('n1');
  witness.restarted(found(1, null));
  const disk = witness.before(bare, { checkpoint: () => {} });
  const vote = (term: number, votedFor: string | null) =>
    disk.write({ type: 'persist', hardState: { term, votedFor }, log: null });
  const append = (from: number, ...entries: Entry[]) =>
    disk.write({ type: 'persist', hardState: null, log: { from, entries } });
  const sync = () => {
    disk.sync(() => {});
    for (const done of syncs.splice(0)) done(null);
  };
  return { witness, disk, vote, append, sync, checkpoints };
}

function found(
  incarnation: number,
  raft: Partial<RestoredState> | null,
  store: Restored['store'] = null,
): Restored {
  const fresh = { term: 0, votedFor: null, base: NO_BASE, entries: [], checkpoint: null, incoming: null };
  return { incarnation, raft: raft === null ? null : { ...fresh, ...raft }, store };
}

const LOST = /what a disk has acknowledged is there after a crash/;

describe('the witness before a disk', () => {
  it('lets what was not acknowledged be there or not, write by write', () => {
    for (const raft of [
      { term: 1, votedFor: 'n2', entries: [FIRST] },
      { term: 2, entries: [FIRST] },
      { term: 2, entries: [FIRST, SECOND] },
    ]) {
      const { witness, vote, append, sync } = witnessed();
      vote(1, 'n2');
      append(1, FIRST);
      sync();
      vote(2, null);
      append(2, SECOND);
      witness.restarted(found(2, raft));
    }
  });

  it.each<[string, Partial<RestoredState> | null]>([
    ['all of it', null],
    ['a vote', { term: 1, entries: [FIRST] }],
    ['a term', { term: 0, votedFor: 'n2', entries: [FIRST] }],
    ['an entry', { term: 1, votedFor: 'n2' }],
    ['what an entry was', { term: 1, votedFor: 'n2', entries: [SECOND] }],
    [
      'that no entry was written without the one before it',
      { term: 1, votedFor: 'n2', entries: [FIRST, FIRST] },
    ],
  ])('sees a disk that forgets %s', (_what, raft) => {
    const { witness, vote, append, sync } = witnessed();
    vote(1, 'n2');
    append(1, FIRST);
    sync();
    append(2, SECOND);
    expect(() => witness.restarted(found(2, raft))).toThrow(LOST);
  });

  it('sees a disk that takes back what it gave back once', () => {
    const { witness, append } = witnessed();
    append(1, FIRST);
    witness.restarted(found(2, { entries: [FIRST] }));
    expect(() => witness.restarted(found(3, null))).toThrow(LOST);
  });

  it('sees a checkpoint that is taken back, and one that was never asked for', () => {
    const { witness, disk, append, sync, checkpoints } = witnessed();
    append(1, FIRST);
    sync();
    disk.checkpoint(CHECKPOINT, [], () => {});
    for (const done of checkpoints) done(null);
    witness.restarted(found(2, { entries: [FIRST], checkpoint: CHECKPOINT }));
    expect(() => witness.restarted(found(3, { entries: [FIRST] }))).toThrow(/checkpoint is never taken back/);
    const other = { ...CHECKPOINT, term: 2 };
    expect(() => witness.restarted(found(4, { entries: [FIRST], checkpoint: other }))).toThrow(
      /never taken back/,
    );
  });

  it('knows what an installed snapshot takes the place of', () => {
    const { witness, disk, append, sync } = witnessed();
    append(1, FIRST, SECOND);
    const checkpoint = { ...CHECKPOINT, index: 7, term: 3 };
    disk.write({ type: 'snapshot.stage', checkpoint, after: null, items: [], next: null });
    disk.write({ type: 'snapshot.install', checkpoint });
    sync();
    expect(() => witness.restarted(found(2, { entries: [FIRST, SECOND] }))).toThrow(LOST);
    witness.restarted(found(3, { base: { index: 7, term: 3 }, checkpoint }));
  });

  it('sees a life that is not after the one before', () => {
    expect(() => witnessed().witness.restarted(found(1, null))).toThrow(/greater incarnation/);
  });

  it('sees items and counters of the conflict store that are missing', () => {
    const store = (items: [string, string][], count: number) => ({ items, counters: { count } });
    const { witness, disk, sync } = witnessed();
    disk.write({
      type: 'store',
      changes: [
        ['a', '1'],
        ['b', '2'],
      ],
      counters: { count: 1 },
    });
    sync();
    disk.write({ type: 'store', changes: [['a', null]], counters: { count: 2 } });
    witness.restarted(
      found(
        2,
        null,
        store(
          [
            ['a', '1'],
            ['b', '2'],
          ],
          1,
        ),
      ),
    );
    expect(() => witness.restarted(found(3, null, store([['b', '2']], 2)))).toThrow(LOST);
    expect(() => witness.restarted(found(4, null, store([['a', '1']], 1)))).toThrow(LOST);
  });

  it.each([
    ['a vote', { type: 'vote.response', term: 2, granted: true }],
    ['entries', { type: 'append.response', term: 1, success: true, index: 2 }],
    ['a term', { type: 'append.response', term: 2, success: false, index: 9 }],
    ['a snapshot', { type: 'snapshot.response', term: 1, done: true, index: 7 }],
  ])('sees a promise (%s) that leaves before it is durable', (_what, body) => {
    const { witness, disk, vote, append, sync } = witnessed();
    vote(1, 'n2');
    append(1, FIRST);
    sync();
    append(2, SECOND);
    vote(2, 'n3');
    const checkpoint = { ...CHECKPOINT, index: 7, term: 1 };
    expect(() => witness.sends('n3', body)).toThrow(/only when it is durable/);
    disk.write({ type: 'snapshot.install', checkpoint });
    sync();
    witness.sends('n3', body);
  });
});
