import { describe, expect, it } from 'vitest';
import { ask, changeRequest, memberEntry, members, network, spelled } from '../support/memberships.ts';
import {
  accepted,
  entry,
  preVoteResponse,
  proposal,
  READ,
  voteResponse,
  write,
} from '../support/messages.ts';
import {
  acknowledgeAll,
  candidate,
  effectsOf,
  type RaftChart,
  restored,
  sent,
  servingLeader,
} from '../support/raft-chart.ts';
import { partition } from '../support/raft-network.ts';

/** A leader of `abc` that has appended the joint membership `ade<abc`; d and e have caught up as learners. */
function joint(): RaftChart {
  const chart = servingLeader();
  chart.step(changeRequest(chart, { learners: ['d', 'e'] }));
  chart.endTurn();
  acknowledgeAll(chart);
  chart.endTurn();
  chart.step(changeRequest(chart, { add: ['d', 'e'], remove: ['b', 'c'] }));
  chart.endTurn();
  return chart;
}

/** A candidate of that joint membership, which it found in its log. */
function jointCandidate(): RaftChart {
  const log = [entry(1), memberEntry(1, members('ade', { outgoing: 'abc' }))];
  return candidate({ restored: restored(1, log) });
}

describe('Thesis 4.3: joint consensus', () => {
  it('commits with both majorities only, of the old voters and of the new', () => {
    const chart = joint();
    expect([chart.state, spelled(chart.context.membership)]).toEqual(['leader.changing', 'ade<abc']);
    chart.hear(accepted({ from: 'b', term: 1, index: 3 }));
    chart.hear(accepted({ from: 'c', term: 1, index: 3 }));
    expect(chart.context.commitIndex, 'all of the old').toBe(2);
    chart.hear(accepted({ from: 'd', term: 1, index: 3 }));
    expect(chart.context.commitIndex, 'and most of the new').toBe(3);
  });

  it('no majority of the new voters alone commits', () => {
    const chart = joint();
    chart.hear(accepted({ from: 'd', term: 1, index: 3 }));
    chart.hear(accepted({ from: 'e', term: 1, index: 3 }));
    expect(chart.context.commitIndex).toBe(2);
  });

  it('elects with both majorities only', () => {
    const chart = jointCandidate();
    expect(chart.state).toBe('candidate.vote');
    const { term } = chart.context;
    chart.hear(voteResponse({ from: 'd', term }));
    chart.hear(voteResponse({ from: 'e', term }));
    expect(chart.state, 'all of the new').toBe('candidate.vote');
    chart.hear(voteResponse({ from: 'b', term }));
    expect(chart.state).toBe('leader.establishing');
  });

  it('asks everyone who votes, old or new, and counts a majority of either that refuses as lost', () => {
    const log = [entry(1), memberEntry(1, members('ade', { outgoing: 'abc' }))];
    const chart = candidate({ restored: restored(1, log) });
    const { term } = chart.context;
    chart.hear(voteResponse({ from: 'b', term, granted: false }));
    expect(chart.state).toBe('candidate.vote');
    chart.hear(voteResponse({ from: 'c', term, granted: false }));
    expect(chart.state).toBe('follower.waiting');
    const asked = sent(chart.step({ type: 'election.timeout' }), 'prevote.request');
    expect(asked.map(({ to }) => to)).toEqual(['b', 'c', 'd', 'e']);
    for (const from of ['d', 'e', 'b']) {
      expect(chart.state).toBe('candidate.preVote');
      chart.hear(preVoteResponse({ from, term }));
    }
    expect(chart.state).toBe('candidate.vote');
  });

  it('confirms reads with both majorities only (6.4)', () => {
    const chart = joint();
    chart.step(proposal({ from: 'a', term: 1 }, READ));
    chart.endTurn();
    const round = chart.context.reads.round;
    const hear = (from: string) =>
      effectsOf(chart.hear(accepted({ from, term: 1, index: 2, round })), 'reads.confirmed').length;
    expect([hear('b'), hear('c'), hear('d')]).toEqual([0, 0, 1]);
  });

  it('keeps a leader in office with both majorities only (6.2)', () => {
    const chart = joint();
    chart.step({ type: 'quorum.timeout' });
    for (const from of ['d', 'e']) chart.hear(accepted({ from, term: 1, index: 2 }));
    chart.step({ type: 'quorum.timeout' });
    expect(chart.state).toBe('follower.waiting');
  });

  it('goes on taking requests meanwhile', () => {
    const chart = joint();
    chart.step(proposal({ from: 'a', term: 1 }, write(1)));
    chart.endTurn();
    expect(chart.context.log.length).toBe(4);
  });

  it('is left by itself once it is committed, and the old voters are told with it', () => {
    const chart = joint();
    for (const from of ['b', 'd']) chart.hear(accepted({ from, term: 1, index: 3 }));
    expect(spelled(chart.context.membership), 'not before the turn ends').toBe('ade<abc');
    const effects = chart.endTurn();
    expect(spelled(chart.context.membership)).toBe('ade');
    expect(chart.context.peers).toEqual(['d', 'e']);
    const farewell = sent(effects, 'append.request').filter(({ message }) =>
      message.entries.some(({ op }) => op?.type === 'members' && op.membership.outgoing.length === 0),
    );
    expect(farewell.map(({ to }) => to)).toEqual(['b', 'c', 'd', 'e']);
    // What follows is decided by the new voters.
    chart.hear(accepted({ from: 'b', term: 1, index: 4 }));
    chart.hear(accepted({ from: 'c', term: 1, index: 4 }));
    expect(chart.context.commitIndex).toBe(3);
    chart.hear(accepted({ from: 'e', term: 1, index: 4 }));
    expect([chart.context.commitIndex, chart.state]).toEqual([4, 'leader.serving']);
  });

  it('is left at once by a leader that decides alone afterwards', () => {
    const all = network('ab');
    ask(all, 'a', { remove: ['b'] });
    all.settle();
    expect([all.node('a').state, spelled(all.node('a').context.membership)]).toEqual(['leader.serving', 'a']);
    all.step('a', proposal({ from: 'a', term: 1 }, write(1)));
    expect(all.node('a').context.commitIndex).toBe(all.node('a').context.log.length);
  });

  it('is left by the next leader, when the one that entered it has failed (failover in joint state)', () => {
    const all = network('abc', 'de');
    ask(all, 'a', { learners: ['d', 'e'] });
    all.settle();
    all.heartbeat('a');
    all.step('a', changeRequest(all.node('a'), { add: ['d', 'e'], remove: ['a', 'c'] }));
    // Everyone has the joint membership, and a is gone before it hears so.
    all.settle((_from, to) => to === 'a');
    expect(spelled(all.node('d').context.membership)).toBe('bde<abc');
    const withoutA = partition(['b', 'c', 'd', 'e'], ['a']);
    all.elect('d', withoutA);
    expect(all.node('d').state).toBe('leader.serving');
    for (const id of ['b', 'd', 'e']) expect(spelled(all.node(id).context.membership)).toBe('bde');
    expect(all.node('c').context.peers, 'c was told').toEqual(['b', 'd', 'e']);
  });

  it('cannot be left by one whose own joint entry never reached both majorities', () => {
    const all = network('abc', 'd');
    ask(all, 'a', { learners: ['d'] });
    all.settle();
    all.heartbeat('a');
    ask(all, 'a', { add: ['d'], remove: ['b', 'c'] });
    all.settle(partition(['a', 'd'], ['b', 'c']));
    all.heartbeat('a', partition(['a', 'd'], ['b', 'c']));
    expect(spelled(all.node('a').context.membership)).toBe('ad<abc');
    // The old voters go on without it, and it falls back.
    all.elect('b', partition(['a', 'd'], ['b', 'c']));
    all.heartbeat('b');
    for (const id of ['a', 'b', 'c', 'd']) {
      expect(spelled(all.node(id).context.membership)).toBe('abc+d');
    }
  });
});
