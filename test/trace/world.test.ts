import { describe, expect, it } from 'vitest';
import { drawOptions } from '../../src/sim/options.ts';
import type { StepRecord, TraceRecord } from '../../src/trace/format.ts';
import { activeIds, apply, copyOf, emptyWorld, worldFromJson, worldToJson } from '../../src/trace/world.ts';
import { recordsOf } from './records.ts';

function worldOf(records: readonly TraceRecord[]) {
  const world = emptyWorld([]);
  for (const record of records) apply(world, record);
  return world;
}

const step = (more: Partial<StepRecord>): StepRecord => ({
  kind: 'step',
  t: 1,
  node: 'n1',
  actor: 'raft',
  chart: 'raft',
  event: { type: 'e' },
  state: 'idle',
  ...more,
});

describe('a world', () => {
  it('is the same after a journey through JSON', () => {
    const world = worldOf(recordsOf({ ...drawOptions(7), seconds: 3 }));
    const there = JSON.parse(JSON.stringify(worldToJson(world)));
    expect(worldToJson(worldFromJson(there))).toEqual(worldToJson(world));
    expect(world.nodes.size).toBe(3);
  });

  it('that was copied stays what it was', () => {
    const world = worldOf([step({ context: { term: 1 } })]);
    const copy = copyOf(world);
    apply(world, step({ changed: { term: 2 }, state: 'busy' }));
    expect(copy.nodes.get('n1')?.actors.get('raft')).toMatchObject({ state: 'idle', context: { term: 1 } });
    expect(world.nodes.get('n1')?.actors.get('raft')).toMatchObject({
      state: 'busy',
      from: 'idle',
      context: { term: 2 },
    });
  });

  it('forgets the actors of a node that crashes, and of an actor that has ended', () => {
    const crashed: TraceRecord = { kind: 'fault', t: 2, fault: 'crash', nodes: ['n1'], text: '' };
    const world = worldOf([
      step({}),
      step({ actor: 'ryw-read 1' }),
      step({ actor: 'ryw-read 1', ended: true }),
    ]);
    expect([...(world.nodes.get('n1')?.actors.keys() ?? [])]).toEqual(['raft']);
    apply(world, crashed);
    expect(world.nodes.get('n1')).toEqual({ up: false, paused: false, actors: new Map() });
    apply(world, { kind: 'fault', t: 3, fault: 'restart', nodes: ['n1'], text: '' });
    expect(world.nodes.get('n1')?.up).toBe(true);
  });

  it('knows which links are cut, until they are healed', () => {
    const cut = [['n1', 'n2']] as const;
    const world = worldOf([{ kind: 'fault', t: 1, fault: 'partition', cut, text: '' }]);
    expect(world.cut).toEqual(cut);
    apply(world, { kind: 'fault', t: 2, fault: 'heal', text: '' });
    expect(world.cut).toEqual([]);
  });

  it('keeps the actors that make a node what it is, and of a million registers the latest', () => {
    const world = worldOf([step({}), step({ actor: 'io' })]);
    for (let key = 0; key < 5000; key += 1) apply(world, step({ actor: `register ${key}` }));
    const names = [...(world.nodes.get('n1')?.actors.keys() ?? [])];
    expect(names).toHaveLength(200);
    expect(names.slice(0, 2)).toEqual(['raft', 'io']);
    expect(names.at(-1)).toBe('register 4999');
  });
});

it('active states are named from the chart inwards, as XState names them', () => {
  expect(activeIds('raft', { leader: 'serving' })).toEqual(['raft', 'raft.leader', 'raft.leader.serving']);
  expect(activeIds('io', 'serving')).toEqual(['io', 'io.serving']);
  expect(activeIds('p', { a: 'x', b: { c: 'y' } })).toEqual(['p', 'p.a', 'p.a.x', 'p.b', 'p.b.c', 'p.b.c.y']);
});
