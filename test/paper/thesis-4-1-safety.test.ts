import { describe, expect, it } from 'vitest';
import { ask, changeRequest, memberEntry, members, network, spelled, told } from '../support/memberships.ts';
import { appendRequest, entry, proposal, write } from '../support/messages.ts';
import { acknowledgeAll, follower, freshLeader, restored, servingLeader } from '../support/raft-chart.ts';
import { partition } from '../support/raft-network.ts';

const FIVE = ['a', 'b', 'c', 'd', 'e'];

describe('Thesis 4.1: safety of changing members', () => {
  it('no two disjoint majorities can elect leaders, wherever the change has arrived (figure 4.2)', () => {
    // From three to five servers at once: of the old three a majority is two, of the new five it is three.
    const all = network('abc', 'de');
    ask(all, 'a', { learners: ['d', 'e'] });
    all.settle();
    all.heartbeat('a');
    ask(all, 'a', { add: ['d', 'e'] });
    // Only d and e hear of it, and a with them: a majority of the five, and none of the three.
    all.settle(partition(['a', 'd', 'e'], ['b', 'c']));
    expect(spelled(all.node('d').context.membership)).toBe('abcde<abc');
    const written = all.node('a').context.commitIndex;
    all.heartbeat('a', partition(['a', 'd', 'e'], ['b', 'c']));
    expect(all.node('a').context.commitIndex, 'the five alone commit nothing').toBe(written);
    // The old ones, who know of nothing, elect a leader; the new ones cannot.
    all.elect('b', partition(['a', 'd', 'e'], ['b', 'c']));
    all.elect('d', partition(['a', 'd', 'e'], ['b', 'c']));
    expect(['b', 'd'].map((id) => all.node(id).state)).toEqual(['leader.serving', 'candidate.preVote']);
    expect(all.node('a').state, 'and the old leader is not followed by enough').toMatch(/^leader/);
    all.step('a', { type: 'quorum.timeout' });
    all.step('a', { type: 'quorum.timeout' });
    expect(all.node('a').state).toMatch(/^follower/);
  });

  it('a membership counts as soon as it is in the log, committed or not', () => {
    const chart = follower('b');
    const message = { from: 'b', term: 1, entries: [memberEntry(1, members('abcd', { outgoing: 'abc' }))] };
    chart.hear(appendRequest(message));
    expect(chart.context.commitIndex).toBe(0);
    expect(spelled(chart.context.membership)).toBe('abcd<abc');
    expect(chart.context.peers).toEqual(['b', 'c', 'd']);
  });

  it('and the one before it counts again when its entry is cut', () => {
    const chart = follower('b', {
      restored: restored(1, [entry(1), memberEntry(1, members('ab', { outgoing: 'abc' }))]),
    });
    expect(spelled(chart.context.membership)).toBe('ab<abc');
    chart.hear(appendRequest({ from: 'c', term: 2, prevIndex: 1, prevTerm: 1, entries: [entry(2)] }));
    expect(spelled(chart.context.membership)).toBe('abc');
    expect(chart.context.peers).toEqual(['b', 'c']);
  });

  it('a restarted node goes by the latest membership in its log', () => {
    const log = [
      entry(1),
      memberEntry(1, members('abd', { outgoing: 'abc' })),
      memberEntry(1, members('abd')),
    ];
    const chart = follower('b', { restored: restored(1, log) }).restarted();
    expect(spelled(chart.context.membership)).toBe('abd');
  });

  it('one change at a time: another is refused until the first is over', () => {
    const chart = servingLeader({ voters: FIVE });
    chart.step(changeRequest(chart, { remove: ['e'] }));
    expect(chart.state).toBe('leader.changing');
    expect(told(chart.step(changeRequest(chart, { remove: ['d'] })))).toEqual([
      '11 a change is in progress, from a, b, c, d, e to a, b, c, d (index 2)',
    ]);
    chart.endTurn();
    acknowledgeAll(chart);
    chart.endTurn();
    expect(spelled(chart.context.membership)).toBe('abcd');
    expect(told(chart.step(changeRequest(chart, { remove: ['d'] })))).toEqual([
      '11 a change is in progress (index 3)',
    ]);
    acknowledgeAll(chart);
    chart.endTurn();
    expect(chart.state).toBe('leader.serving');
    expect(told(chart.step(changeRequest(chart, { remove: ['d'] })))).toEqual([]);
  });

  it('and not before an entry of the leader own term is committed (the correction of 2015)', () => {
    const chart = freshLeader();
    chart.endTurn();
    expect(told(chart.step(changeRequest(chart, { learners: ['d'] })))).toEqual([
      '11 a has only begun to lead, and does not know yet what is committed',
    ]);
    expect(spelled(chart.context.membership)).toBe('abc');
  });

  it("the interleaving of Ongaro's correction: a change of an earlier leader cannot be overlooked", () => {
    // s1 of {1,2,3,4} adds 5, and only 5 hears of it. s2 is elected by 3 and 4, removes 1, and 2 and 3 hear of that.
    // With changes of single servers begun before an own entry is committed, {2,3} of {2,3,4} would commit, and then
    // {1,4,5} of {1,2,3,4,5} would elect s1 again, who overwrites it.
    const all = network('1234', '5');
    ask(all, '1', { learners: ['5'] });
    all.settle();
    all.heartbeat('1');
    ask(all, '1', { add: ['5'] });
    all.settle(partition(['1', '5'], ['2', '3', '4']));
    all.elect('2', partition(['1', '5'], ['2', '3', '4']));
    expect(all.node('2').state).toBe('leader.serving');
    // s2 can only have begun because its own entry is on three of the four: whoever is elected next has it.
    ask(all, '2', { remove: ['1'] });
    all.settle(partition(['1', '5'], ['2', '3'], ['4']));
    // s1 has lost its office, and campaigns again, with 4 and 5 to help it.
    for (let i = 0; i < 2; i += 1) all.step('1', { type: 'quorum.timeout' });
    all.elect('1', partition(['1', '4', '5'], ['2', '3']));
    expect(all.node('1').state).not.toMatch(/^leader/);
    // Healed, one history remains.
    all.elect('2');
    all.heartbeat('2');
    all.heartbeat('2');
    const logs = ['1', '2', '3', '4'].map((id) =>
      all
        .node(id)
        .applied.map(({ term }) => term)
        .join(),
    );
    for (const log of logs) expect(logs[1]?.startsWith(log)).toBe(true);
  });

  it('a vote is given, and entries are taken, whoever asks: the newest members may be unknown to a voter', () => {
    const all = network('abc', 'd');
    ask(all, 'a', { learners: ['d'] });
    all.settle();
    all.heartbeat('a');
    // c is away while d becomes a voter and leads.
    ask(all, 'a', { add: ['d'] });
    all.settle(partition(['a', 'b', 'd']));
    all.heartbeat('a', partition(['a', 'b', 'd']));
    expect(spelled(all.node('a').context.membership)).toBe('abcd');
    expect(all.node('c').context.peers).toEqual(['a', 'b', 'd']);
    all.step('a', { type: 'transfer.requested', to: 'd' });
    all.settle();
    expect(all.node('d').state).toBe('leader.serving');
    all.step('d', proposal({ from: 'd', term: all.node('d').context.term }, write(1)));
    all.settle();
    expect(all.node('c').context.log.length).toBe(all.node('d').context.log.length);
  });
});

describe('what a leader answers to a change', () => {
  const cases: [string, Parameters<typeof changeRequest>[1], string][] = [
    ['a voter that has not been a learner', { add: ['d'] }, '14 d is not a learner: it has to be one first'],
    [
      'a voter as a learner',
      { learners: ['b'] },
      '14 b votes: it has to be removed before it can be a learner',
    ],
    ['nobody left', { remove: ['a', 'b', 'c'] }, '14 of a, b, c at least one has to stay'],
    [
      'members that have changed since',
      { remove: ['b'], ifIndex: 0 },
      '22 the members have changed at index 2',
    ],
  ];
  it.each(cases)('%s', (_name, wished, text) => {
    const all = network('abc', 'x');
    ask(all, 'a', { learners: ['x'] });
    all.settle();
    const [answer] = told(ask(all, 'a', wished));
    expect(answer).toMatch(new RegExp(`^${text}`));
  });

  it('more members than there may be', () => {
    const chart = servingLeader();
    const many = Array.from({ length: 48 }, (_, i) => `m${i}`).sort();
    expect(told(chart.step(changeRequest(chart, { learners: many })))).toEqual([
      '14 a cluster has at most 50 members, not 51',
    ]);
  });

  it('what is so already is confirmed by a round of reads, and stands in no log', () => {
    const all = network('abc');
    const { length } = all.node('a').context.log;
    const effects = ask(all, 'a', { add: ['b'], remove: ['z'] });
    expect(told(effects)).toEqual([]);
    expect(all.node('a').context.reads.pending[0]?.reads).toMatchObject([{ op: { type: 'change_members' } }]);
    all.settle();
    expect(all.node('a').context.reads.pending).toEqual([]);
    expect(all.node('a').context.log.length).toBe(length);
  });

  it('a copy of a request nothing at all, whatever became of the first', () => {
    const chart = servingLeader();
    const refused = changeRequest(chart, { add: ['d'] }, { number: 1_000_000 });
    expect(told(chart.step(refused))).toHaveLength(1);
    expect(chart.step(refused)).toEqual([]);
    // d learns meanwhile and catches up: now it could be added, but who asked has been told that it never will be.
    chart.step(changeRequest(chart, { learners: ['d'] }, { number: 1_000_001 }));
    chart.endTurn();
    acknowledgeAll(chart);
    chart.endTurn();
    const { log } = chart.context;
    expect(chart.step(refused)).toEqual([]);
    expect(chart.context.log).toBe(log);
    expect(chart.context.dropped.unexpected).toBe(2);
  });

  it('a request for another leadership nothing at all', () => {
    const chart = servingLeader();
    expect(chart.step(changeRequest(chart, { remove: ['b'] }, { term: 7 }))).toEqual([]);
    expect(spelled(chart.context.membership)).toBe('abc');
  });

  it('an earlier life of the node that asks is not heard after a later one', () => {
    const chart = servingLeader();
    const request = changeRequest(chart, { add: ['d'] }, { number: 5 });
    const life = (incarnation: number) => ({ ...request, by: { ...request.by, incarnation } });
    expect(told(chart.step(life(3)))).toHaveLength(1);
    expect(told(chart.step(life(2)))).toEqual([]);
    expect(told(chart.step(life(4)))).toHaveLength(1);
  });
});
