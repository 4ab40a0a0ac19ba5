import { describe, expect, it } from 'vitest';
import { ask, changeRequest, memberEntry, members, network, spelled, told } from '../support/memberships.ts';
import {
  accepted,
  appendRequest,
  entry,
  preVoteRequest,
  proposal,
  READ,
  voteRequest,
  write,
} from '../support/messages.ts';
import {
  acknowledgeAll,
  effectsOf,
  RaftChart,
  restored,
  sent,
  servingLeader,
} from '../support/raft-chart.ts';
import { partition } from '../support/raft-network.ts';

/** A leader of `abc` with the learner `d`, who has acknowledged nothing yet. */
function teacher(): RaftChart {
  const chart = servingLeader();
  chart.step(changeRequest(chart, { learners: ['d'] }));
  chart.endTurn();
  acknowledgeAll(chart, ['b', 'c']);
  chart.endTurn();
  return chart;
}

describe('Thesis 4.2.1: a new server learns before it votes', () => {
  it('receives the log as a learner, which takes one entry and no joint consensus', () => {
    const chart = teacher();
    expect(chart.state).toBe('leader.serving');
    expect(spelled(chart.context.membership)).toBe('abc+d');
    chart.step(proposal({ from: 'a', term: 1 }, write(1)));
    // The first message to it asks where the logs part.
    expect(sent(chart.endTurn(), 'append.request').map(({ to }) => to)).toEqual(['b', 'c']);
    chart.step({ type: 'heartbeat.timeout' });
    expect(sent(chart.endTurn(), 'append.request').map(({ to }) => to)).toContain('d');
  });

  it('and does not count: neither to commit, nor for reads, nor to keep a leader in office', () => {
    const chart = teacher();
    chart.step(proposal({ from: 'a', term: 1 }, write(1), READ));
    chart.endTurn();
    const { commitIndex } = chart.context;
    const effects = chart.hear(accepted({ from: 'd', term: 1, index: 3, round: 1 }));
    expect(chart.context.commitIndex).toBe(commitIndex);
    expect(effectsOf(effects, 'reads.confirmed')).toEqual([]);
    chart.step({ type: 'quorum.timeout' });
    chart.hear(accepted({ from: 'd', term: 1, index: 3, round: 1 }));
    chart.step({ type: 'quorum.timeout' });
    expect(chart.state).toBe('follower.waiting');
  });

  it('does not count, of however many there are: what most voters have is committed without them', () => {
    const chart = servingLeader();
    chart.step(changeRequest(chart, { learners: ['d', 'e'] }));
    chart.endTurn();
    acknowledgeAll(chart);
    chart.endTurn();
    chart.step(proposal({ from: 'a', term: 1 }, write(1)));
    chart.endTurn();
    for (const from of ['d', 'e']) chart.hear(accepted({ from, term: 1, index: 3 }));
    expect(chart.context.commitIndex, 'three of five, and one voter').toBe(2);
    chart.hear(accepted({ from: 'b', term: 1, index: 3 }));
    expect(chart.context.commitIndex).toBe(3);
  });

  it('does not campaign, however long it hears of no leader, nor when it is asked to', () => {
    const learner = new RaftChart({
      id: 'd',
      restored: restored(1, [entry(1), memberEntry(1, members('abc', { learners: 'd' }))]),
    });
    expect(learner.step({ type: 'election.timeout' })).toEqual([]);
    expect(learner.state).toBe('follower.waiting');
    expect(learner.hear({ type: 'campaign.request', from: 'a', term: 1 })).toEqual([]);
    expect(learner.context.term).toBe(1);
  });

  it('nor does a node that belongs to no cluster yet; it does what the first leader says that it hears', () => {
    const stranger = new RaftChart({ id: 'd', voters: [] });
    stranger.step({ type: 'election.timeout' });
    expect([stranger.state, stranger.context.term]).toEqual(['follower.waiting', 0]);
    const entries = [entry(1), memberEntry(1, members('abc', { learners: 'd' }))];
    stranger.hear(appendRequest({ from: 'a', term: 1, entries }));
    expect(spelled(stranger.context.membership)).toBe('abc+d');
  });

  it('gives its vote, because others may know of its promotion before it does', () => {
    const learner = new RaftChart({
      id: 'd',
      restored: restored(1, [entry(1), memberEntry(1, members('abc', { learners: 'd' }))]),
    });
    const effects = learner.hear(voteRequest({ from: 'b', term: 2, lastIndex: 3, lastTerm: 1 }));
    expect(sent(effects, 'vote.response')[0]?.message.granted).toBe(true);
  });

  it('is nobody to hand a leadership to', () => {
    const chart = teacher();
    const by = { node: 'a', term: 1, incarnation: 1, number: 1e6 };
    expect(told(chart.step({ type: 'transfer.requested', to: 'd', by }))).toEqual([
      '14 d is a learner, and does not vote yet',
    ]);
  });

  it('does not vote while it is far behind, and it is said how far', () => {
    const chart = teacher();
    const ask = () => told(chart.step(changeRequest(chart, { add: ['d'] })));
    expect(ask()).toEqual(['11 d is too far behind to vote: it has the log up to index 0 of 2']);
    chart.hear(accepted({ from: 'd', term: 1, index: 1 }));
    expect(ask(), 'it has to know of its own membership').toEqual([
      '11 d is too far behind to vote: it has the log up to index 1 of 2',
    ]);
    chart.hear(accepted({ from: 'd', term: 1, index: 2 }));
    chart.step({ type: 'quorum.timeout' });
    expect(ask()).toEqual(['11 d has not been heard from lately, so it would be a voter that does not vote']);
    chart.hear(accepted({ from: 'd', term: 1, index: 2 }));
    expect(ask()).toEqual([]);
    expect(spelled(chart.context.membership)).toBe('abcd<abc');
  });

  it('may lack as many entries as the limit says, and not one more', () => {
    const chart = servingLeader({ settings: { promotionLagEntries: 3 } });
    chart.step(changeRequest(chart, { learners: ['d'] }));
    chart.endTurn();
    acknowledgeAll(chart);
    for (let first = 1; first <= 4; first += 1)
      chart.step(proposal({ from: 'a', term: 1, first }, write(first)));
    chart.endTurn();
    acknowledgeAll(chart, ['b', 'c']);
    expect([chart.context.commitIndex, chart.context.progress.d?.match]).toEqual([6, 2]);
    expect(told(chart.step(changeRequest(chart, { add: ['d'] })))[0]).toMatch(/^11 d is too far behind/);
    chart.hear(accepted({ from: 'd', term: 1, index: 3 }));
    expect(told(chart.step(changeRequest(chart, { add: ['d'] })))).toEqual([]);
  });
});

describe('Thesis 4.2.2: a leader that removes itself', () => {
  it('leads until the membership without it is committed, and does not count itself', () => {
    const all = network('abc');
    ask(all, 'a', { remove: ['a'] });
    all.settle(partition(['a', 'b'], ['c']));
    // a and b are a majority of the old voters, and b is none of the new ones.
    expect(spelled(all.node('a').context.membership)).toBe('bc<abc');
    expect(all.node('a').state).toBe('leader.changing');
    all.heartbeat('a', partition(['a', 'b', 'c']));
    expect(spelled(all.node('b').context.membership)).toBe('bc');
    expect(all.node('a').state).toMatch(/^follower/);
  });

  it('then tells the others what is committed, and the best of them to take over, and goes', () => {
    const chart = servingLeader();
    chart.step(changeRequest(chart, { remove: ['a'] }));
    chart.endTurn();
    acknowledgeAll(chart);
    chart.endTurn();
    expect([chart.state, spelled(chart.context.membership)]).toEqual(['leader.changing', 'bc']);
    chart.hear(accepted({ from: 'c', term: 1, index: 3 }));
    expect(chart.context.commitIndex, 'c is half of the new voters').toBe(2);
    chart.hear(accepted({ from: 'b', term: 1, index: 3 }));
    expect(chart.context.commitIndex).toBe(3);
    expect(told(chart.step(changeRequest(chart, { remove: ['b'] })))).toEqual([
      '11 a has been removed, and is about to stop leading',
    ]);
    const effects = chart.endTurn();
    expect(sent(effects, 'append.request').map(({ to, message }) => [to, message.commitIndex])).toEqual([
      ['b', 3],
      ['c', 3],
    ]);
    expect(sent(effects, 'campaign.request').map(({ to }) => to)).toEqual(['b']);
    expect(chart.state).toBe('follower.waiting');
    expect(chart.step({ type: 'election.timeout' }), 'it does not campaign').toEqual([]);
  });

  it('and its successor leads without anybody waiting for a timeout', () => {
    const all = network('abc');
    ask(all, 'a', { remove: ['a'] });
    all.settle();
    const [leader] = ['b', 'c'].filter((id) => all.node(id).state === 'leader.serving');
    expect(leader).toBeDefined();
    expect(all.node('a').state).toMatch(/^follower/);
  });
});

describe('Thesis 4.2.3: servers that were removed', () => {
  it('learn of it by a last message, and do not campaign', () => {
    const all = network('abc');
    ask(all, 'a', { remove: ['c'] });
    all.settle();
    expect(spelled(all.node('c').context.membership)).toBe('ab');
    expect(all.node('a').context.peers).toEqual(['b']);
    all.step('c', { type: 'election.timeout' });
    all.step('c', { type: 'election.timeout' });
    all.settle();
    expect(all.node('c').state).toBe('follower.waiting');
    expect(all.node('a').context.term).toBe(1);
  });

  it('or else do not disturb: nobody with a live leader answers them or follows their terms', () => {
    const all = network('abc');
    ask(all, 'a', { remove: ['c'] });
    all.settle(partition(['a', 'b'], ['c']));
    all.heartbeat('a', partition(['a', 'b'], ['c']));
    expect(spelled(all.node('a').context.membership)).toBe('ab');
    expect(spelled(all.node('c').context.membership)).toBe('abc');
    for (let i = 0; i < 5; i += 1) {
      all.step('c', { type: 'election.timeout' });
      all.settle();
    }
    expect([all.node('a').state, all.node('a').context.term]).toEqual(['leader.serving', 1]);
    expect(all.node('c').context.term, 'a pre-vote spends no term').toBe(1);
    // Even with a later term, as of a node without PreVote.
    const { b } = Object.fromEntries(all.nodes);
    expect(b?.hear(voteRequest({ from: 'c', term: 9, lastIndex: 99, lastTerm: 9 }))).toEqual([]);
    expect(b?.context.dropped.disruptive).toBeGreaterThan(0);
  });

  it('and could not win where nobody has a leader: what removed them is on a majority of every quorum of theirs', () => {
    const all = network('abc');
    ask(all, 'a', { remove: ['c'] });
    all.settle(partition(['a', 'b'], ['c']));
    all.heartbeat('a', partition(['a', 'b'], ['c']));
    const b = all.node('b');
    b.step({ type: 'election.timeout' });
    expect(b.state).toBe('follower.waiting');
    const { log, term } = all.node('c').context;
    const last = { lastIndex: log.length, lastTerm: 1 };
    const [answer] = sent(b.hear(preVoteRequest({ from: 'c', term, ...last })), 'prevote.response');
    expect(answer?.message.granted).toBe(false);
  });
});
