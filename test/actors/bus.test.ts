import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { raftMachine } from '../../machines/raft/raft.machine.ts';
import { listen } from '../../src/actors/bus.ts';
import { Cell } from '../../src/actors/cell.ts';
import { createGate } from '../../src/actors/step.ts';

describe('Listening to a cell', () => {
  it('hands on every value, in order', () => {
    const source = new Subject<number>();
    const heard: number[] = [];
    listen(source, (value) => heard.push(value));
    for (const value of [3, 1, 2]) source.next(value);
    expect(heard).toEqual([3, 1, 2]);
  });

  it('an error in the listener reaches whoever caused it, on the same stack', () => {
    const source = new Subject<number>();
    listen(source, () => {
      throw new Error('broken');
    });
    expect(() => source.next(1)).toThrow('broken');
  });

  it('and nothing comes after: the other effects of that step stay in the cell, and so do later events', () => {
    const cell = new Cell('raft', createGate(raftMachine));
    const heard: string[] = [];
    let isBroken = false;
    listen(cell.outlet, ({ type }) => {
      heard.push(type);
      if (isBroken) throw new Error('the disk is gone');
    });
    cell.start({ id: 'a', voters: ['a', 'b', 'c'], seed: 1 });
    heard.length = 0;
    isBroken = true;
    expect(() => cell.inbox.next({ type: 'election.timeout' })).toThrow('the disk is gone');
    expect(heard).toHaveLength(1);
    isBroken = false;
    cell.inbox.next({ type: 'election.timeout' });
    expect(heard).toHaveLength(1);
  });

  it('an event that the chart does not declare is an error, not silence', () => {
    const cell = new Cell('raft', createGate(raftMachine));
    cell.start({ id: 'a', voters: ['a', 'b', 'c'], seed: 1 });
    const event = { type: 'election.tiemout' } as unknown as { type: 'election.timeout' };
    expect(() => cell.inbox.next(event)).toThrow('declares no event "election.tiemout"');
  });
});
