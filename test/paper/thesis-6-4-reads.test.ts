import { describe, expect, it } from 'vitest';
import type { QueuedRead } from '../../machines/raft/events.ts';
import { accepted, logOfTerms, proposal, READ, rejected, write } from '../support/messages.ts';
import { effectsOf, freshLeader, RaftChart, restored, sent, servingLeader } from '../support/raft-chart.ts';
import { RaftNetwork } from '../support/raft-network.ts';

const read = (number: number, node = 'a'): QueuedRead => ({
  origin: { node, incarnation: 1, floor: 1 },
  number,
  op: { type: 'read', key: 'x' },
});

function ask(chart: RaftChart, number: number, from = 'a'): void {
  chart.step(proposal({ from, term: chart.context.term, first: number }, READ));
}

describe('Thesis 6.4: reads are served when a majority has confirmed the leadership after they arrived', () => {
  it('a read goes out as a round in the messages of the turn, and waits for a majority', () => {
    const chart = servingLeader({ voters: ['a', 'b', 'c', 'd', 'e'] });
    ask(chart, 1);
    const effects = chart.endTurn();
    expect(effectsOf(effects, 'reads.confirmed')).toEqual([]);
    expect(sent(effects, 'append.request').map(({ to, message }) => [to, message.round])).toEqual([
      ['b', 1],
      ['c', 1],
      ['d', 1],
      ['e', 1],
    ]);
    expect(
      effectsOf(chart.hear(accepted({ from: 'b', term: 1, index: 1, round: 1 })), 'reads.confirmed'),
    ).toEqual([]);
    expect(chart.hear(accepted({ from: 'd', term: 1, index: 1, round: 1 }))).toEqual([
      { type: 'reads.confirmed', index: 1, reads: [read(1)] },
    ]);
  });

  it('one follower that answers twice is no majority of five', () => {
    const chart = servingLeader({ voters: ['a', 'b', 'c', 'd', 'e'] });
    ask(chart, 1);
    chart.endTurn();
    for (let i = 0; i < 4; i += 1) {
      expect(chart.hear(accepted({ from: 'b', term: 1, index: 1, round: 1 }))).toEqual([]);
    }
  });

  it('acknowledgements of an earlier round confirm nothing', () => {
    const chart = servingLeader();
    ask(chart, 1);
    chart.endTurn();
    chart.hear(accepted({ from: 'b', term: 1, index: 1, round: 1 }));
    ask(chart, 2);
    chart.endTurn();
    for (const from of ['b', 'c', 'c']) {
      expect(chart.hear(accepted({ from, term: 1, index: 1, round: 1 }))).toEqual([]);
      expect(chart.hear(accepted({ from, term: 1, index: 1, round: 0 }))).toEqual([]);
    }
    expect(chart.hear(accepted({ from: 'c', term: 1, index: 1, round: 2 }))).toEqual([
      { type: 'reads.confirmed', index: 1, reads: [read(2)] },
    ]);
  });

  it('an acknowledgement that left before the read arrived confirms nothing', () => {
    const chart = servingLeader();
    chart.step(proposal({ from: 'a', term: 1 }, write(1)));
    chart.endTurn();
    ask(chart, 2);
    chart.endTurn();
    const effects = chart.hear(accepted({ from: 'b', term: 1, index: 2, round: 0 }));
    expect(chart.context.commitIndex).toBe(2);
    expect(effectsOf(effects, 'reads.confirmed')).toEqual([]);
  });

  it("an earlier leadership's rounds confirm nothing in a later one", () => {
    const chart = servingLeader();
    ask(chart, 1);
    chart.endTurn();
    const late = accepted({ from: 'b', term: 1, index: 1, round: 1 });
    chart.hear(accepted({ from: 'c', term: 2 }));
    chart.step({ type: 'election.timeout' });
    chart.hear({ type: 'prevote.response', from: 'b', term: 2, granted: true });
    chart.hear({ type: 'vote.response', from: 'b', term: 3, granted: true });
    chart.endTurn();
    chart.hear(accepted({ from: 'b', term: 3, index: 2 }));
    expect(chart.state).toBe('leader.serving');
    ask(chart, 2);
    chart.endTurn();
    expect(chart.hear(late)).toEqual([]);
  });

  it('a refusal confirms the leadership as well as an acceptance: the follower lives in its term', () => {
    const chart = servingLeader();
    ask(chart, 1);
    chart.endTurn();
    const conflict = { term: 0, index: 1 };
    const effects = chart.hear(rejected({ from: 'b', term: 1, index: 1, round: 1, conflict }));
    expect(effectsOf(effects, 'reads.confirmed')).toHaveLength(1);
  });

  it('reads that arrive together share a round, and one message a follower', () => {
    const chart = servingLeader();
    chart.step(proposal({ from: 'a', term: 1 }, READ, READ));
    ask(chart, 1, 'b');
    ask(chart, 1, 'c');
    expect(sent(chart.endTurn(), 'append.request').map(({ to }) => to)).toEqual(['b', 'c']);
    expect(chart.hear(accepted({ from: 'c', term: 1, index: 1, round: 1 }))).toEqual([
      { type: 'reads.confirmed', index: 1, reads: [read(1), read(2), read(1, 'b'), read(1, 'c')] },
    ]);
  });

  it('reads that arrive while a round is out make up the next one, together', () => {
    const chart = servingLeader();
    ask(chart, 1);
    chart.endTurn();
    ask(chart, 2);
    expect(chart.endTurn()).toEqual([]);
    ask(chart, 3);
    expect(chart.endTurn()).toEqual([]);
    chart.hear(accepted({ from: 'b', term: 1, index: 1, round: 1 }));
    expect(sent(chart.endTurn(), 'append.request').map(({ message }) => message.round)).toEqual([2, 2]);
    expect(chart.hear(accepted({ from: 'b', term: 1, index: 1, round: 2 }))).toEqual([
      { type: 'reads.confirmed', index: 1, reads: [read(2), read(3)] },
    ]);
  });

  it('reads put nothing into the log, and write nothing', () => {
    const chart = servingLeader();
    ask(chart, 1);
    const effects = [...chart.endTurn(), ...chart.hear(accepted({ from: 'b', term: 1, index: 1, round: 1 }))];
    expect(effectsOf(effects, 'persist')).toEqual([]);
    expect(chart.terms).toEqual([1]);
  });

  it('a read is served from what was committed when its round began, applied before', () => {
    const chart = servingLeader();
    chart.step(proposal({ from: 'a', term: 1 }, write(1)));
    chart.endTurn();
    ask(chart, 2);
    chart.endTurn();
    // The acknowledgement commits the write and confirms the read: first the one, then the other.
    const effects = chart.hear(accepted({ from: 'b', term: 1, index: 2, round: 1 }));
    expect(effects.map(({ type }) => type)).toEqual(['apply', 'reads.confirmed']);
    expect(effectsOf(effects, 'reads.confirmed')[0]?.index).toBe(1);
  });

  it('a lost round is carried again by the next heartbeat', () => {
    const chart = servingLeader();
    ask(chart, 1);
    chart.endTurn();
    chart.step({ type: 'heartbeat.timeout' });
    expect(sent(chart.endTurn(), 'append.request').map(({ message }) => message.round)).toEqual([1, 1]);
  });

  it('a cluster of one serves at once', () => {
    const chart = new RaftChart({ voters: ['a'] });
    chart.step({ type: 'election.timeout' });
    chart.endTurn();
    ask(chart, 1);
    expect(chart.endTurn()).toEqual([{ type: 'reads.confirmed', index: 1, reads: [read(1)] }]);
  });
});

describe('Thesis 6.4: a new leader does not know what is committed', () => {
  it('it serves no read before an entry of its own term is committed, whoever acknowledges', () => {
    const chart = freshLeader({ restored: restored(3, logOfTerms(1, 2, 3)) });
    ask(chart, 1);
    const early = chart.endTurn();
    expect(sent(early, 'append.request').map(({ message }) => message.round)).toEqual([0, 0]);
    for (const from of ['b', 'c']) {
      for (const index of [2, 3]) {
        const effects = chart.hear(accepted({ from, term: 4, index, round: 0 }));
        expect(effectsOf(effects, 'reads.confirmed')).toEqual([]);
      }
    }
    expect(chart.state).toBe('leader.establishing');
    chart.hear(accepted({ from: 'b', term: 4, index: 4 }));
    expect(chart.state).toBe('leader.serving');
    // The read waited through all of that: its round begins now, at what is committed now.
    expect(sent(chart.endTurn(), 'append.request').map(({ message }) => message.round)).toEqual([1, 1]);
    expect(chart.hear(accepted({ from: 'c', term: 4, index: 4, round: 1 }))).toEqual([
      { type: 'reads.confirmed', index: 4, reads: [read(1)] },
    ]);
  });

  it('a deposed leader that does not know it confirms nothing with the minority it can reach', () => {
    const network = new RaftNetwork(['a', 'b', 'c', 'd', 'e']);
    network.elect('a');
    const { term } = network.node('a').context;
    const cut = (from: string, to: string) => ['a', 'b'].includes(from) !== ['a', 'b'].includes(to);
    network.elect('c', cut);
    expect(network.node('c').state).toBe('leader.serving');
    expect(network.node('a').state).toBe('leader.serving');
    const effects = [...network.step('a', proposal({ from: 'a', term }, READ))];
    while (network.wire.length > 0) {
      const next = network.wire.shift() as (typeof network.wire)[number];
      if (!cut(next.message.from, next.to)) effects.push(...network.deliver(next));
    }
    expect(effectsOf(effects, 'reads.confirmed')).toEqual([]);
    expect(network.node('a').context.reads.pending).toHaveLength(1);
  });
});
