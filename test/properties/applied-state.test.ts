import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../machines/json.ts';
import type { Entry } from '../../machines/raft/events.ts';
import { membershipOf } from '../../machines/raft/membership.ts';
import type { Checkpoint, StateItem } from '../../machines/raft/snapshot.ts';
import { AppliedState } from '../../src/actors/applied-state.ts';
import type { Disk, DiskFailure, SnapshotReader } from '../../src/actors/ports.ts';
import { Registers } from '../../src/actors/registers.ts';

// The same cases every time; another seed tries others.
fc.configureGlobal({ seed: 5, numRuns: 300 });

const membership = membershipOf(['n1', 'n2']);
const at = (index: number): Checkpoint => ({ index, term: 1, membership });

/** A disk that keeps the latest checkpoint, and counts what it is given. */
class CheckpointDisk implements Disk {
  checkpoint_: Checkpoint | null = null;
  state: ReadonlyMap<string, Json> = new Map();
  readonly given: number[] = [];
  open = 0;
  failure: DiskFailure | null = null;
  isDamaged = false;

  write(): void {
    throw new Error('the applied state writes nothing but checkpoints');
  }

  sync(): void {
    throw new Error('nothing waits for a checkpoint');
  }

  checkpoint(
    checkpoint: Checkpoint,
    changes: readonly StateItem[],
    done: (failure: DiskFailure | null) => void,
  ): void {
    if (this.failure !== null) return done(this.failure);
    this.given.push(changes.length);
    this.checkpoint_ = checkpoint;
    this.state = new Map([...this.state, ...changes]);
    done(null);
  }

  openSnapshot(): SnapshotReader | null {
    const { checkpoint_: checkpoint, state, isDamaged } = this;
    if (checkpoint === null) return null;
    this.open += 1;
    const all = [...state].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      checkpoint,
      read: (after, maxBytes) => {
        if (isDamaged)
          throw Object.assign(new Error('state record "x" is damaged'), { name: 'StorageError' });
        const rest = all.filter(([key]) => after === null || key > after);
        const items = rest.slice(0, Math.max(1, Math.floor(maxBytes / 100)));
        return { items, next: items.length < rest.length ? (items.at(-1)?.[0] ?? null) : null };
      },
      close: () => {
        this.open -= 1;
      },
    };
  }
}

function stateOn(disk: Disk) {
  const told: (number | DiskFailure)[] = [];
  const registers = new Registers(undefined, membership);
  const state = new AppliedState(registers, disk, {
    checkpointed: (index) => told.push(index),
    endTurn: () => {},
    failed: (failure) => told.push(failure),
  });
  return { state, registers, told };
}

const key = fc.constantFrom<Json>('a', 'b', 1, { a: 1 }, '__proto__');
const entry: fc.Arbitrary<Entry> = fc
  .record({
    node: fc.constantFrom('n1', 'n2', '__proto__'),
    incarnation: fc.constantFrom(1, 1, 1, 2),
    number: fc.integer({ min: 1, max: 12 }),
    below: fc.nat(4),
    op: fc.oneof(
      fc.record({ type: fc.constant('write' as const), key, value: fc.nat(3) }),
      fc.record({
        type: fc.constant('cas' as const),
        key,
        from: fc.nat(3),
        to: fc.nat(3),
        createIfNotExists: fc.boolean(),
      }),
    ),
  })
  .map(({ op, below, number, ...life }) => ({
    term: 1,
    op,
    origin: { ...life, floor: Math.max(1, number - below) },
    number,
    bytes: 60,
  }));

describe('the applied state', () => {
  it('put back from a checkpoint is what it was, and goes on as it would have', () => {
    const pieces = fc.array(fc.array(entry, { maxLength: 10 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(pieces, fc.array(entry, { maxLength: 20 }), (before, after) => {
        const disk = new CheckpointDisk();
        const first = stateOn(disk);
        let index = 0;
        for (const piece of before) {
          first.state.apply(index + 1, piece);
          index += piece.length;
          first.state.checkpoint(at(index));
        }
        const second = stateOn(disk);
        second.state.restore(at(index));
        expect(new Map(second.registers.entries())).toEqual(new Map(first.registers.entries()));
        expect(second.registers.appliedIndex).toBe(index);
        // What was applied before is not applied again, and what is new is, with the same outcome.
        const next = [...before.flat(), ...after];
        expect(second.state.apply(index + 1, next)).toEqual(first.state.apply(index + 1, next));
        expect(disk.open).toBe(0);
        // Checkpoints of one state are the same, whichever node takes them.
        second.state.checkpoint(at(index + next.length));
        const bySecond = disk.state;
        first.state.checkpoint(at(index + next.length));
        expect([...disk.state].sort()).toEqual([...bySecond].sort());
      }),
    );
  });

  it('costs a checkpoint what has changed since the last, and not what there is', () => {
    const disk = new CheckpointDisk();
    const { state, told } = stateOn(disk);
    const write = (number: number, name: Json): Entry => ({
      term: 1,
      op: { type: 'write', key: name, value: number },
      origin: { node: 'n1', incarnation: 1, floor: number },
      number,
      bytes: 60,
    });
    state.apply(
      1,
      Array.from({ length: 1000 }, (_, i) => write(i + 1, i)),
    );
    state.checkpoint(at(1000));
    state.apply(1001, [write(1001, 7), write(1002, 7), write(1003, 8)]);
    state.checkpoint(at(1003));
    // Two keys, and what is known of n1.
    expect(disk.given).toEqual([1001, 3]);
    expect(told).toEqual([1000, 1003]);
  });

  it('reads one checkpoint to its end for each follower, while later ones are taken', () => {
    const disk = new CheckpointDisk();
    const { state } = stateOn(disk);
    const write = (number: number): Entry => ({
      term: 1,
      op: { type: 'write', key: number, value: number },
      origin: { node: 'n1', incarnation: 1, floor: number },
      number,
      bytes: 60,
    });
    state.apply(1, [1, 2, 3].map(write));
    state.checkpoint(at(3));
    const [first] = state.chunk('n2', at(3), null, 100)?.items ?? [];
    state.apply(4, [4, 5].map(write));
    state.checkpoint(at(5));
    // n2 goes on with what it began; n3 cannot begin with it any more.
    expect(state.chunk('n3', at(3), null, 1000)).toBe(null);
    expect(state.chunk('n2', at(3), first?.[0] ?? null, 1000)?.items).toHaveLength(3);
    expect(state.chunk('n3', at(5), null, 1000)?.items).toHaveLength(6);
    expect(state.openReaders).toBe(2);
    // It may also begin anew: with the one that the disk holds.
    expect(state.chunk('n2', at(5), null, 1000)?.items).toHaveLength(6);
    expect([disk.open, state.openReaders]).toEqual([2, 2]);
    state.endChunks('n2');
    expect(disk.open).toBe(1);
    state.endAllChunks();
    expect([disk.open, state.openReaders]).toEqual([0, 0]);
  });

  it('reads what the disk holds, where a later snapshot was installed before an earlier one was read', () => {
    const disk = new CheckpointDisk();
    const write = (number: number): Entry => ({
      term: 1,
      op: { type: 'write', key: number, value: number },
      origin: { node: 'n1', incarnation: 1, floor: number },
      number,
      bytes: 60,
    });
    const other = stateOn(disk);
    other.state.apply(1, [1, 2, 3, 4, 5].map(write));
    other.state.checkpoint(at(5));
    const { state, registers } = stateOn(disk);
    state.restore(at(3));
    expect(registers.appliedIndex).toBe(5);
    // What the log said between the two is in it already; what follows is not.
    expect(state.apply(4, [4, 5].map(write))).toEqual([]);
    state.restore(at(5));
    expect(state.apply(6, [write(6)])).toHaveLength(1);
    expect(disk.open).toBe(0);
  });

  it('tells of damage and of a disk that fails, and of nothing else', () => {
    const disk = new CheckpointDisk();
    const { state, told } = stateOn(disk);
    state.apply(1, [{ term: 1, op: null, origin: null, number: 0, bytes: 64 }]);
    state.checkpoint(at(1));
    disk.isDamaged = true;
    expect(state.chunk('n2', at(1), null, 1000)).toBe(null);
    disk.failure = { kind: 'full', text: 'no room is left' };
    state.checkpoint(at(1));
    expect(told).toEqual([1, { kind: 'damaged', text: 'state record "x" is damaged' }, disk.failure]);
    expect(() => state.checkpoint(at(2))).toThrow('a checkpoint is what is applied');
  });
});
