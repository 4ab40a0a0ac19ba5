import { expect, it } from 'vitest';
import type { RaftEffect, RaftEvent } from '../../machines/raft/events.ts';
import { raftMachine } from '../../machines/raft/raft.machine.ts';
import { createGate } from '../../src/actors/step.ts';
import { restored } from '../support/raft-chart.ts';

/**
 * Found by the simulator (ryw-kv, seed 1, with changes of membership and failing syncs). A leader that was the only
 * voter and had a learner appended a write. Its messages of that turn left before the write was durable, as they may;
 * but they said that the write was committed, because a majority of one had it. The learner applied it and showed it
 * to a client. Then the leader's sync failed, and after the restart the write had never been.
 *
 * Cause: a leader counts itself up to what it has given out to be written, because what follows from that waits for
 * the write. The messages of the same turn do not wait. Only a leader that is a majority by itself can commit what it
 * has not written, and until there were learners it had nobody to tell.
 */
it('a leader that decides alone tells nobody of a commit before its own write is durable', () => {
  const gate = createGate(raftMachine);
  const members = { voters: ['n1'], outgoing: [], learners: ['n2'] };
  const log = [
    { term: 1, op: { type: 'members', membership: members }, origin: null, number: 0, bytes: 10 },
  ] as const;
  let { snapshot } = gate.start({ id: 'n1', voters: ['n1'], seed: 1, restored: restored(1, log) });
  const write = { type: 'write', key: 'x', value: 1 } as const;
  const events: RaftEvent[] = [
    { type: 'election.timeout' },
    { type: 'turn.ended' },
    { type: 'append.response', from: 'n2', term: 2, success: true, index: 2, conflict: null, round: 0 },
    {
      type: 'requests.proposed',
      from: 'n1',
      term: 2,
      entries: [
        { term: 2, op: write, origin: { node: 'n1', incarnation: 1, floor: 1 }, number: 1, bytes: 20 },
      ],
      reads: [],
    },
    { type: 'turn.ended' },
    { type: 'turn.ended' },
  ];
  let durable = 1;
  const told: number[] = [];
  for (const event of events) {
    const step = gate.step(snapshot, event);
    snapshot = step.snapshot;
    for (const effect of step.effects as readonly RaftEffect[]) {
      if (effect.type === 'persist' && effect.log !== null) {
        durable = effect.log.from + effect.log.entries.length - 1;
      }
      if (effect.type !== 'send' || effect.message.type !== 'append.request') continue;
      told.push(effect.message.commitIndex);
      expect(effect.message.commitIndex).toBeLessThanOrEqual(durable);
    }
  }
  // Not vacuously: the learner was sent the write, and is told of the commit in the turn after.
  expect([snapshot.context.commitIndex, Math.max(...told)]).toEqual([3, 3]);
});
