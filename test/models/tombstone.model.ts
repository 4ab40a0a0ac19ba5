import assert from 'node:assert/strict';
import {
  type TombstoneEffect,
  type TombstoneEvent,
  tombstoneMachine,
} from '../../machines/gossip/tombstone.machine.ts';
import type { Model, Reference } from '../../src/testing/index.ts';
import { chartTests } from './subject.ts';

type Machine = typeof tombstoneMachine;

function eventsOf(peers: readonly string[]): readonly TombstoneEvent[] {
  return [
    { type: 'ripened' },
    { type: 'doubted' },
    ...peers.flatMap((from) =>
      (['ripe', 'condemned'] as const).map((stage) => ({ type: 'stated', from, stage }) as const),
    ),
  ];
}

function model(clusters: readonly (readonly string[])[]): Model<Machine> {
  return {
    machine: tombstoneMachine,
    inputs: clusters.map((peers) => ({ peers })),
    events: ({ status, context }) => (status === 'active' ? eventsOf(context.peers) : []),
    // Who spoke first makes no difference.
    serialize: ({ value, context: { peers, ripe, condemned } }) =>
      JSON.stringify([value, peers, [...ripe].sort(), [...condemned].sort()]),
  };
}

/** The rule in plain words: it is said when it is so, and each peer has to have said it. */
const reference: Reference<Machine> = ({ peers }) => {
  const ripe = new Set<string>();
  const condemned = new Set<string>();
  let place: 'held' | 'ripe' | 'condemned' | 'dropped' = 'held';
  return ({ event, after, effects }) => {
    const said: TombstoneEffect[] = [];
    if (event.type === 'doubted') {
      ripe.clear();
      condemned.clear();
      place = 'held';
      said.push({ type: 'put.back' });
    }
    if (event.type === 'stated') {
      ripe.add(event.from);
      if (event.stage === 'condemned') condemned.add(event.from);
    }
    if (event.type === 'ripened' && place === 'held') {
      place = 'ripe';
      said.push({ type: 'state', stage: 'ripe' });
    }
    if (place === 'ripe' && peers.every((peer) => ripe.has(peer))) {
      place = 'condemned';
      said.push({ type: 'set.aside' }, { type: 'state', stage: 'condemned' });
    }
    if (place === 'condemned' && peers.every((peer) => condemned.has(peer))) {
      place = 'dropped';
      said.push({ type: 'drop' });
    }
    assert.deepEqual(effects, said);
    assert.equal(after.value, place);
    assert.equal(after.status, place === 'dropped' ? 'done' : 'active');
    assert.deepEqual(new Set(after.context.ripe), ripe);
    assert.deepEqual(new Set(after.context.condemned), condemned);
    assert.equal(after.context.ripe.length, ripe.size);
  };
};

export const tombstoneTests = chartTests<Machine>({
  machine: tombstoneMachine,
  // Alone: held and dropped. Of two peers each has said nothing, one thing or both: nine ways to be held, five of
  // them ripe for want of somebody, three condemned, and one end.
  worlds: [{ model: model([[], ['n2', 'n3']]), states: 2 + 9 + 5 + 3 + 1 }],
  walks: [{ model: model([['n2'], ['n2', 'n3', 'n4']]), seed: 1, count: 40, steps: 30 }],
  reference,
});
