import { describe, expect, it } from 'vitest';
import { accepted, appendRequest, proposal, READ, write } from '../support/messages.ts';
import {
  acknowledgeAll,
  candidate,
  effectsOf,
  follower,
  freshLeader,
  RaftChart,
  sent,
  servingLeader,
} from '../support/raft-chart.ts';

describe('Paper section 8: client interaction', () => {
  it('a leader opens its term with a no-op, so that it learns what is committed', () => {
    const chart = freshLeader();
    expect(chart.entries).toEqual([{ term: 1, op: null, origin: null, number: 0, bytes: 64 }]);
    const [message] = sent(chart.endTurn(), 'append.request');
    expect(message?.message.entries).toEqual(chart.entries);
    expect(chart.state).toBe('leader.establishing');
    chart.hear(accepted({ from: 'c', term: 1, index: 1 }));
    expect(chart.state).toBe('leader.serving');
  });

  it('a leader takes writes before it serves, since they are ordered after its no-op', () => {
    const chart = freshLeader();
    chart.step(proposal({ from: 'b', term: 1 }, write(1)));
    chart.endTurn();
    acknowledgeAll(chart);
    expect(chart.applied.map(({ op }) => op)).toEqual([null, write(1)]);
  });

  it('every entry carries the node, the life and the number of its request', () => {
    const chart = servingLeader();
    const from = { from: 'b', term: 1, first: 7, incarnation: 3, floor: 5 };
    chart.step(proposal(from, write(1), READ, write(2)));
    const origin = { node: 'b', incarnation: 3, floor: 5 };
    expect(chart.entries.slice(1)).toMatchObject([
      { origin, number: 7 },
      { origin, number: 9 },
    ]);
    expect(chart.context.reads.waiting).toEqual([{ origin, number: 8, op: READ }]);
  });

  it('the operations of one turn keep their order', () => {
    const chart = servingLeader();
    chart.step(proposal({ from: 'c', term: 1 }, write(3), write(1)));
    chart.step(proposal({ from: 'a', term: 1 }, write(2)));
    expect(chart.entries.slice(1).map(({ op }) => op)).toEqual([write(3), write(1), write(2)]);
  });

  it('requests for the leadership of another term are not taken', () => {
    const chart = servingLeader();
    for (const term of [0, 2]) {
      expect(chart.step(proposal({ from: 'b', term }, write(1), READ))).toEqual([]);
    }
    expect(chart.terms).toEqual([1]);
    expect(chart.context.reads.waiting).toEqual([]);
    expect(chart.context.dropped.unexpected).toBe(2);
  });

  it.each([
    ['a follower', () => follower('b')],
    ['a node without a leader', () => new RaftChart()],
    ['a candidate', () => candidate()],
  ])('%s takes no requests: whoever passed them on will ask again', (_name, make) => {
    const chart = make();
    const { term, log } = chart.context;
    expect(chart.step(proposal({ from: 'b', term }, write(1), READ))).toEqual([]);
    expect(chart.context.log).toEqual(log);
    expect(chart.context.dropped.unexpected).toBe(1);
  });

  it('everyone learns who leads, once: that is where requests are passed to', () => {
    const chart = new RaftChart();
    const heartbeat = appendRequest({ from: 'c', term: 4 });
    expect(effectsOf(chart.hear(heartbeat), 'leader.changed')).toEqual([
      { type: 'leader.changed', leader: null, term: 4 },
      { type: 'leader.changed', leader: 'c', term: 4 },
    ]);
    expect(effectsOf(chart.hear(heartbeat), 'leader.changed')).toEqual([]);
    expect(effectsOf(chart.step({ type: 'election.timeout' }), 'leader.changed')).toEqual([
      { type: 'leader.changed', leader: null, term: 4 },
    ]);
  });

  it('a refused first message of a leader tells who leads, too', () => {
    const chart = new RaftChart();
    const effects = chart.hear(appendRequest({ from: 'c', term: 4, prevIndex: 9, prevTerm: 3 }));
    expect(effectsOf(effects, 'leader.changed').at(-1)).toEqual({
      type: 'leader.changed',
      leader: 'c',
      term: 4,
    });
    expect(sent(effects, 'append.response')[0]?.message.success).toBe(false);
  });

  it('events that mean nothing to a role are counted and change nothing else', () => {
    const chart = follower('b');
    const before = { ...chart.context, dropped: null };
    const events = ['heartbeat.timeout', 'quorum.timeout', 'transfer.timeout'] as const;
    for (const type of events) expect(chart.step({ type })).toEqual([]);
    expect(chart.hear(accepted({ from: 'c', term: 1 }))).toEqual([]);
    expect({ ...chart.context, dropped: null }).toEqual(before);
    expect(chart.context.dropped.unexpected).toBe(4);
  });
});
