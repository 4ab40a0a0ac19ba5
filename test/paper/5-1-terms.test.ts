import { describe, expect, it } from 'vitest';
import {
  accepted,
  appendRequest,
  entry,
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
  position,
  preCandidate,
  RaftChart,
  restored,
  sent,
  servingLeader,
} from '../support/raft-chart.ts';

describe('Paper 5.1: terms are a logical clock', () => {
  const roles = [
    ['a follower that knows of no leader', () => new RaftChart()],
    ['a node that asks for pre-votes', () => preCandidate()],
    ['a candidate', () => candidate()],
    ['a follower that trusts its leader', () => follower('c')],
    ['a leader', () => servingLeader()],
  ] as const;

  it.each(roles)('%s becomes a follower of a later term, and writes it down', (_name, make) => {
    const chart = make();
    const term = chart.context.term + 3;
    const effects = chart.hear(accepted({ from: 'b', term }));
    expect(chart.state).toBe('follower.waiting');
    expect(chart.context).toMatchObject({ term, votedFor: null, leader: null });
    expect(chart.disk).toMatchObject({ term, votedFor: null });
    expect(effectsOf(effects, 'leader.changed')).toEqual([{ type: 'leader.changed', leader: null, term }]);
    expect(chart.timers.has('election')).toBe(true);
  });

  it('a leader that is deposed lets go of everything that belonged to its leadership', () => {
    const chart = servingLeader();
    chart.hear(accepted({ from: 'b', term: chart.context.term + 1 }));
    expect(chart.context).toMatchObject({ progress: {}, votes: {}, transferee: null, leader: null });
    expect(chart.context.reads).toEqual({ round: 0, pending: [], waiting: [] });
    expect([...chart.timers.keys()]).toEqual(['election']);
  });

  it('a request from an earlier term is answered with the present term, and changes nothing', () => {
    const log = logOfTerms(1, 2, 5);
    const requests = [
      [appendRequest({ from: 'b', term: 4, entries: [entry(4)], commitIndex: 1 }), 'append.response'],
      [voteRequest({ from: 'b', term: 4, lastIndex: 99, lastTerm: 4 }), 'vote.response'],
      [preVoteRequest({ from: 'b', term: 4, lastIndex: 99, lastTerm: 4 }), 'prevote.response'],
    ] as const;
    for (const [request, answer] of requests) {
      const chart = new RaftChart({ restored: restored(5, log) });
      const before = { ...chart.context, dropped: null };
      const effects = chart.hear(request);
      expect(effects).toHaveLength(1);
      const [told] = sent(effects, answer);
      expect(told).toMatchObject({ to: 'b', message: { term: 5 } });
      const refusal = answer === 'append.response' ? { success: false, conflict: null } : { granted: false };
      expect(told?.message).toMatchObject(refusal);
      expect({ ...chart.context, dropped: null }).toEqual(before);
      expect(chart.context.dropped.stale).toBe(1);
    }
  });

  it('an answer from an earlier term is counted and answered by nothing', () => {
    const leader = servingLeader({ restored: restored(4, []) });
    const term = leader.context.term - 1;
    const answers = [
      accepted({ from: 'b', term, index: 1 }),
      voteResponse({ from: 'b', term }),
      preVoteResponse({ from: 'b', term }),
      { type: 'campaign.request', from: 'b', term },
    ] as const;
    for (const answer of answers) expect(leader.hear(answer)).toEqual([]);
    expect(leader.context.dropped.stale).toBe(4);
    expect(leader.state).toBe('leader.serving');
  });

  it('the new term is written before anything is said in it', () => {
    const chart = new RaftChart({ restored: restored(2, []) });
    const effects = chart.hear(voteRequest({ from: 'b', term: 7 }));
    expect(effectsOf(effects, 'persist')[0]).toMatchObject({ hardState: { term: 7, votedFor: null } });
    expect(position(effects, 'persist')).toBeLessThan(position(effects, 'send'));
  });

  it('a term has one leader: a second one stops the node', () => {
    const chart = follower('b', { term: 3 });
    expect(() => chart.hear(appendRequest({ from: 'c', term: 3 }))).toThrow('one leader a term');
  });
});
