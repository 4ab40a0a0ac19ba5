import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RaftEffect } from '../../machines/raft/events.ts';
import { Outlet } from '../../src/actors/outlet.ts';
import type { Disk, DiskFailure, DiskWrite } from '../../src/actors/ports.ts';

/** A disk whose writes become durable when the test says so; or at once. */
class LateDisk implements Disk {
  written = 0;
  durable = 0;
  readonly #syncs: { readonly through: number; readonly done: (failure: DiskFailure | null) => void }[] = [];
  readonly #isInstant: boolean;

  constructor(isInstant = false) {
    this.#isInstant = isInstant;
  }

  write(_write: DiskWrite): void {
    this.written += 1;
  }

  sync(done: (failure: DiskFailure | null) => void): void {
    this.#syncs.push({ through: this.written, done });
    if (this.#isInstant) this.complete();
  }

  checkpoint(_checkpoint: unknown, _changes: unknown, done: (failure: null) => void): void {
    done(null);
  }

  openSnapshot(): null {
    return null;
  }

  get syncs(): number {
    return this.#syncs.length;
  }

  /** The oldest sync completes. */
  complete(): void {
    const sync = this.#syncs.shift();
    if (sync === undefined) return;
    this.durable = sync.through;
    sync.done(null);
  }

  /** The oldest sync fails. */
  fail(): void {
    this.#syncs.shift()?.done(FULL);
  }
}

const FULL: DiskFailure = { kind: 'full', text: 'the disk is full' };

type Released = Exclude<RaftEffect, { type: 'persist' }>;

/** A message that says, in its term, how many writes came before it. */
const send = (before: number): RaftEffect => ({
  type: 'send',
  to: 'b',
  message: { type: 'campaign.request', term: before },
});
const persist: RaftEffect = { type: 'persist', hardState: null, log: null };
const timer: RaftEffect = { type: 'timer.set', timer: 'election', ms: 5 };

const membership = { voters: ['a', 'b'], outgoing: [], learners: [] };
const checkpoint = { index: 7, term: 2, membership };
const stage: RaftEffect = { type: 'snapshot.stage', checkpoint, after: null, items: [], next: null };
const install: RaftEffect = { type: 'snapshot.install', checkpoint };
const restore: RaftEffect = { type: 'state.restore', checkpoint };

function outletOn(disk: LateDisk) {
  const released: Released[] = [];
  const failures: (readonly [DiskFailure, readonly Released[]])[] = [];
  let calls = 0;
  const outlet = new Outlet(disk, {
    release: (effect) => released.push(effect),
    released: () => {
      calls += 1;
    },
    failed: (failure, heldBack) => failures.push([failure, heldBack]),
  });
  return { outlet, released, failures, calls: () => calls };
}

describe('Persist first', () => {
  it('what follows a write waits until that write is durable', () => {
    const disk = new LateDisk();
    const { outlet, released } = outletOn(disk);
    outlet.take(send(0));
    outlet.take(persist);
    outlet.take(send(1));
    outlet.endTurn();
    expect(released).toEqual([send(0)]);
    expect(outlet.isClear).toBe(false);
    disk.complete();
    expect(released).toEqual([send(0), send(1)]);
    expect(outlet.isClear).toBe(true);
  });

  it('a turn without a write syncs nothing, and all writes of a turn share one sync', () => {
    const disk = new LateDisk();
    const { outlet, released } = outletOn(disk);
    outlet.endTurn();
    expect(disk.syncs).toBe(0);
    for (const effect of [persist, send(1), persist, persist, send(3)]) outlet.take(effect);
    outlet.endTurn();
    expect(disk.syncs).toBe(1);
    disk.complete();
    expect(released).toEqual([send(1), send(3)]);
  });

  it('timers are not held back: they say nothing to anyone', () => {
    const { outlet, released } = outletOn(new LateDisk());
    outlet.take(persist);
    outlet.take(timer);
    expect(released).toEqual([timer]);
  });

  it('a write that is still waiting holds back what came after an earlier, durable one', () => {
    const disk = new LateDisk();
    const { outlet, released } = outletOn(disk);
    for (const effect of [persist, send(1)]) outlet.take(effect);
    outlet.endTurn();
    for (const effect of [persist, send(2)]) outlet.take(effect);
    disk.complete();
    expect(released).toEqual([send(1)]);
    outlet.endTurn();
    outlet.take(send(2));
    expect(released).toEqual([send(1)]);
    disk.complete();
    expect(released).toEqual([send(1), send(2), send(2)]);
  });

  it('what a release leads to comes after everything that waited before it', () => {
    const disk = new LateDisk(true);
    const order: number[] = [];
    const outlet: Outlet = new Outlet(disk, {
      release: (effect) => {
        if (effect.type !== 'send') return;
        order.push(effect.message.term);
        // The first release writes, and ends a turn, from within.
        if (effect.message.term !== 1) return;
        outlet.take(persist);
        outlet.take(send(3));
        outlet.endTurn();
      },
      released: () => {},
      failed: () => {},
    });
    for (const effect of [persist, send(1), send(2)]) outlet.take(effect);
    outlet.endTurn();
    expect(order).toEqual([1, 2, 3]);
    expect(outlet.isClear).toBe(true);
  });

  it('tells when something was let out that had to wait, so that the turn which it opened can end', () => {
    const disk = new LateDisk();
    const { outlet, calls } = outletOn(disk);
    outlet.take(persist);
    outlet.endTurn();
    expect(calls()).toBe(0);
    disk.complete();
    expect(calls()).toBe(1);
  });

  it('a sync that fails is the last: nothing that waited is let out, nothing is written, and it is told once', () => {
    const disk = new LateDisk();
    const { outlet, released, failures } = outletOn(disk);
    for (const effect of [persist, send(1)]) outlet.take(effect);
    outlet.endTurn();
    for (const effect of [persist, send(2)]) outlet.take(effect);
    outlet.endTurn();
    disk.fail();
    // The second sync, had it been believed, would let out what rests on the first.
    disk.complete();
    for (const effect of [persist, send(3), timer]) outlet.take(effect);
    outlet.endTurn();
    outlet.fail(FULL);
    expect(released).toEqual([]);
    expect(failures).toEqual([[FULL, [send(1), send(2)]]]);
    expect([disk.written, disk.syncs]).toEqual([2, 0]);
  });

  it('what waits behind a chunk or a snapshot waits for its write; nothing waits for compaction', () => {
    const disk = new LateDisk();
    const { outlet, released } = outletOn(disk);
    outlet.take({ type: 'compact', through: 3, term: 1 });
    outlet.take(send(1));
    expect(released).toEqual([send(1)]);
    for (const effect of [stage, send(2), install, restore]) outlet.take(effect);
    outlet.endTurn();
    expect(released).toEqual([send(1)]);
    disk.complete();
    expect(released).toEqual([send(1), send(2), restore]);
    expect([disk.written, disk.syncs]).toEqual([3, 0]);
  });

  it('a checkpoint that waited while a later one was installed is not taken any more', () => {
    const disk = new LateDisk();
    const { outlet, released } = outletOn(disk);
    const taken: RaftEffect = { type: 'checkpoint', checkpoint: { index: 6, term: 1, membership } };
    for (const effect of [persist, taken, install, restore]) outlet.take(effect);
    outlet.endTurn();
    disk.complete();
    expect(released).toEqual([restore]);
  });

  it.each([false, true])('holds under any interleaving (a disk that is done at once: %s)', (isInstant) => {
    const step = fc.constantFrom('persist', 'send', 'timer', 'turn', 'complete', 'echo');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const disk = new LateDisk(isInstant);
        /** How many of the next releases lead to a write and a message of their own. */
        let echoes = 0;
        let sends = 0;
        const released: number[] = [];
        const outlet: Outlet = new Outlet(disk, {
          release: (effect) => {
            if (effect.type !== 'send') return;
            expect(disk.durable).toBeGreaterThanOrEqual(effect.message.term);
            released.push(effect.message.term);
            if (echoes === 0) return;
            echoes -= 1;
            write();
          },
          released: () => outlet.endTurn(),
          failed: () => {},
        });
        function write(): void {
          outlet.take(persist);
          sends += 1;
          outlet.take(send(disk.written));
        }
        for (const one of steps) {
          if (one === 'persist') outlet.take(persist);
          if (one === 'timer') outlet.take(timer);
          if (one === 'turn') outlet.endTurn();
          if (one === 'complete') disk.complete();
          if (one === 'echo') echoes += 1;
          if (one === 'send') {
            sends += 1;
            outlet.take(send(disk.written));
          }
        }
        // However it went: what was emitted comes out, once and in order, as soon as the disk has caught up.
        for (let i = 0; i < 200 && !outlet.isClear; i += 1) {
          outlet.endTurn();
          disk.complete();
        }
        expect(outlet.isClear).toBe(true);
        expect(released).toHaveLength(sends);
        expect(released).toEqual(released.toSorted((a, b) => a - b));
      }),
      { numRuns: 400 },
    );
  });
});
