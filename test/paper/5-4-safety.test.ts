import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accepted,
  appendRequest,
  entry,
  logOfTerms,
  proposal,
  voteRequest,
  write,
} from '../support/messages.ts';
import { effectsOf, freshLeader, RaftChart, restored, sent } from '../support/raft-chart.ts';
import { partition, RaftNetwork } from '../support/raft-network.ts';

describe('Paper 5.4.1: who may be elected', () => {
  /** A voter whose log ends with index 3 of term 3 is asked for its vote in term 9. */
  function granted(lastIndex: number, lastTerm: number, type: 'vote' | 'prevote'): boolean | undefined {
    const chart = new RaftChart({ restored: restored(8, logOfTerms(1, 2, 3)) });
    const ballot = { from: 'b', term: 9, lastIndex, lastTerm };
    const effects =
      type === 'vote' ? chart.hear(voteRequest(ballot)) : chart.hear({ type: 'prevote.request', ...ballot });
    return sent(effects, `${type}.response`)[0]?.message.granted;
  }

  it.each([
    ['the same end', 3, 3, true],
    ['a later last term, though it is shorter', 1, 4, true],
    ['the same last term, and is longer', 4, 3, true],
    ['the same last term, and is shorter', 2, 3, false],
    ['an earlier last term, though it is longer', 50, 2, false],
    ['nothing at all', 0, 0, false],
  ])('a log with %s: (%i, term %i) gets a vote: %s', (_name, index, term, expected) => {
    expect(granted(index, term, 'vote')).toBe(expected);
    expect(granted(index, term, 'prevote')).toBe(expected);
  });

  it('of two logs one is up to date to the other, and both only when they end alike', () => {
    const end = fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 5 }));
    fc.assert(
      fc.property(end, end, ([lengthA, termA], [lengthB, termB]) => {
        const of = (length: number, term: number) => Array.from({ length }, () => entry(term));
        const ask = (own: readonly ReturnType<typeof entry>[], other: readonly ReturnType<typeof entry>[]) =>
          sent(
            new RaftChart({ restored: restored(5, own) }).hear(
              voteRequest({ from: 'b', term: 6, lastIndex: other.length, lastTerm: other.at(-1)?.term ?? 0 }),
            ),
            'vote.response',
          )[0]?.message.granted;
        const [a, b] = [of(lengthA, termA), of(lengthB, termB)];
        const alike = lengthA === lengthB && (lengthA === 0 || termA === termB);
        expect([ask(a, b), ask(b, a)].filter((vote) => vote === true)).toHaveLength(alike ? 2 : 1);
      }),
      { numRuns: 100 },
    );
  });

  it('a refusal for want of log leaves the vote free for another', () => {
    const chart = new RaftChart({ restored: restored(2, logOfTerms(1, 2)) });
    chart.hear(voteRequest({ from: 'b', term: 3, lastIndex: 9, lastTerm: 1 }));
    expect(chart.context.votedFor).toBe(null);
    const [answer] = sent(
      chart.hear(voteRequest({ from: 'c', term: 3, lastIndex: 2, lastTerm: 2 })),
      'vote.response',
    );
    expect(answer?.message.granted).toBe(true);
  });

  it('what is committed is in the log of every later leader', () => {
    const network = new RaftNetwork(['a', 'b', 'c', 'd', 'e']);
    network.elect('a');
    const { term } = network.node('a').context;
    const cut = partition(['a', 'b', 'c'], ['d', 'e']);
    network.step('a', proposal({ from: 'a', term }, write(1)));
    network.settle(cut);
    expect(network.node('a').context.commitIndex).toBe(2);
    // d and e lack the entry: nobody of the majority that has it elects them.
    network.elect('d', partition(['d', 'e', 'c', 'b'], ['a']));
    expect(network.node('d').state).not.toMatch(/^leader/);
    network.elect('b', partition(['b', 'd', 'e', 'c'], ['a']));
    expect(network.node('b').state).toBe('leader.serving');
    expect(network.node('d').entries[1]).toMatchObject({ term, op: write(1) });
  });
});

describe('Paper 5.4.2: entries of earlier terms are not committed by count', () => {
  /** Figure 8 (c): S1 leads term 4, and its entry of term 2 stands on a majority. */
  function leaderOfFigure8(): RaftChart {
    return freshLeader({
      voters: ['a', 'b', 'c', 'd', 'e'],
      restored: restored(3, logOfTerms(1, 2)),
      settings: { maxMessageBytes: 64 },
    });
  }

  it('the entry of figure 8 stays uncommitted though a majority holds it', () => {
    const chart = leaderOfFigure8();
    chart.endTurn();
    for (const from of ['b', 'c', 'd', 'e']) {
      const effects = chart.hear(accepted({ from, term: 4, index: 2 }));
      expect(effectsOf(effects, 'apply')).toEqual([]);
    }
    expect(chart.context.commitIndex).toBe(0);
    expect(chart.state).toBe('leader.establishing');
  });

  it('it is committed together with the first entry of the own term', () => {
    const chart = leaderOfFigure8();
    chart.endTurn();
    chart.hear(accepted({ from: 'b', term: 4, index: 3 }));
    expect(chart.context.commitIndex).toBe(0);
    const effects = chart.hear(accepted({ from: 'c', term: 4, index: 3 }));
    expect(effectsOf(effects, 'apply')).toMatchObject([{ firstIndex: 1, entries: { length: 3 } }]);
    expect(chart.state).toBe('leader.serving');
  });

  it('so the leader of figure 8 (d) may overwrite it, and nobody has applied it', () => {
    const voters = ['s1', 's2', 's3', 's4', 's5'];
    const network = new RaftNetwork(voters, {
      s1: { restored: restored(3, logOfTerms(1, 2)) },
      s2: { restored: restored(2, logOfTerms(1, 2)) },
      s3: { restored: restored(2, logOfTerms(1)) },
      s4: { restored: restored(2, logOfTerms(1)) },
      s5: { restored: restored(3, logOfTerms(1, 3), 's5') },
    });
    // (c) S1 leads term 4 and copies index 2 to S3; its own entry of term 4 gets nowhere.
    const own = (terms: readonly number[]) => terms.includes(4);
    network.step('s1', { type: 'election.timeout' });
    for (let i = 0; i < 50 && network.wire.length > 0; i += 1) {
      const { to, message } = network.wire.shift() as (typeof network.wire)[number];
      if (to === 's5' || message.from === 's5') continue;
      const cut =
        message.type === 'append.request'
          ? { ...message, entries: message.entries.filter(({ term }) => term < 4), commitIndex: 0 }
          : message;
      network.deliver({ to, message: cut });
    }
    const holders = voters.filter((id) => network.node(id).terms[1] === 2);
    expect(holders).toEqual(expect.arrayContaining(['s1', 's2', 's3']));
    expect(own(network.node('s3').terms)).toBe(false);
    for (const node of network.nodes.values()) expect(node.applied).toEqual([]);
    // (d) S1 fails; S5 is elected by those that lack its term, and its log replaces theirs.
    network.wire = [];
    network.elect('s5', partition(['s2', 's3', 's4', 's5']));
    network.elect('s5', partition(['s2', 's3', 's4', 's5']));
    expect(network.node('s5').state).toBe('leader.serving');
    for (const id of ['s2', 's3', 's4']) expect(network.node(id).terms.slice(0, 2)).toEqual([1, 3]);
  });

  it('a follower whose committed entry is contradicted stops instead of cutting it', () => {
    const chart = new RaftChart();
    chart.hear(appendRequest({ from: 'b', term: 1, entries: [entry(1, 1), entry(1, 2)], commitIndex: 1 }));
    // An honest leader never says this. Committed entries are not compared, so nothing is cut either.
    chart.hear(appendRequest({ from: 'c', term: 2, entries: [entry(2, 9)] }));
    expect(chart.terms).toEqual([1, 1]);
  });
});
