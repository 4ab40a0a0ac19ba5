import { describe, expect, it } from 'vitest';
import { accepted, proposal, READ, voteRequest, write } from '../support/messages.ts';
import {
  acknowledgeAll,
  effectsOf,
  follower,
  freshLeader,
  position,
  type RaftChart,
  sent,
  servingLeader,
} from '../support/raft-chart.ts';
import { RaftNetwork } from '../support/raft-network.ts';

function transferring(to = 'b'): RaftChart {
  const chart = servingLeader();
  chart.step({ type: 'transfer.requested', to });
  return chart;
}

describe('Thesis 3.10: leadership transfer', () => {
  it('asks a successor that has everything to campaign at the end of the turn', () => {
    const chart = transferring('c');
    expect(chart.state).toBe('leader.transferring');
    expect(chart.timers.get('transfer')).toBe(400);
    expect(sent(chart.endTurn(), 'campaign.request')).toEqual([
      { type: 'send', to: 'c', message: { type: 'campaign.request', term: 1 } },
    ]);
  });

  it('brings a successor that lags behind up to date first', () => {
    const chart = servingLeader();
    chart.step(proposal({ from: 'a', term: 1 }, write(1)));
    chart.step({ type: 'transfer.requested', to: 'b' });
    const effects = chart.endTurn();
    expect(sent(effects, 'campaign.request')).toEqual([]);
    expect(sent(effects, 'append.request').map(({ to }) => to)).toEqual(['b', 'c']);
    chart.hear(accepted({ from: 'c', term: 1, index: 2 }));
    expect(sent(chart.endTurn(), 'campaign.request')).toEqual([]);
    chart.hear(accepted({ from: 'b', term: 1, index: 2 }));
    expect(sent(chart.endTurn(), 'campaign.request').map(({ to }) => to)).toEqual(['b']);
  });

  it('takes no requests meanwhile, and still commits and confirms what it had taken', () => {
    const chart = servingLeader();
    chart.step(proposal({ from: 'a', term: 1 }, write(1), READ));
    chart.endTurn();
    chart.step({ type: 'transfer.requested', to: 'b' });
    chart.step(proposal({ from: 'a', term: 1, first: 3 }, write(2), READ));
    expect(chart.context.dropped.unexpected).toBe(1);
    const effects = chart.hear(accepted({ from: 'c', term: 1, index: 2, round: 1 }));
    expect(chart.context.commitIndex).toBe(2);
    expect(effectsOf(effects, 'reads.confirmed')).toHaveLength(1);
  });

  it('a transfer that takes longer than an election timeout is given up, and requests are taken again', () => {
    const chart = transferring();
    const effects = chart.step({ type: 'transfer.timeout' });
    expect(chart.state).toBe('leader.serving');
    expect(chart.context.transferee).toBe(null);
    expect(effectsOf(effects, 'timer.clear')).toEqual([{ type: 'timer.clear', timer: 'transfer' }]);
    expect(sent(chart.endTurn(), 'campaign.request')).toEqual([]);
    chart.step(proposal({ from: 'a', term: 1 }, write(1)));
    expect(chart.terms).toEqual([1, 1]);
  });

  it.each(['a', 'z'])('to %s, who is no peer of it, a leader transfers nothing', (to) => {
    expect(transferring(to).state).toBe('leader.serving');
  });

  it('a leader that does not serve yet transfers nothing', () => {
    const chart = freshLeader();
    chart.step({ type: 'transfer.requested', to: 'b' });
    chart.endTurn();
    acknowledgeAll(chart);
    expect(chart.state).toBe('leader.serving');
    expect(chart.context.dropped.unexpected).toBe(1);
  });

  it('who is asked to take over campaigns at once, without asking for pre-votes', () => {
    const chart = follower('b', { term: 3 });
    const effects = chart.hear({ type: 'campaign.request', from: 'b', term: 3 });
    expect(chart.state).toBe('candidate.vote');
    expect(chart.context).toMatchObject({ term: 4, votedFor: 'a', leader: null });
    expect(sent(effects, 'vote.request').map(({ to, message }) => [to, message.transfer])).toEqual([
      ['b', true],
      ['c', true],
    ]);
    expect(position(effects, 'persist')).toBeLessThan(position(effects, 'send'));
  });

  it('a follower that trusts its leader heeds a campaign which that leader asked for', () => {
    const chart = follower('b', { term: 3 });
    const effects = chart.hear(voteRequest({ from: 'c', term: 4, transfer: true }));
    expect(sent(effects, 'vote.response')[0]).toMatchObject({ to: 'c', message: { granted: true, term: 4 } });
  });

  it('the leader itself gives way, and its timers end', () => {
    const chart = transferring();
    const { log } = chart.context;
    const effects = chart.hear(
      voteRequest({ from: 'b', term: 2, lastIndex: log.length, lastTerm: 1, transfer: true }),
    );
    expect(sent(effects, 'vote.response')[0]?.message.granted).toBe(true);
    expect(chart.state).toBe('follower.waiting');
    expect([...chart.timers.keys()]).toEqual(['election']);
    expect(chart.context.transferee).toBe(null);
  });

  it('from end to end: the successor leads the next term, and everyone follows it', () => {
    const network = new RaftNetwork(['a', 'b', 'c']);
    network.elect('a');
    const { term } = network.node('a').context;
    network.step('a', proposal({ from: 'a', term }, write(1)));
    network.step('a', { type: 'transfer.requested', to: 'c' });
    network.settle();
    expect(network.node('c').state).toBe('leader.serving');
    for (const id of ['a', 'b'])
      expect(network.node(id).context).toMatchObject({ leader: 'c', term: term + 1 });
    expect(network.delivered.get('prevote.request')).toBe(2);
  });
});
