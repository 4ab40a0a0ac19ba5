import { describe, expect, it } from 'vitest';
import {
  accepted,
  appendRequest,
  entry,
  logOfTerms,
  proposal,
  rejected,
  write,
} from '../support/messages.ts';
import {
  candidate,
  effectsOf,
  follower,
  freshLeader,
  position,
  RaftChart,
  restored,
  sent,
  servingLeader,
} from '../support/raft-chart.ts';
import { RaftNetwork } from '../support/raft-network.ts';

describe('Paper 5.3: a follower copies the log of its leader', () => {
  it('what it lacks is written before it is acknowledged', () => {
    const chart = follower('b', { restored: restored(1, logOfTerms(1)) });
    const entries = [entry(1, 7), entry(1, 8)];
    const effects = chart.hear(
      appendRequest({ from: 'b', term: 1, prevIndex: 1, prevTerm: 1, entries, round: 4 }),
    );
    expect(effects.map(({ type }) => type)).toEqual(['timer.set', 'persist', 'send']);
    expect(effectsOf(effects, 'persist')[0]?.log).toEqual({ from: 2, entries });
    expect(sent(effects, 'append.response')[0]?.message).toEqual({
      type: 'append.response',
      term: 1,
      success: true,
      index: 3,
      conflict: null,
      round: 4,
    });
  });

  it('also the first message of a leader is written before it is acknowledged', () => {
    const chart = new RaftChart();
    const effects = chart.hear(appendRequest({ from: 'b', term: 1, entries: [entry(1)] }));
    expect(position(effects, 'persist')).toBeLessThan(position(effects, 'send', 'append.response'));
    expect(chart.disk).toMatchObject({ term: 1, entries: [{ term: 1 }] });
  });

  it('it applies what it learns to be committed, each entry once and in order', () => {
    const chart = follower('b');
    const entries = [entry(1, 1), entry(1, 2), entry(1, 3)];
    const first = chart.hear(appendRequest({ from: 'b', term: 1, entries, commitIndex: 2 }));
    expect(effectsOf(first, 'apply')).toEqual([
      { type: 'apply', firstIndex: 1, entries: entries.slice(0, 2) },
    ]);
    chart.hear(appendRequest({ from: 'b', term: 1, prevIndex: 3, prevTerm: 1, commitIndex: 3 }));
    chart.hear(appendRequest({ from: 'b', term: 1, entries, commitIndex: 2 }));
    expect(chart.applied).toEqual(entries);
    expect(chart.context.commitIndex).toBe(3);
  });

  it('commit is bounded by what the message has verified', () => {
    // Index 3 is the leftover of another leader; the leader of term 2 has committed another entry there.
    const chart = follower('b', { term: 2, restored: restored(1, logOfTerms(1, 1, 1)) });
    chart.hear(
      appendRequest({ from: 'b', term: 2, prevIndex: 1, prevTerm: 1, entries: [entry(1)], commitIndex: 3 }),
    );
    expect(chart.context.commitIndex).toBe(2);
    chart.hear(appendRequest({ from: 'b', term: 2, prevIndex: 1, prevTerm: 1, commitIndex: 3 }));
    expect(chart.context.commitIndex).toBe(2);
  });

  it('what disagrees is cut, with everything after it', () => {
    const chart = follower('b', { term: 3, restored: restored(2, logOfTerms(1, 1, 2, 2, 2)) });
    const entries = [entry(1), entry(3, 1)];
    const effects = chart.hear(appendRequest({ from: 'b', term: 3, prevIndex: 1, prevTerm: 1, entries }));
    expect(chart.terms).toEqual([1, 1, 3]);
    expect(chart.disk.entries).toEqual(chart.entries);
    expect(effectsOf(effects, 'persist')[0]?.log).toEqual({ from: 3, entries: [entry(3, 1)] });
  });

  it('a late, shorter message cuts nothing and writes nothing', () => {
    const chart = follower('b');
    const entries = [entry(1, 1), entry(1, 2), entry(1, 3)];
    chart.hear(appendRequest({ from: 'b', term: 1, entries }));
    for (const late of [entries.slice(0, 1), [], entries.slice(0, 2)]) {
      const effects = chart.hear(appendRequest({ from: 'b', term: 1, entries: late }));
      expect(effectsOf(effects, 'persist')).toEqual([]);
      expect(sent(effects, 'append.response')[0]?.message).toMatchObject({
        success: true,
        index: late.length,
      });
      expect(chart.entries).toEqual(entries);
    }
  });

  it('a repeated message cuts nothing and writes nothing, though the log has grown meanwhile', () => {
    const chart = follower('b');
    const first = appendRequest({ from: 'b', term: 1, entries: [entry(1, 1), entry(1, 2)] });
    const second = appendRequest({ from: 'b', term: 1, prevIndex: 2, prevTerm: 1, entries: [entry(1, 3)] });
    chart.hear(first);
    chart.hear(second);
    for (const copy of [first, second, first]) {
      expect(effectsOf(chart.hear(copy), 'persist')).toEqual([]);
    }
    expect(chart.entries).toEqual([entry(1, 1), entry(1, 2), entry(1, 3)]);
  });

  it('a message that starts past the end of the log is refused, with the place to go on from', () => {
    const chart = follower('b', { restored: restored(1, logOfTerms(1, 1)) });
    const effects = chart.hear(
      appendRequest({ from: 'b', term: 1, prevIndex: 5, prevTerm: 1, commitIndex: 5, round: 2 }),
    );
    expect(sent(effects, 'append.response')[0]?.message).toMatchObject({
      success: false,
      index: 5,
      conflict: { term: 0, index: 3 },
      round: 2,
    });
    expect(chart.context.commitIndex).toBe(0);
  });

  it('a message that starts at a foreign entry is refused, with the term of that entry and where it begins', () => {
    const chart = follower('b', { term: 3, restored: restored(2, logOfTerms(1, 2, 2, 2)) });
    const effects = chart.hear(
      appendRequest({ from: 'b', term: 3, prevIndex: 4, prevTerm: 3, entries: [entry(3)] }),
    );
    expect(sent(effects, 'append.response')[0]?.message).toMatchObject({
      success: false,
      index: 4,
      conflict: { term: 2, index: 2 },
    });
    expect(chart.terms).toEqual([1, 2, 2, 2]);
  });
});

describe('Paper 5.3: a leader copies its log to the others', () => {
  it('commits what a majority holds, and applies it', () => {
    const chart = servingLeader({ voters: ['a', 'b', 'c', 'd', 'e'] });
    chart.step(proposal({ from: 'a', term: 1 }, write(1)));
    chart.endTurn();
    chart.hear(accepted({ from: 'b', term: 1, index: 2 }));
    expect(chart.context.commitIndex).toBe(1);
    const effects = chart.hear(accepted({ from: 'c', term: 1, index: 2 }));
    expect(effectsOf(effects, 'apply')).toMatchObject([{ firstIndex: 2, entries: [{ op: write(1) }] }]);
    expect(chart.context.commitIndex).toBe(2);
  });

  it('an acknowledgement is credited to the node that sent it', () => {
    const chart = servingLeader({ voters: ['a', 'b', 'c', 'd', 'e'] });
    chart.step(proposal({ from: 'a', term: 1 }, write(1)));
    chart.endTurn();
    for (let i = 0; i < 3; i += 1) chart.hear(accepted({ from: 'd', term: 1, index: 2 }));
    const match = Object.entries(chart.context.progress).map(([peer, progress]) => [peer, progress.match]);
    expect(Object.fromEntries(match)).toEqual({ b: 1, c: 1, d: 2, e: 1 });
    expect(chart.context.commitIndex).toBe(1);
  });

  it('an acknowledgement from outside the cluster counts for nothing', () => {
    const chart = servingLeader();
    chart.step(proposal({ from: 'a', term: 1 }, write(1)));
    chart.endTurn();
    for (const from of ['z', 'toString', '__proto__']) chart.hear(accepted({ from, term: 1, index: 2 }));
    expect(chart.context.commitIndex).toBe(1);
    expect(chart.context.dropped.unexpected).toBe(3);
  });

  it("an old leadership's acknowledgement is ignored", () => {
    const chart = servingLeader();
    chart.step(proposal({ from: 'a', term: 1 }, write(1)));
    chart.endTurn();
    chart.hear(accepted({ from: 'b', term: 2 }));
    chart.step({ type: 'election.timeout' });
    chart.hear({ type: 'prevote.response', from: 'b', term: 2, granted: true });
    chart.hear({ type: 'vote.response', from: 'b', term: 3, granted: true });
    chart.endTurn();
    expect(chart.state).toBe('leader.establishing');
    // b held index 2 in term 1; what it holds now, only an answer of this term can say.
    chart.hear(accepted({ from: 'b', term: 1, index: 3 }));
    expect(chart.context).toMatchObject({ commitIndex: 1, progress: { b: { match: 0 } } });
    expect(chart.context.dropped.stale).toBe(1);
  });

  it('a follower that claims more than the leader has stops the leader', () => {
    const chart = servingLeader();
    expect(() => chart.hear(accepted({ from: 'b', term: 1, index: 9 }))).toThrow('matches no more');
  });

  it('what a leader appends in a turn is one write and one message a follower', () => {
    const chart = servingLeader();
    chart.step(proposal({ from: 'a', term: 1 }, write(1), write(2)));
    chart.step(proposal({ from: 'b', term: 1 }, write(3)));
    for (const from of ['b', 'c', 'b']) chart.hear(accepted({ from, term: 1, index: 1 }));
    const effects = chart.endTurn();
    expect(effectsOf(effects, 'persist')).toMatchObject([{ log: { from: 2, entries: { length: 3 } } }]);
    const messages = sent(effects, 'append.request');
    expect(messages.map(({ to }) => to)).toEqual(['b', 'c']);
    for (const { message } of messages)
      expect(message).toMatchObject({ prevIndex: 1, entries: { length: 3 } });
    expect(chart.endTurn()).toEqual([]);
  });

  it('a leader deposed within a turn still writes what it had appended', () => {
    const chart = servingLeader();
    chart.step(proposal({ from: 'a', term: 1 }, write(1), write(2)));
    const effects = chart.hear(accepted({ from: 'b', term: 2 }));
    expect(effectsOf(effects, 'persist')).toMatchObject([
      { hardState: null, log: { from: 2, entries: { length: 2 } } },
      { hardState: { term: 2, votedFor: null }, log: null },
    ]);
    expect(chart.disk.entries).toEqual(chart.entries);
    // What is acknowledged by the follower must be on its disk; its next leader finds it there.
    chart.hear(appendRequest({ from: 'b', term: 2, prevIndex: 3, prevTerm: 1 }));
    expect(chart.restarted().terms).toEqual([1, 1, 1]);
  });

  it('a leader that is deposed before its first turn ends still writes its no-op', () => {
    const chart = freshLeader();
    chart.hear(accepted({ from: 'b', term: 2 }));
    expect(chart.disk.entries).toEqual(chart.entries);
    expect(chart.terms).toEqual([1]);
  });

  it('a candidate that learns of a later term writes that term, and no log', () => {
    const chart = candidate({ restored: restored(4, logOfTerms(1, 4)) });
    const effects = chart.hear(rejected({ from: 'b', term: 6 }));
    expect(effectsOf(effects, 'persist')).toEqual([
      { type: 'persist', hardState: { term: 6, votedFor: null }, log: null },
    ]);
  });
});

/** Figure 7: the leader of term 8, and what its followers may hold when it comes to power. */
const LEADER = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
const FIGURE_7 = {
  a: [1, 1, 1, 4, 4, 5, 5, 6, 6],
  b: [1, 1, 1, 4],
  c: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
  d: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
  e: [1, 1, 1, 4, 4, 4, 4],
  f: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
};

describe('Paper 5.3: the logs of figure 7', () => {
  const voters = ['l', ...Object.keys(FIGURE_7)];
  function figure7(): RaftNetwork {
    const logs = Object.entries({ l: LEADER, ...FIGURE_7 });
    const inputs = logs.map(([id, terms]) => [id, { restored: restored(7, logOfTerms(...terms)) }]);
    return new RaftNetwork(voters, Object.fromEntries(inputs));
  }

  it('converge under the leader of term 8, and are committed and written everywhere', () => {
    const network = figure7();
    network.elect('l');
    network.heartbeat('l');
    expect(network.node('l').state).toBe('leader.serving');
    for (const id of voters) {
      const node = network.node(id);
      expect([id, ...node.terms]).toEqual([id, ...LEADER, 8]);
      expect(node.disk.entries).toEqual(node.entries);
      expect(node.applied).toEqual(network.node('l').entries);
    }
  });

  it('d has a longer log and refuses its vote; the other five elect the leader', () => {
    const network = figure7();
    network.elect('l', (from, to) => from === 'l' && to === 'd');
    expect(network.node('l').state).toBe('leader.serving');
    const [answer] = sent(
      figure7()
        .node('d')
        .hear({ type: 'vote.request', from: 'l', term: 8, lastIndex: 10, lastTerm: 6, transfer: false }),
      'vote.response',
    );
    expect(answer?.message).toMatchObject({ term: 8, granted: false });
  });
});
