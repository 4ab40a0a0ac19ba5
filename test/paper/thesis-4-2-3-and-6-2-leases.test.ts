import { describe, expect, it } from 'vitest';
import {
  accepted,
  appendRequest,
  preVoteRequest,
  proposal,
  READ,
  rejected,
  voteRequest,
  write,
} from '../support/messages.ts';
import {
  effectsOf,
  follower,
  freshLeader,
  type RaftChart,
  sent,
  servingLeader,
} from '../support/raft-chart.ts';

const FIVE = ['a', 'b', 'c', 'd', 'e'];

describe('Thesis 4.2.3: a live leadership is defended against campaigns that nobody asked for', () => {
  const defenders: readonly (readonly [string, () => RaftChart])[] = [
    ['a follower that hears its leader', () => follower('b', { term: 3 })],
    ['a leader', () => servingLeader()],
  ];

  it.each(defenders)('%s does not even adopt the term of such a campaign', (_name, make) => {
    const chart = make();
    const { term } = chart.context;
    const before = { ...chart.context, dropped: null };
    expect(chart.hear(voteRequest({ from: 'c', term: term + 5, lastIndex: 99, lastTerm: term + 4 }))).toEqual(
      [],
    );
    expect(
      chart.hear(preVoteRequest({ from: 'c', term: term + 5, lastIndex: 99, lastTerm: term + 4 })),
    ).toEqual([]);
    expect({ ...chart.context, dropped: null }).toEqual(before);
    expect(chart.context.dropped.disruptive).toBe(2);
  });

  it.each(defenders)('%s believes a later term from anyone who is not campaigning', (_name, make) => {
    for (const from of ['b', 'c']) {
      for (const message of [accepted, appendRequest]) {
        const chart = make();
        const term = chart.context.term + 5;
        chart.hear(message({ from, term }));
        expect(chart.context.term).toBe(term);
      }
    }
  });

  it('so a returning node whose term is ahead gets in by answering the leader', () => {
    const chart = servingLeader();
    chart.hear(voteRequest({ from: 'c', term: 7 }));
    expect(chart.state).toBe('leader.serving');
    chart.hear(rejected({ from: 'c', term: 7 }));
    expect(chart.state).toBe('follower.waiting');
    expect(chart.context.term).toBe(7);
  });

  it('who has lost its leader defends it no longer', () => {
    const chart = follower('b', { term: 3 });
    chart.step({ type: 'election.timeout' });
    const effects = chart.hear(voteRequest({ from: 'c', term: 4 }));
    expect(sent(effects, 'vote.response')[0]?.message.granted).toBe(true);
  });
});

describe('Paper 5.2, thesis 4.2.3: a lost leader is missed after one to two election timeouts', () => {
  it('every word of the leader renews the lease, also one that does not fit', () => {
    const chart = follower('b', { term: 3 });
    expect(chart.timers.get('election')).toBe(400);
    const lease = { type: 'timer.set', timer: 'election', ms: 400 };
    expect(chart.hear(appendRequest({ from: 'b', term: 3 }))).toContainEqual(lease);
    expect(chart.hear(appendRequest({ from: 'b', term: 3, prevIndex: 9, prevTerm: 3 }))).toContainEqual(
      lease,
    );
  });

  it('a whole lease of silence, then the random rest, then a campaign', () => {
    const rests = Array.from({ length: 200 }, (_, seed) => {
      const chart = follower('b', { seed, settings: { electionTimeoutMs: 100 } });
      expect(chart.timers.get('election')).toBe(100);
      const effects = chart.step({ type: 'election.timeout' });
      expect(chart.state).toBe('follower.waiting');
      expect(effects).toContainEqual({ type: 'leader.changed', leader: null, term: 1 });
      const restMs = chart.timers.get('election') as number;
      chart.step({ type: 'election.timeout' });
      expect(chart.state).toBe('candidate.preVote');
      return restMs;
    });
    expect(Math.min(...rests)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...rests)).toBeLessThanOrEqual(100);
    expect(Math.min(...rests)).toBeLessThan(10);
    expect(Math.max(...rests)).toBeGreaterThan(90);
  });

  it('a leader that was lost and is heard again is followed again', () => {
    const chart = follower('b', { term: 3 });
    chart.step({ type: 'election.timeout' });
    const effects = chart.hear(appendRequest({ from: 'b', term: 3 }));
    expect(chart.state).toBe('follower.following');
    expect(effects).toContainEqual({ type: 'leader.changed', leader: 'b', term: 3 });
  });
});

describe('Thesis 6.2: a leader that a majority does not answer steps down (CheckQuorum)', () => {
  it('at the second check in silence, because the first counts the election itself', () => {
    const chart = freshLeader();
    const first = chart.step({ type: 'quorum.timeout' });
    expect(first).toEqual([{ type: 'timer.set', timer: 'quorum', ms: 400 }]);
    const effects = chart.step({ type: 'quorum.timeout' });
    expect(chart.state).toBe('follower.waiting');
    expect(chart.context).toMatchObject({ term: 1, votedFor: 'a', leader: null, progress: {} });
    expect(effects).toContainEqual({ type: 'leader.changed', leader: null, term: 1 });
    expect([...chart.timers.keys()]).toEqual(['election']);
  });

  it.each([
    [['b', 'c'], 'leader.serving'],
    [['d'], 'follower.waiting'],
    [['e', 'e', 'e'], 'follower.waiting'],
  ])('of five, when %j answered: %s', (heard, state) => {
    const chart = servingLeader({ voters: FIVE });
    chart.step({ type: 'quorum.timeout' });
    for (const from of heard) chart.hear(accepted({ from, term: 1, index: 1 }));
    chart.step({ type: 'quorum.timeout' });
    expect(chart.state).toBe(state);
  });

  it('refusals are answers, too', () => {
    const chart = servingLeader();
    chart.step({ type: 'quorum.timeout' });
    chart.hear(rejected({ from: 'b', term: 1, index: 1, conflict: { term: 0, index: 1 } }));
    chart.step({ type: 'quorum.timeout' });
    expect(chart.state).toBe('leader.serving');
  });

  it('it writes what it had appended, and serves no read that waited', () => {
    const chart = servingLeader();
    chart.step({ type: 'quorum.timeout' });
    chart.step(proposal({ from: 'a', term: 1 }, write(1), READ));
    const effects = chart.step({ type: 'quorum.timeout' });
    expect(effectsOf(effects, 'persist')).toMatchObject([{ log: { from: 2, entries: { length: 1 } } }]);
    expect(effectsOf(effects, 'reads.confirmed')).toEqual([]);
    expect(chart.context.reads).toEqual({ round: 0, pending: [], waiting: [] });
    chart.hear(accepted({ from: 'b', term: 1, index: 1, round: 1 }));
    expect(chart.context.dropped.unexpected).toBe(1);
  });

  it('in a transfer, too', () => {
    const chart = servingLeader();
    chart.step({ type: 'quorum.timeout' });
    chart.step({ type: 'transfer.requested', to: 'b' });
    chart.step({ type: 'quorum.timeout' });
    expect(chart.state).toBe('follower.waiting');
    expect([...chart.timers.keys()]).toEqual(['election']);
  });
});
