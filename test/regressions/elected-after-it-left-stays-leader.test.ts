import { expect, it } from 'vitest';
import type { Entry } from '../../machines/raft/events.ts';
import type { Membership } from '../../machines/raft/membership.ts';
import { accepted } from '../support/messages.ts';
import { RaftChart, restored, sent } from '../support/raft-chart.ts';

/**
 * A node that had left by its own log, and was elected all the same because nobody else had the longest one, went on
 * leading a cluster to which it did not belong, without end. It took requests, refused every change of members
 * ("has been removed, and is about to stop leading"), and could not be removed.
 *
 * Cause: a leader looked for its own removal in `leader.changing` only, and came there only with a joint membership.
 */
it('a leader that has left the cluster gives way as soon as that is committed', () => {
  const members = (term: number, voters: string[], outgoing: string[]): Entry => {
    const membership: Membership = { voters, outgoing, learners: [] };
    return { term, op: { type: 'members', membership }, origin: null, number: 0, bytes: 10 };
  };
  const log = [members(1, ['b', 'c'], ['a', 'b', 'c']), members(1, ['b', 'c'], [])];
  const chart = new RaftChart({ id: 'a', voters: ['a', 'b', 'c'], seed: 1, restored: restored(1, log) });
  chart.step({ type: 'election.timeout' });
  for (const from of ['b', 'c']) chart.hear({ type: 'prevote.response', from, term: 1, granted: true });
  for (const from of ['b', 'c']) chart.hear({ type: 'vote.response', from, term: 2, granted: true });
  expect(chart.state).toBe('leader.establishing');
  chart.endTurn();
  for (const from of ['b', 'c']) chart.hear(accepted({ from, term: 2, index: 3 }));
  const effects = chart.endTurn();
  expect(chart.state).toBe('follower.waiting');
  expect(sent(effects, 'campaign.request').map(({ to }) => to)).toEqual(['b']);
});
