import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../machines/raft/events.ts';
import type { Checkpoint, StateItem } from '../../machines/raft/snapshot.ts';
import type { DiskWrite, SnapshotReader } from '../../src/actors/ports.ts';
import type { Put } from '../../src/storage/engine.ts';
import { lastOf as endOf, firstOf } from '../../src/storage/keys.ts';
import type { Opened } from '../../src/storage/open.ts';
import { CheckedRecords } from '../../src/storage/records.ts';
import { CrashEngine } from '../support/crash-engine.ts';
import {
  applyCheckpoint,
  applyWrite,
  type DiskModel,
  emptyModel,
  lastOf,
  readAll,
  readCheckpoint,
  start,
  told,
} from '../support/disk-model.ts';

/** One thing that happens; what it means depends on what is there. `n` and `m` are drawn with it. */
const happening = fc.record({
  what: fc.constantFrom(
    'append',
    'append',
    'overwrite',
    'vote',
    'compact',
    'checkpoint',
    'stage',
    'install',
    'store',
    'store',
    'sync',
    'sync',
    'complete',
    'complete',
    'complete',
    'open',
    'close',
    'crash',
  ),
  n: fc.nat(1000),
  m: fc.nat(1000),
});

const LONG = 'x'.repeat(600);
const NAMES = ['', 'a', 'b', 'ab', '\0', 'é', '𝒳', '￿', '!', `${LONG}1`, `${LONG}2`, LONG];
const codec = new CheckedRecords();

/** A node's disk, and the model of it; a crash begins another life of both. */
class Lives {
  engine = new CrashEngine();
  opened!: Opened<Uint8Array>;
  /** What is asked for, carried out at once. */
  #model: DiskModel = emptyModel();
  #pending: { at: Checkpoint; changes: readonly StateItem[] } | null = null;
  /** What the batch in flight, and the one before it, make true. */
  #durable = structuredClone(this.#model);
  #flying: DiskModel | null = null;
  #incarnation = 0;
  #entries = 0;
  readonly #readers: { reader: SnapshotReader; shows: unknown }[] = [];
  /** How many syncs were asked for, and were called back. */
  #asked = 0;
  #answered = 0;

  constructor() {
    this.#begin();
  }

  step(what: string, n: number, m: number): void {
    const { disk } = this.opened;
    switch (what) {
      case 'append':
        return this.#write({
          type: 'persist',
          hardState: null,
          log: { from: lastOf(this.#model) + 1, entries: this.#fresh(n % 4) },
        });
      case 'overwrite': {
        const from = this.#model.base.index + 1 + (n % (this.#model.entries.length + 1));
        if (from <= this.#committed()) return;
        return this.#write({ type: 'persist', hardState: null, log: { from, entries: this.#fresh(m % 4) } });
      }
      case 'vote':
        return this.#write({
          type: 'persist',
          hardState: { term: this.#model.term + 1, votedFor: n % 2 ? 'b' : null },
          log: null,
        });
      case 'compact': {
        const { base, checkpoint } = this.#model;
        const through = base.index + 1 + (n % 3);
        if (through > (checkpoint?.at.index ?? 0)) return;
        return this.#write({ type: 'compact', through, term: 1 });
      }
      case 'checkpoint':
        return this.#checkpoint(n, m);
      case 'stage':
        return this.#stage(n, m);
      case 'install': {
        const { incoming } = this.#model;
        if (incoming === null || incoming.at.index <= lastOf(this.#model)) return;
        this.#write({ type: 'snapshot.install', checkpoint: incoming.at });
        this.#pending = null;
        return;
      }
      case 'store':
        return this.#write({
          type: 'store',
          changes: this.#items(n, 3).map(([id]) => [id, (m + n) % 3 === 0 ? null : `text ${m}`]),
          counters: n % 2 ? { floor: n } : {},
        });
      case 'sync':
        this.#asked += 1;
        return disk.sync((failure) => {
          expect(failure).toBe(null);
          this.#answered += 1;
        });
      case 'complete':
        this.engine.complete();
        return;
      case 'open': {
        const reader = disk.openSnapshot();
        if (reader === null) return;
        this.#readers.push({ reader, shows: readCheckpoint(disk) });
        return;
      }
      case 'close':
        return this.#closeReader(n);
      case 'crash':
        return this.#crash(n, m);
    }
  }

  /** Everything becomes durable; then what is there is read back. */
  end(): void {
    this.opened.disk.sync(() => {});
    this.#completeAll();
    while (this.#readers.length > 0) this.#closeReader(0);
    this.#completeAll();
    expect(this.#answered).toBe(this.#asked);
    const log = [...this.engine.keys('L', 'M')];
    const others = this.engine.records.size - log.length;
    this.#begin();
    expect(readAll(this.opened)).toEqual(told(this.#model));
    // Nothing is left behind: entries, items, superblocks.
    const { base, checkpoint, incoming, items } = this.#model;
    const staged = incoming?.items.size ?? 0;
    expect(others).toBe(4 + (checkpoint?.items.size ?? 0) + staged + items.size);
    expect(log.filter((key) => endOf(key) <= base.index || firstOf(key) > lastOf(this.#model))).toEqual([]);
  }

  #completeAll(): void {
    for (let i = 0; i < 10_000 && this.engine.complete(); i += 1);
  }

  /** A later index than this may be overwritten: what is in a checkpoint is committed. */
  #committed(): number {
    return Math.max(this.#model.checkpoint?.at.index ?? 0, this.#pending?.at.index ?? 0);
  }

  #write(write: DiskWrite): void {
    applyWrite(this.#model, write);
    this.opened.disk.write(write);
  }

  #fresh(count: number): Entry[] {
    return Array.from({ length: count }, () => {
      this.#entries += 1;
      return {
        term: 1,
        op: { type: 'write', key: 'k', value: `ü${this.#entries}` },
        origin: null,
        number: 0,
        bytes: 9,
      };
    });
  }

  #items(n: number, count: number): StateItem[] {
    return Array.from({ length: count }, (_, i) => [NAMES[(n + i * 5) % NAMES.length] as string, n + i]);
  }

  #checkpoint(n: number, m: number): void {
    const index = this.#committed() + 1 + (n % 3);
    if (this.#pending !== null || index > lastOf(this.#model)) return;
    const at = { index, term: 1, membership: { voters: ['a'], outgoing: [], learners: [] } };
    // Now and then more than fits into one slice.
    const many = Array.from({ length: m % 10 === 0 ? 300 : 0 }, (_, i): StateItem => [`many ${i}`, m]);
    const changes = [...this.#items(n, 4), ...many];
    const own = { at, changes };
    this.#pending = own;
    this.opened.disk.checkpoint(at, changes, (failure) => {
      expect(failure).toBe(null);
      if (this.#pending === own) this.#pending = null;
    });
  }

  #stage(n: number, m: number): void {
    const { incoming } = this.#model;
    const isNew = incoming === null || n % 4 === 0;
    const at = isNew
      ? {
          index: lastOf(this.#model) + 1 + (n % 5),
          term: 1,
          membership: { voters: ['b'], outgoing: [], learners: [] },
        }
      : incoming.at;
    const after = isNew ? null : incoming.after;
    const taken = isNew ? 0 : incoming.items.size;
    const items = Array.from({ length: m % 3 }, (_, i): StateItem => [`item ${1000 + taken + i}`, m]);
    if (items.length === 0 && after === null) return;
    const next = n % 3 === 0 ? null : (items.at(-1)?.[0] ?? after);
    this.#write({ type: 'snapshot.stage', checkpoint: at, after, items, next });
  }

  #closeReader(n: number): void {
    const [open] = this.#readers.splice(n % Math.max(1, this.#readers.length), 1);
    if (open === undefined) return;
    const items: StateItem[] = [];
    for (let after: string | null = null; ; ) {
      const chunk = open.reader.read(after, 1 + (n % 100));
      items.push(...chunk.items);
      after = chunk.next;
      if (after === null) break;
    }
    const sorted = items.sort(([a], [b]) => (a < b ? -1 : 1));
    expect({ at: open.reader.checkpoint, items: sorted }).toEqual(open.shows);
    open.reader.close();
  }

  #begun(batch: readonly Put<Uint8Array>[]): void {
    if (this.#flying !== null) this.#durable = this.#flying;
    const [key, value] = batch.at(-1) as Put<Uint8Array>;
    const superblock = codec.open(key, value as Uint8Array) as unknown as { checkpoint: Checkpoint | null };
    // The last slice of a checkpoint goes with this batch.
    if (this.#pending !== null && superblock.checkpoint?.index === this.#pending.at.index) {
      applyCheckpoint(this.#model, this.#pending.at, this.#pending.changes);
    }
    this.#flying = structuredClone(this.#model);
  }

  #crash(n: number, m: number): void {
    const puts = this.engine.inFlight?.length ?? 0;
    const wasInFlight = puts > 0;
    this.engine = this.engine.crashed(n % (puts + 1), m % 3 === 0 ? null : m % 50);
    this.#readers.length = 0;
    this.#pending = null;
    this.#asked = 0;
    this.#answered = 0;
    const allowed = [this.#flying ?? this.#durable, ...(wasInFlight ? [this.#durable] : [])];
    this.#begin();
    const found = readAll(this.opened);
    const [survivor] = allowed.filter((model) => isDeepStrictEqual(told(model), found));
    if (survivor === undefined) expect(found).toEqual(told(this.#durable));
    this.#model = structuredClone(survivor as DiskModel);
    this.#durable = structuredClone(this.#model);
    this.#flying = null;
  }

  #begin(): void {
    this.engine.onCommit = () => {};
    const result = start(this.engine);
    this.#completeAll();
    if (result.opened === null) throw new Error('the disk did not open');
    this.opened = result.opened;
    expect(this.opened.restored.incarnation).toBeGreaterThan(this.#incarnation);
    this.#incarnation = this.opened.restored.incarnation;
    this.engine.onCommit = (batch) => this.#begun(batch);
  }
}

describe('a durable disk', () => {
  it('holds after any crash what was durable, or all of the batch that was on its way, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 120 }), (happenings) => {
        const lives = new Lives();
        for (const { what, n, m } of happenings) lives.step(what, n, m);
        lives.end();
      }),
      { numRuns: 400 },
    );
  });
});
