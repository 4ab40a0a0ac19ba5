import { describe, expect, it } from 'vitest';
import {
  appendRequest,
  logOfTerms,
  preVoteRequest,
  preVoteResponse,
  voteResponse,
} from '../support/messages.ts';
import {
  candidate,
  effectsOf,
  follower,
  preCandidate,
  RaftChart,
  restored,
  sent,
  servingLeader,
} from '../support/raft-chart.ts';
import { partition, RaftNetwork } from '../support/raft-network.ts';

describe('Thesis 9.6: PreVote', () => {
  it('asks before it spends a term: nothing is written, and the vote stays free', () => {
    const chart = new RaftChart({ restored: restored(3, logOfTerms(1, 3)) });
    const effects = chart.step({ type: 'election.timeout' });
    expect(chart.state).toBe('candidate.preVote');
    expect(chart.context).toMatchObject({ term: 3, votedFor: null, votes: { a: true } });
    expect(effectsOf(effects, 'persist')).toEqual([]);
    expect(sent(effects, 'prevote.request').map(({ to, message }) => [to, message])).toEqual(
      ['b', 'c'].map((to) => [to, { type: 'prevote.request', term: 3, lastIndex: 2, lastTerm: 3 }]),
    );
  });

  it.each([
    ['waits', () => new RaftChart({ restored: restored(3, logOfTerms(1, 3), 'c') })],
    ['asks for pre-votes itself', () => preCandidate({ restored: restored(3, logOfTerms(1, 3)) })],
    ['is a candidate itself', () => candidate({ restored: restored(2, logOfTerms(1, 2)) })],
    ['follows a leader', () => follower('b', { restored: restored(3, logOfTerms(1, 3)) })],
    ['leads', () => servingLeader({ restored: restored(2, logOfTerms(1, 2)) })],
  ])('changes nothing at a receiver that %s: no term, no vote, no timer', (_name, make) => {
    const chart = make();
    const before = { ...chart.context };
    const state = chart.state;
    for (const lastIndex of [0, 99]) {
      const effects = chart.hear(preVoteRequest({ from: 'c', term: 3, lastIndex, lastTerm: lastIndex }));
      expect(effects.map(({ type }) => type)).toEqual(['send']);
      expect(chart.context).toEqual(before);
      expect(chart.state).toBe(state);
    }
  });

  it('may be granted to several, for nothing is promised', () => {
    const chart = new RaftChart();
    for (const from of ['b', 'c', 'b']) {
      const [answer] = sent(chart.hear(preVoteRequest({ from, term: 0 })), 'prevote.response');
      expect(answer?.message).toEqual({ type: 'prevote.response', term: 0, granted: true });
    }
  });

  it.each([
    ['a follower that hears its leader', () => follower('b', { term: 3 })],
    ['a leader', () => servingLeader({ restored: restored(2, []) })],
  ])('is refused by %s, however good the log', (_name, make) => {
    const effects = make().hear(preVoteRequest({ from: 'c', term: 3, lastIndex: 99, lastTerm: 3 }));
    expect(sent(effects, 'prevote.response')[0]?.message.granted).toBe(false);
  });

  it('a majority of pre-votes begins the election, and one fewer does not', () => {
    const chart = preCandidate({ voters: ['a', 'b', 'c', 'd', 'e'] });
    chart.hear(preVoteResponse({ from: 'b', term: 0 }));
    chart.hear(preVoteResponse({ from: 'b', term: 0 }));
    chart.hear(preVoteResponse({ from: 'c', term: 0, granted: false }));
    expect(chart.state).toBe('candidate.preVote');
    chart.hear(preVoteResponse({ from: 'd', term: 0 }));
    expect(chart.state).toBe('candidate.vote');
    expect(chart.context).toMatchObject({ term: 1, votedFor: 'a', votes: { a: true } });
  });

  it('votes are no pre-votes, and pre-votes no votes', () => {
    const asking = preCandidate({ restored: restored(1, []) });
    asking.hear(voteResponse({ from: 'b', term: 1 }));
    expect(asking.state).toBe('candidate.preVote');
    const standing = candidate();
    standing.hear(preVoteResponse({ from: 'b', term: 1 }));
    expect(standing.state).toBe('candidate.vote');
  });

  it('a majority of refusals ends the campaign in the term in which it began', () => {
    const chart = preCandidate({ restored: restored(3, []) });
    for (const from of ['b', 'c']) chart.hear(preVoteResponse({ from, term: 3, granted: false }));
    expect(chart.state).toBe('follower.waiting');
    expect(chart.context).toMatchObject({ term: 3, votedFor: null });
    expect(chart.timers.has('election')).toBe(true);
  });

  it('word of the leader ends the campaign', () => {
    const chart = preCandidate({ restored: restored(3, []) });
    chart.hear(appendRequest({ from: 'b', term: 3 }));
    expect(chart.state).toBe('follower.following');
    chart.hear(preVoteResponse({ from: 'c', term: 3 }));
    expect(chart.state).toBe('follower.following');
  });

  it('a node behind a partition spends no terms, and disturbs nobody when it returns', () => {
    const network = new RaftNetwork(['a', 'b', 'c']);
    network.elect('a');
    const { term } = network.node('a').context;
    const cut = partition(['a', 'b'], ['c']);
    for (let i = 0; i < 20; i += 1) {
      network.step('c', { type: 'election.timeout' });
      network.heartbeat('a', cut);
    }
    expect(network.node('c').context.term).toBe(term);
    network.step('c', { type: 'election.timeout' });
    network.settle();
    network.heartbeat('a');
    expect(network.node('a').state).toBe('leader.serving');
    for (const node of network.nodes.values()) expect(node.context).toMatchObject({ term, leader: 'a' });
  });
});
