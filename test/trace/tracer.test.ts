import fc from 'fast-check';
import { Subject } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { raftMachine } from '../../machines/raft/raft.machine.ts';
import { Cell, type CellStep } from '../../src/actors/cell.ts';
import { createGate } from '../../src/actors/step.ts';
import { boundedFields } from '../../src/trace/bound.ts';
import type { StepRecord, TraceRecord } from '../../src/trace/format.ts';
import { Tracer } from '../../src/trace/tracer.ts';
import { apply, emptyWorld } from '../../src/trace/world.ts';

const gate = createGate(raftMachine);
const EVENTS = [
  { type: 'election.timeout' },
  { type: 'heartbeat.timeout' },
  { type: 'quorum.timeout' },
  { type: 'turn.ended' },
  { type: 'transfer.requested', to: 'n2' },
] as const;

/** A raft cell that is watched by a tracer; `takes` says which records are dropped. */
function watched(takes: (count: number) => boolean = () => true) {
  const steps = new Subject<CellStep>();
  const records: TraceRecord[] = [];
  let count = 0;
  const tracer = new Tracer(
    (record) => {
      count += 1;
      const taken = takes(count);
      if (taken) records.push(record);
      return taken;
    },
    () => count,
  );
  steps.subscribe((step) => tracer.step('n1', step));
  const cell = new Cell('raft', gate, steps);
  cell.start({ id: 'n1', voters: ['n1', 'n2', 'n3'], seed: 4 });
  return { cell, records, tracer };
}

describe('a tracer', () => {
  it('tells the whole context once, and from then on what changes', () => {
    const { cell, records } = watched();
    cell.inbox.next({ type: 'election.timeout' });
    cell.inbox.next({ type: 'turn.ended' });
    const [first, second, third] = records as StepRecord[];
    expect(Object.keys(first?.context ?? {})).toContain('settings');
    expect(first).toMatchObject({ event: { type: 'started' }, state: { follower: 'waiting' } });
    expect(second).not.toHaveProperty('context');
    expect(Object.keys(second?.changed ?? {})).not.toContain('settings');
    expect(second?.effects?.map(({ type }) => type)).toContain('send');
    expect(third?.state).toEqual({ candidate: 'preVote' });
  });

  it('loses nothing, whatever is dropped on the way: who has read on knows every context', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...EVENTS), { maxLength: 30 }),
        fc.array(fc.boolean(), { maxLength: 40 }),
        (events, drops) => {
          const { cell, records } = watched((count) => drops[count] !== true);
          const world = emptyWorld(['n1']);
          let read = 0;
          for (const event of events) {
            const before = records.length;
            cell.inbox.next(event);
            while (read < records.length) {
              apply(world, records[read] as TraceRecord);
              read += 1;
            }
            if (records.length === before) continue;
            const actor = world.nodes.get('n1')?.actors.get('raft');
            expect(actor?.state).toEqual(cell.snapshot.value);
            expect(actor?.context).toEqual(boundedFields(cell.snapshot.context));
          }
        },
      ),
    );
  });

  it('is told nothing of an actor that nobody watches, and everything once somebody does', () => {
    const steps = new Subject<CellStep>();
    const tell = vi.spyOn(steps, 'next');
    const cell = new Cell('raft', gate, steps);
    cell.start({ id: 'n1', voters: ['n1', 'n2', 'n3'], seed: 1 });
    cell.inbox.next({ type: 'election.timeout' });
    expect(tell).not.toHaveBeenCalled();
    const seen: CellStep[] = [];
    steps.subscribe((step) => seen.push(step));
    cell.inbox.next({ type: 'turn.ended' });
    expect(seen).toMatchObject([
      { cell: 'raft', chart: 'raft', event: { type: 'turn.ended' }, before: null },
    ]);
  });

  it('numbers messages, so that a message is joined with what became of it', () => {
    const { records, tracer } = watched();
    const [a, b] = [tracer.sent('n1', 'n2', { type: 'x' }), tracer.sent('n1', 'n3', { type: 'y' })];
    tracer.received(b);
    tracer.received(b);
    tracer.lost(a, 'partition');
    tracer.heard('n2', 'n1', { type: 'z' });
    expect(records.slice(1).map((record) => ('id' in record ? [record.kind, record.id] : record))).toEqual([
      ['send', 1],
      ['send', 2],
      ['receive', 2],
      ['receive', 2],
      ['lost', 1],
      ['receive', 3],
    ]);
  });
});
