import { expect, it } from 'vitest';
import type { Entry } from '../../machines/raft/events.ts';
import type { Membership } from '../../machines/raft/membership.ts';
import { RaftChart, restored, sent } from '../support/raft-chart.ts';

/**
 * Found by the simulator (lin-kv, seed 7108, with changes of membership and full disks). The leader of two nodes was
 * to remove itself. Its log already said so when its disk was full, and the other node had only the joint membership.
 * From then on nobody could be elected: the other needed the vote of the one that was leaving, whose log was longer;
 * and that one did not stand, because by its own log it had no say any more.
 *
 * Cause: thesis section 4.2.2 says that such a server still has to start elections, not counting itself. It was left
 * out because a removed server disturbs the others; but PreVote and the lease keep it from that.
 */
it('a node that has left by its own log stands for election until it is committed that it has', () => {
  const members = (term: number, voters: string[], outgoing: string[]): Entry => {
    const membership: Membership = { voters, outgoing, learners: [] };
    return { term, op: { type: 'members', membership }, origin: null, number: 0, bytes: 10 };
  };
  const log = [members(1, ['b'], ['a', 'b']), members(1, ['b'], [])];
  const chart = new RaftChart({ id: 'a', voters: ['a', 'b'], seed: 1, restored: restored(1, log) });
  const asked = chart.step({ type: 'election.timeout' });
  expect(sent(asked, 'prevote.request').map(({ to }) => to)).toEqual(['b']);
  expect(chart.state, 'its own vote does not count').toBe('candidate.preVote');
  chart.step({ type: 'prevote.response', from: 'b', term: 1, granted: true });
  chart.step({ type: 'vote.response', from: 'b', term: 2, granted: true });
  expect(chart.state).toBe('leader.establishing');
});
