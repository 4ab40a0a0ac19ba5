import { describe, expect, it } from 'vitest';
import type { Entry } from '../../machines/raft/events.ts';
import type { Checkpoint, StateItem } from '../../machines/raft/snapshot.ts';
import type { DiskWrite } from '../../src/actors/ports.ts';
import type { Opened } from '../../src/storage/open.ts';
import { CheckedRecords } from '../../src/storage/records.ts';
import { CrashEngine } from '../support/crash-engine.ts';
import {
  applyCheckpoint,
  applyWrite,
  type DiskModel,
  emptyModel,
  readAll,
  start,
  told,
} from '../support/disk-model.ts';

const MEMBERSHIP = { voters: ['a', 'b', 'c'], outgoing: [], learners: [] };
const at = (index: number): Checkpoint => ({ index, term: 1, membership: MEMBERSHIP });

function entries(...values: readonly string[]): Entry[] {
  return values.map((value) => ({
    term: 1,
    op: { type: 'write', key: 'k', value },
    origin: null,
    number: 0,
    bytes: 9,
  }));
}

function append(from: number, ...values: readonly string[]): DiskWrite {
  return { type: 'persist', hardState: null, log: { from, entries: entries(...values) } };
}

type Step =
  | DiskWrite
  | { readonly type: 'checkpoint'; readonly at: Checkpoint; readonly changes: readonly StateItem[] };

/** A life in which everything happens that a disk is asked for. Each line is made durable before the next. */
const LIFE: readonly (readonly Step[])[] = [
  [{ type: 'persist', hardState: { term: 1, votedFor: 'a' }, log: null }],
  [
    append(1, '1', '2', '3'),
    {
      type: 'store',
      changes: [
        ['l"x"', '[1]'],
        ['l"y"', '[2]'],
      ],
      counters: { floor: 1 },
    },
  ],
  [append(4, '4', '5')],
  [append(5, '5b', '6b', '7b'), { type: 'persist', hardState: { term: 2, votedFor: null }, log: null }],
  [
    {
      type: 'checkpoint',
      at: at(4),
      changes: [
        ['key/"a"', 1],
        ['key/"b"', 2],
      ],
    },
  ],
  [{ type: 'compact', through: 3, term: 1 }, append(8, '8')],
  [
    {
      type: 'checkpoint',
      at: at(7),
      changes: [
        ['key/"b"', 3],
        ['key/"c"', 4],
      ],
    },
  ],
  [
    {
      type: 'store',
      changes: [
        ['l"x"', '[3]'],
        ['l"y"', null],
      ],
      counters: { floor: 2 },
    },
  ],
  [{ type: 'compact', through: 7, term: 1 }],
  [{ type: 'snapshot.stage', checkpoint: at(20), after: null, items: [['key/"a"', 10]], next: 'key/"a"' }],
  [{ type: 'snapshot.stage', checkpoint: at(21), after: null, items: [['key/"a"', 11]], next: 'key/"a"' }],
  [
    { type: 'snapshot.stage', checkpoint: at(21), after: 'key/"a"', items: [['key/"d"', 12]], next: null },
    { type: 'snapshot.install', checkpoint: at(21) },
    append(22, '22', '23'),
  ],
  [append(24, '24')],
];

/** Carries steps out on a disk and on the model of it, and calls back at every commit with what it will make true. */
class Play {
  readonly engine: CrashEngine;
  readonly opened: Opened<Uint8Array>;
  readonly model: DiskModel;
  #waiting: Extract<Step, { type: 'checkpoint' }> | null = null;

  constructor(engine: CrashEngine, model: DiskModel) {
    this.engine = engine;
    this.model = model;
    const result = start(engine);
    finish(engine);
    if (result.opened === null) throw new Error('the disk did not open');
    this.opened = result.opened;
    engine.onCommit = (batch) => {
      const [key, value] = batch.at(-1) as [string, Uint8Array];
      const { checkpoint } = new CheckedRecords().open(key, value) as unknown as {
        checkpoint: Checkpoint | null;
      };
      if (this.#waiting === null || checkpoint?.index !== this.#waiting.at.index) return;
      applyCheckpoint(this.model, this.#waiting.at, this.#waiting.changes);
      this.#waiting = null;
    };
  }

  turn(steps: readonly Step[]): void {
    const { disk } = this.opened;
    for (const step of steps) {
      if (step.type === 'checkpoint') {
        this.#waiting = step;
        disk.checkpoint(step.at, step.changes, () => {});
      } else {
        applyWrite(this.model, step);
        disk.write(step);
      }
    }
    disk.sync(() => {});
  }
}

function finish(engine: CrashEngine): void {
  for (let i = 0; i < 1000 && engine.complete(); i += 1);
}

/** Every place where a crash can be: after each put of the batch under way, and with the next one cut at some bytes. */
function crashPoints(engine: CrashEngine): (readonly [puts: number, bytes: number | null])[] {
  const batch = engine.inFlight ?? [];
  return batch.flatMap(([, value], puts) => {
    const length = value?.length ?? 0;
    const cuts = new Set([0, 3, length >> 1, length - 1].filter((bytes) => bytes >= 0 && bytes < length));
    return [null, ...cuts].map((bytes) => [puts, bytes] as const);
  });
}

/** After this many puts of a batch it is true, whatever becomes of the rest: its first superblock is written. */
function putsUntilTrue(engine: CrashEngine): number {
  return (engine.inFlight ?? []).findIndex(([key]) => key.startsWith('B')) + 1;
}

/** Goes on from what a crash has left, stops, and starts again: everything done since must be there, and nothing else. */
function liveOn(engine: CrashEngine, model: DiskModel): void {
  const play = new Play(engine, structuredClone(model));
  expect(readAll(play.opened)).toEqual(told(play.model));
  const last = play.model.base.index + play.model.entries.length;
  play.turn([
    append(last + 1, 'later', 'later still'),
    { type: 'store', changes: [['l"y"', '[9]']], counters: {} },
  ]);
  finish(engine);
  play.turn([{ type: 'checkpoint', at: at(last + 2), changes: [['key/"z"', 'after']] }]);
  finish(engine);
  const again = new Play(engine, play.model);
  expect(readAll(again.opened)).toEqual(told(play.model));
}

describe('a crash between any two operations of a disk', () => {
  it('leaves what was acknowledged before the batch, or all of the batch; never anything else', () => {
    const play = new Play(new CrashEngine(), emptyModel());
    const { engine } = play;
    const seen = { crashes: 0, before: 0, after: 0 };
    for (const turn of LIFE) {
      let before = structuredClone(play.model);
      play.turn(turn);
      for (let commits = 0; engine.inFlight !== null; commits += 1) {
        if (commits > 0) before = structuredClone(play.model);
        const after = structuredClone(play.model);
        const isTrueFrom = putsUntilTrue(engine);
        for (const [puts, bytes] of crashPoints(engine)) {
          const isTrue = puts >= isTrueFrom;
          liveOn(engine.crashed(puts, bytes), isTrue ? after : before);
          seen.crashes += 1;
          seen[isTrue ? 'after' : 'before'] += 1;
        }
        engine.complete();
      }
    }
    expect(readAll(new Play(engine, play.model).opened)).toEqual(told(play.model));
    expect(seen.crashes).toBeGreaterThan(250);
    expect(Math.min(seen.before, seen.after)).toBeGreaterThan(50);
  });

  it('also while what a crash has left is cleared away', () => {
    const play = new Play(new CrashEngine(), emptyModel());
    const { engine } = play;
    for (const turn of LIFE.slice(0, 6)) {
      play.turn(turn);
      finish(engine);
    }
    const before = structuredClone(play.model);
    play.turn([
      append(9, '9', '10'),
      { type: 'store', changes: [['l"x"', '[7]']], counters: {} },
      { type: 'checkpoint', at: at(8), changes: [['key/"a"', 100]] },
    ]);
    let crashes = 0;
    for (const [puts, bytes] of crashPoints(engine)) {
      if (puts >= putsUntilTrue(engine)) continue;
      const first = engine.crashed(puts, bytes);
      start(first);
      for (const [morePuts, moreBytes] of crashPoints(first)) {
        liveOn(first.crashed(morePuts, moreBytes), before);
        crashes += 1;
      }
    }
    expect(crashes).toBeGreaterThan(100);
  });

  it('when a directory is used for the first time, leaves nothing, and the next start succeeds', () => {
    const engine = new CrashEngine();
    start(engine);
    const points = crashPoints(engine);
    expect(points.length).toBeGreaterThan(15);
    for (const [puts, bytes] of points) liveOn(engine.crashed(puts, bytes), emptyModel());
  });
});
