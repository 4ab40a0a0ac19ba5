import { describe, expect, it } from 'vitest';
import {
  appendRequest,
  logOfTerms,
  preVoteRequest,
  preVoteResponse,
  voteRequest,
  voteResponse,
} from '../support/messages.ts';
import {
  candidate,
  effectsOf,
  follower,
  freshLeader,
  position,
  preCandidate,
  RaftChart,
  restored,
  sent,
  servingLeader,
} from '../support/raft-chart.ts';

const FIVE = ['a', 'b', 'c', 'd', 'e'];

describe('Paper 5.2: leader election', () => {
  it('a node starts as a follower, with a wait of one to two election timeouts', () => {
    const waits = Array.from({ length: 200 }, (_, seed) => {
      const chart = new RaftChart({ seed, settings: { electionTimeoutMs: 100 } });
      expect(chart.state).toBe('follower.waiting');
      return chart.timers.get('election') as number;
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...waits)).toBeLessThanOrEqual(200);
    expect(Math.min(...waits)).toBeLessThan(110);
    expect(Math.max(...waits)).toBeGreaterThan(190);
  });

  it('the wait is drawn anew for each campaign, so that split votes do not repeat', () => {
    const chart = preCandidate();
    const waits = new Set<number | undefined>();
    for (let i = 0; i < 20; i += 1) {
      chart.step({ type: 'election.timeout' });
      waits.add(chart.timers.get('election'));
    }
    expect(waits.size).toBeGreaterThan(10);
  });

  it('a candidate opens a term, votes for itself, and asks everyone else', () => {
    const chart = preCandidate({ restored: restored(4, logOfTerms(1, 3, 3), 'c') });
    const effects = chart.hear(preVoteResponse({ from: 'b', term: 4 }));
    expect(chart.state).toBe('candidate.vote');
    expect(chart.context).toMatchObject({ term: 5, votedFor: 'a', leader: null });
    const requests = sent(effects, 'vote.request');
    expect(requests.map(({ to }) => to)).toEqual(['b', 'c']);
    for (const { message } of requests) {
      expect(message).toMatchObject({ term: 5, lastIndex: 3, lastTerm: 3, transfer: false });
    }
  });

  it('its term and its own vote are written before it asks for any other', () => {
    const chart = preCandidate();
    const effects = chart.hear(preVoteResponse({ from: 'b', term: 0 }));
    expect(effectsOf(effects, 'persist')).toEqual([
      { type: 'persist', hardState: { term: 1, votedFor: 'a' }, log: null },
    ]);
    expect(position(effects, 'persist')).toBeLessThan(position(effects, 'send'));
  });

  it('a majority of the votes makes a leader, and one fewer does not', () => {
    const chart = candidate({ voters: FIVE });
    chart.hear(voteResponse({ from: 'b', term: 1 }));
    expect(chart.state).toBe('candidate.vote');
    const effects = chart.hear(voteResponse({ from: 'c', term: 1 }));
    expect(chart.state).toBe('leader.establishing');
    expect(effects).toContainEqual({ type: 'leader.changed', leader: 'a', term: 1 });
  });

  it('of four voters two are no majority', () => {
    const chart = candidate({ voters: ['a', 'b', 'c', 'd'] });
    chart.hear(voteResponse({ from: 'b', term: 1 }));
    expect(chart.state).toBe('candidate.vote');
    chart.hear(voteResponse({ from: 'd', term: 1 }));
    expect(chart.state).toBe('leader.establishing');
  });

  it('a vote counts once, however often the network repeats it, and cannot be changed', () => {
    const chart = candidate({ voters: FIVE });
    for (let i = 0; i < 3; i += 1) chart.hear(voteResponse({ from: 'b', term: 1 }));
    chart.hear(voteResponse({ from: 'b', term: 1, granted: false }));
    expect(chart.state).toBe('candidate.vote');
    expect(chart.context.votes).toEqual({ a: true, b: true });
  });

  it('a candidate that a majority refuses waits again, in the same term', () => {
    const chart = candidate({ voters: FIVE });
    for (const from of ['b', 'c']) chart.hear(voteResponse({ from, term: 1, granted: false }));
    expect(chart.state).toBe('candidate.vote');
    chart.hear(voteResponse({ from: 'd', term: 1, granted: false }));
    expect(chart.state).toBe('follower.waiting');
    expect(chart.context).toMatchObject({ term: 1, votedFor: 'a' });
  });

  it('a candidate that hears the leader of its term follows it', () => {
    const chart = candidate();
    const effects = chart.hear(appendRequest({ from: 'b', term: 1 }));
    expect(chart.state).toBe('follower.following');
    expect(chart.context).toMatchObject({ term: 1, votedFor: 'a', leader: 'b', votes: {} });
    expect(effects).toContainEqual({ type: 'leader.changed', leader: 'b', term: 1 });
  });

  it('a candidate for whom nobody decides begins again', () => {
    const chart = candidate();
    const effects = chart.step({ type: 'election.timeout' });
    expect(chart.state).toBe('candidate.preVote');
    expect(sent(effects, 'prevote.request')).toHaveLength(2);
    chart.hear(preVoteResponse({ from: 'c', term: 1 }));
    expect(chart.context.term).toBe(2);
  });

  it('a vote of an earlier campaign does not count in a later one', () => {
    const chart = candidate();
    chart.step({ type: 'election.timeout' });
    chart.hear(voteResponse({ from: 'b', term: 1 }));
    expect(chart.state).toBe('candidate.preVote');
    chart.hear(preVoteResponse({ from: 'b', term: 1 }));
    chart.hear(voteResponse({ from: 'b', term: 1 }));
    expect(chart.state).toBe('candidate.vote');
    expect(chart.context.term).toBe(2);
  });

  it('a cluster of one leads at once, and commits without anyone', () => {
    const chart = new RaftChart({ voters: ['a'] });
    expect(chart.timers.get('election')).toBe(0);
    chart.step({ type: 'election.timeout' });
    expect(chart.state).toBe('leader.establishing');
    chart.endTurn();
    expect(chart.state).toBe('leader.serving');
    expect(chart.context.commitIndex).toBe(1);
    expect(chart.disk).toMatchObject({ term: 1, votedFor: 'a', entries: [{ term: 1, op: null }] });
  });

  it('a new leader makes itself heard at the end of its first turn', () => {
    const chart = freshLeader();
    expect(sent(chart.endTurn(), 'append.request').map(({ to }) => to)).toEqual(['b', 'c']);
    expect(chart.timers.get('heartbeat')).toBe(80);
  });

  it('a leader that has nothing to say makes itself heard at every heartbeat', () => {
    const chart = servingLeader();
    expect(chart.endTurn()).toEqual([]);
    const timer = chart.step({ type: 'heartbeat.timeout' });
    expect(timer).toEqual([{ type: 'timer.set', timer: 'heartbeat', ms: 80 }]);
    const beats = sent(chart.endTurn(), 'append.request');
    expect(beats.map(({ to }) => to)).toEqual(['b', 'c']);
    for (const { message } of beats) expect(message.entries).toEqual([]);
    expect(chart.endTurn()).toEqual([]);
  });
});

describe('Paper 5.2: one vote a term', () => {
  it('goes to whom asks first, again if it asks again, and to nobody else', () => {
    const chart = new RaftChart();
    const ask = (from: string) =>
      sent(chart.hear(voteRequest({ from, term: 1 })), 'vote.response')[0]?.message;
    expect(ask('b')).toMatchObject({ granted: true, term: 1 });
    expect(ask('c')).toMatchObject({ granted: false, term: 1 });
    expect(ask('b')).toMatchObject({ granted: true });
    expect(chart.context.votedFor).toBe('b');
  });

  it('is written before it is given, and a new wait begins with it', () => {
    const chart = new RaftChart({ restored: restored(1, []) });
    const effects = chart.hear(voteRequest({ from: 'b', term: 1 }));
    expect(effects.map(({ type }) => type)).toEqual(['timer.set', 'persist', 'send']);
    expect(effectsOf(effects, 'persist')[0]?.hardState).toEqual({ term: 1, votedFor: 'b' });
  });

  it('survives a restart', () => {
    const chart = new RaftChart();
    chart.hear(voteRequest({ from: 'b', term: 3 }));
    const again = chart.restarted();
    expect(again.context).toMatchObject({ term: 3, votedFor: 'b' });
    const [answer] = sent(again.hear(voteRequest({ from: 'c', term: 3 })), 'vote.response');
    expect(answer?.message.granted).toBe(false);
  });

  it("a candidate's own vote survives a restart", () => {
    const again = candidate().restarted();
    const [answer] = sent(again.hear(voteRequest({ from: 'c', term: 1 })), 'vote.response');
    expect(answer?.message.granted).toBe(false);
  });

  it('is free again in the next term', () => {
    const chart = new RaftChart({ restored: restored(3, [], 'b') });
    const [answer] = sent(chart.hear(voteRequest({ from: 'c', term: 4 })), 'vote.response');
    expect(answer?.message).toMatchObject({ granted: true, term: 4 });
  });

  it('is not given once the term has a leader', () => {
    const chart = follower('b', { term: 2 });
    chart.step({ type: 'election.timeout' });
    expect(chart.state).toBe('follower.waiting');
    chart.hear(appendRequest({ from: 'b', term: 2 }));
    const [answer] = sent(chart.hear(voteRequest({ from: 'c', term: 2 })), 'vote.response');
    expect(answer?.message.granted).toBe(false);
  });

  it('a refused candidate does not prolong the wait', () => {
    const chart = new RaftChart({ restored: restored(2, logOfTerms(1, 2)) });
    const effects = chart.hear(voteRequest({ from: 'b', term: 2, lastIndex: 9, lastTerm: 1 }));
    expect(effects.map(({ type }) => type)).toEqual(['send']);
    expect(chart.hear(preVoteRequest({ from: 'b', term: 2 })).map(({ type }) => type)).toEqual(['send']);
  });
});
