import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RaftInput } from '../../machines/raft/context.ts';
import { accepted, entry, logOfTerms, proposal, rejected, write } from '../support/messages.ts';
import {
  acknowledgeAll,
  freshLeader,
  type RaftChart,
  restored,
  sent,
  servingLeader,
} from '../support/raft-chart.ts';
import { RaftNetwork } from '../support/raft-network.ts';

/** A leader of three; every write of these tests takes 100 bytes. */
function leaderWith(settings: NonNullable<RaftInput['settings']>): RaftChart {
  return servingLeader({ settings });
}

function propose(chart: RaftChart, count: number, bytes = 100): void {
  const ops = Array.from({ length: count }, (_, i) => write(i));
  chart.step(proposal({ from: 'a', term: chart.context.term, bytes }, ...ops));
}

/** What goes to one follower in this turn: where each message starts, and how many entries it holds. */
function turnFor(chart: RaftChart, peer: string): readonly (readonly [number, number])[] {
  return sent(chart.endTurn(), 'append.request')
    .filter(({ to }) => to === peer)
    .map(({ message }) => [message.prevIndex, message.entries.length]);
}

describe('Paper 5.3, thesis 10.2.1: a pipeline of bounded messages', () => {
  it('does not wait for acknowledgements, and sends nothing twice', () => {
    const chart = leaderWith({});
    for (const start of [1, 3, 5]) {
      propose(chart, 2);
      expect(turnFor(chart, 'b')).toEqual([[start, 2]]);
    }
  });

  it('splits what is long into messages of bounded size', () => {
    const chart = leaderWith({ maxMessageBytes: 250 });
    propose(chart, 5);
    expect(turnFor(chart, 'b')).toEqual([
      [1, 2],
      [3, 2],
      [5, 1],
    ]);
  });

  it('sends an entry above the limit alone instead of never', () => {
    const chart = leaderWith({ maxMessageBytes: 250 });
    propose(chart, 2, 1000);
    expect(turnFor(chart, 'b')).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  it('has at most so many messages on their way, and goes on when one is acknowledged', () => {
    const chart = leaderWith({ maxMessageBytes: 100, maxInflightMessages: 3 });
    propose(chart, 5);
    expect(turnFor(chart, 'b')).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(turnFor(chart, 'b')).toEqual([]);
    chart.hear(accepted({ from: 'b', term: 1, index: 2 }));
    expect(turnFor(chart, 'b')).toContainEqual([4, 1]);
    chart.hear(accepted({ from: 'b', term: 1, index: 5 }));
    expect(turnFor(chart, 'b')).toContainEqual([5, 1]);
  });

  it('has at most about so many bytes on their way', () => {
    const chart = leaderWith({ maxMessageBytes: 200, maxInflightBytes: 300 });
    propose(chart, 8);
    expect(turnFor(chart, 'b')).toEqual([
      [1, 2],
      [3, 2],
    ]);
    expect(turnFor(chart, 'b')).toEqual([]);
    chart.hear(accepted({ from: 'b', term: 1, index: 3 }));
    expect(turnFor(chart, 'b')).toContainEqual([5, 2]);
  });

  it('counts messages and bytes for each follower by itself', () => {
    const chart = leaderWith({ maxMessageBytes: 100, maxInflightMessages: 1 });
    propose(chart, 2);
    chart.endTurn();
    chart.hear(accepted({ from: 'c', term: 1, index: 2 }));
    const messages = sent(chart.endTurn(), 'append.request').filter(
      ({ message }) => message.entries.length > 0,
    );
    expect(messages.map(({ to }) => to)).toEqual(['c']);
  });

  it('never exceeds its bounds, whatever is proposed, acknowledged, lost or refused', () => {
    const step = fc.oneof(
      fc.record({ type: fc.constant('propose' as const), bytes: fc.integer({ min: 1, max: 400 }) }),
      fc.record({ type: fc.constant('accept' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ type: fc.constant('reject' as const) }),
      fc.record({ type: fc.constant('beat' as const) }),
      fc.record({ type: fc.constant('turn' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const chart = leaderWith({ maxMessageBytes: 300, maxInflightMessages: 3, maxInflightBytes: 700 });
        for (const one of steps) {
          const { match, next } = chart.context.progress.b as { match: number; next: number };
          if (one.type === 'propose') propose(chart, 2, one.bytes);
          if (one.type === 'accept') {
            chart.hear(
              accepted({ from: 'b', term: 1, index: match + Math.floor(one.share * (next - 1 - match)) }),
            );
          }
          if (one.type === 'reject') {
            chart.hear(
              rejected({ from: 'b', term: 1, index: next - 1, conflict: { term: 0, index: match + 1 } }),
            );
          }
          if (one.type === 'beat') chart.step({ type: 'heartbeat.timeout' });
          const messages = sent(chart.endTurn(), 'append.request').filter(({ to }) => to === 'b');
          for (const { message } of messages) {
            const bytes = message.entries.reduce((sum, { bytes }) => sum + bytes, 0);
            expect(message.entries.length <= 1 || bytes <= 300).toBe(true);
          }
          const progress = chart.context.progress.b;
          const bytes = progress?.inflight.reduce((sum, message) => sum + message.bytes, 0) ?? 0;
          expect(progress?.inflight.length).toBeLessThanOrEqual(3);
          expect(bytes).toBeLessThan(700 + 400);
          expect(progress?.next).toBeGreaterThan(progress?.match ?? Number.NaN);
          if (progress?.probing) expect(messages.length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('a new commit index is told at the end of the turn, in one message', () => {
    const chart = leaderWith({});
    propose(chart, 1);
    chart.endTurn();
    acknowledgeAll(chart);
    const messages = sent(chart.endTurn(), 'append.request');
    expect(messages.map(({ to, message }) => [to, message.commitIndex, message.entries.length])).toEqual([
      ['b', 2, 0],
      ['c', 2, 0],
    ]);
    expect(chart.endTurn()).toEqual([]);
  });
});

describe('Paper 5.3: the place where two logs part is looked for by one message at a time', () => {
  it('a new leader sends one probe, and no second before its answer', () => {
    const chart = freshLeader({ restored: restored(1, logOfTerms(1, 1)) });
    // What a follower holds is not known: the probe starts where the leader's own log ended before its no-op.
    expect(turnFor(chart, 'b')).toEqual([[2, 1]]);
    propose(chart, 3);
    expect(turnFor(chart, 'b')).toEqual([]);
  });

  it('a heartbeat probes again, because the probe or its answer may be lost', () => {
    const chart = freshLeader();
    chart.endTurn();
    expect(turnFor(chart, 'b')).toEqual([]);
    chart.step({ type: 'heartbeat.timeout' });
    expect(turnFor(chart, 'b')).toHaveLength(1);
    expect(turnFor(chart, 'b')).toEqual([]);
  });

  it('a match ends the probing; a refusal begins it again', () => {
    const chart = servingLeader();
    expect(chart.context.progress.b).toMatchObject({ probing: false, match: 1 });
    propose(chart, 3);
    chart.endTurn();
    chart.hear(rejected({ from: 'b', term: 1, index: 4, conflict: { term: 0, index: 3 } }));
    expect(chart.context.progress.b).toMatchObject({ probing: true, match: 1, next: 3, inflight: [] });
    expect(turnFor(chart, 'b')).toEqual([[2, 2]]);
    chart.hear(accepted({ from: 'b', term: 1, index: 4 }));
    expect(chart.context.progress.b).toMatchObject({ probing: false, match: 4, next: 5 });
  });

  it('a late refusal of what has matched since is passed over', () => {
    const chart = servingLeader();
    propose(chart, 3);
    chart.endTurn();
    chart.hear(accepted({ from: 'b', term: 1, index: 4 }));
    chart.hear(rejected({ from: 'b', term: 1, index: 4, conflict: { term: 0, index: 1 } }));
    chart.hear(rejected({ from: 'b', term: 1, index: 2, conflict: { term: 0, index: 1 } }));
    expect(chart.context.progress.b).toMatchObject({ probing: false, match: 4, next: 5 });
  });

  it('a repeated refusal of an earlier probe does not move the present one', () => {
    const chart = freshLeader({ restored: restored(4, logOfTerms(1, 1, 2, 2, 4, 4)) });
    chart.endTurn();
    const refusal = rejected({ from: 'b', term: 5, index: 6, conflict: { term: 3, index: 5 } });
    chart.hear(refusal);
    expect(turnFor(chart, 'b')).toEqual([[4, 3]]);
    chart.hear(refusal);
    expect(chart.context.progress.b).toMatchObject({ next: 5, paused: true });
    expect(turnFor(chart, 'b')).toEqual([]);
  });

  it('an acknowledgement never takes back what an earlier one said', () => {
    const chart = servingLeader();
    propose(chart, 3);
    chart.endTurn();
    chart.hear(accepted({ from: 'b', term: 1, index: 4 }));
    chart.hear(accepted({ from: 'b', term: 1, index: 2 }));
    expect(chart.context.progress.b).toMatchObject({ match: 4, next: 5, inflight: [] });
  });

  it('a lost message is repaired by the next heartbeat', () => {
    const network = new RaftNetwork(['a', 'b', 'c']);
    network.elect('a');
    const { term } = network.node('a').context;
    network.step('a', proposal({ from: 'a', term }, write(1)));
    network.wire = [];
    network.step('a', proposal({ from: 'a', term, first: 2 }, write(2)));
    network.wire = network.wire.filter(({ to }) => to === 'c');
    network.settle();
    network.wire = [];
    network.heartbeat('a');
    network.heartbeat('a');
    for (const node of network.nodes.values()) {
      expect(node.applied).toEqual(network.node('a').entries);
      expect(node.applied).toHaveLength(3);
    }
  });

  it('skips a term at a time: no more messages than there are terms, where one by one takes one an entry', () => {
    // Where two logs part, each goes on with terms that the other lacks: a term has one leader.
    const run = fc.record({ isOwn: fc.boolean(), length: fc.nat(12) });
    let oneByOne = 0;
    let byTerm = 0;
    fc.assert(
      fc.property(fc.nat(8), fc.array(run, { maxLength: 6 }), (common, runs) => {
        const shared = Array.from({ length: common }, () => 1);
        const tail = (isOwn: boolean) =>
          runs.flatMap((one, i) =>
            one.isOwn === isOwn ? Array.from({ length: one.length }, () => i + 2) : [],
          );
        const [own, other] = [tail(true), tail(false)];
        const network = new RaftNetwork(['a', 'b', 'c'], {
          a: { restored: restored(9, logOfTerms(...shared, ...own)) },
          b: { restored: restored(9, logOfTerms(...shared, ...other)) },
        });
        network.elect('a', (from, to) => from === 'b' || to === 'b');
        expect(network.node('a').state).toBe('leader.serving');
        // From here on only b, which was cut off so far, hears the leader.
        const before = network.delivered.get('append.request') ?? 0;
        network.heartbeat('a', (from, to) => from === 'c' || to === 'c');
        const messages = (network.delivered.get('append.request') ?? 0) - before;
        expect(network.node('b').terms).toEqual(network.node('a').terms);
        // Beyond one refusal a term: the heartbeat, the entries, and the commit index.
        expect(messages).toBeLessThanOrEqual(new Set(other).size + 3);
        byTerm += messages;
        oneByOne += Math.min(own.length, other.length) + 3;
      }),
      { numRuns: 150 },
    );
    expect(byTerm).toBeLessThan(oneByOne);
  });

  it('after a refusal it tries behind its own last entry of the conflicting term, or before all of that term', () => {
    const log = logOfTerms(1, 1, 1, 4, 4, 5, 5);
    const next = (conflict: { term: number; index: number }) => {
      const chart = freshLeader({ restored: restored(6, log) });
      chart.endTurn();
      chart.hear(rejected({ from: 'b', term: 7, index: 7, conflict }));
      return turnFor(chart, 'b')[0];
    };
    expect(next({ term: 4, index: 4 })).toEqual([5, 3]);
    expect(next({ term: 2, index: 4 })).toEqual([3, 5]);
    expect(next({ term: 0, index: 3 })).toEqual([2, 6]);
    expect(next({ term: 6, index: 1 })).toEqual([0, 8]);
  });

  it('finds a long divergent tail by one refusal', () => {
    const network = new RaftNetwork(['a', 'b', 'c'], {
      a: { restored: restored(9, [...logOfTerms(1, 1), ...Array.from({ length: 50 }, () => entry(9))]) },
      b: { restored: restored(8, [...logOfTerms(1, 1), ...Array.from({ length: 80 }, () => entry(8))]) },
    });
    network.elect('a');
    expect(network.node('b').terms).toEqual(network.node('a').terms);
    // To each follower: the probe, the entries after its one refusal, and the commit index.
    expect(network.delivered.get('append.request')).toBe(6);
  });
});
