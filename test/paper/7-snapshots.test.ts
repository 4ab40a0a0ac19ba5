import { describe, expect, it } from 'vitest';
import type { RaftInput, RestoredState } from '../../machines/raft/context.ts';
import type { Entry } from '../../machines/raft/events.ts';
import type { Checkpoint } from '../../machines/raft/snapshot.ts';
import {
  accepted,
  appendRequest,
  checkpoint,
  chunk,
  chunkAnswer,
  entry,
  logOfTerms,
  preVoteRequest,
  proposal,
  READ,
  rejected,
  write,
} from '../support/messages.ts';
import {
  acknowledgeAll,
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
import { partition, RaftNetwork } from '../support/raft-network.ts';

/** Takes a checkpoint after every three entries, and keeps one of them. */
const OFTEN = { settings: { checkpointEntries: 3, trailingEntries: 1 } } as const;

/** What a node finds whose log begins after `base`, with a checkpoint at its base unless another is given. */
function compacted(
  base: number,
  entries: readonly Entry[],
  at: Checkpoint = checkpoint(base, 1),
): RestoredState {
  return { ...restored(1, entries), base: { index: base, term: 1 }, checkpoint: at };
}

/** A leader whose log begins after index 5, to whom `b` says that it has nothing at all, and who has been sent a chunk. */
function sendingLeader(input: Partial<RaftInput> = {}): RaftChart {
  const chart = freshLeader({ restored: compacted(5, logOfTerms(1, 1)), ...input });
  chart.endTurn();
  const { term } = chart.context;
  chart.hear(accepted({ from: 'c', term, index: 8 }));
  chart.hear(rejected({ from: 'b', term, index: 7, conflict: { term: 0, index: 1 } }));
  return chart;
}

const types = (effects: readonly { readonly type: string }[]) => effects.map(({ type }) => type);

describe('Paper section 7: when a snapshot is taken', () => {
  it('each node takes its own, a follower too, of exactly what it has applied', () => {
    const chart = follower('b', OFTEN);
    const effects = chart.hear(
      appendRequest({ from: 'b', term: 1, entries: logOfTerms(1, 1, 1, 1), commitIndex: 3 }),
    );
    expect(types(effects).slice(-2)).toEqual(['apply', 'checkpoint']);
    const [taken] = effectsOf(effects, 'checkpoint');
    expect(taken?.checkpoint).toEqual(checkpoint(3, 1));
    expect(chart.appliedIndex).toBe(3);
  });

  it('a leader takes one at the end of the turn in which enough was committed, after it is applied', () => {
    const chart = servingLeader(OFTEN);
    chart.step(proposal({ from: 'a', term: 1 }, write(1), write(2)));
    chart.endTurn();
    acknowledgeAll(chart);
    expect(types(chart.endTurn())).toContain('checkpoint');
    expect(chart.checkpointing).toEqual(checkpoint(3, 1));
  });

  it('by bytes as well as by entries', () => {
    const chart = follower('b', { settings: { checkpointBytes: 1000 } });
    const append = (prevIndex: number, bytes: number) => {
      const entries = [entry(1, prevIndex + 1, bytes)];
      chart.hear(
        appendRequest({ from: 'b', term: 1, prevIndex, prevTerm: 1, entries, commitIndex: prevIndex + 1 }),
      );
      return chart.checkpointing;
    };
    expect(append(0, 999)).toBeNull();
    expect(append(1, 1)).toEqual(checkpoint(2, 1));
  });

  it('one at a time: the next one waits for the one before, and counts from there', () => {
    const chart = follower('b', OFTEN);
    const committed = (commitIndex: number) =>
      effectsOf(
        chart.hear(appendRequest({ from: 'b', term: 1, prevIndex: 7, prevTerm: 1, commitIndex })),
        'checkpoint',
      ).map(({ checkpoint: { index } }) => index);
    chart.hear(appendRequest({ from: 'b', term: 1, entries: logOfTerms(1, 1, 1, 1, 1, 1, 1) }));
    expect(committed(3)).toEqual([3]);
    expect(committed(6)).toEqual([]);
    chart.completeCheckpoint();
    expect(committed(6)).toEqual([6]);
    chart.completeCheckpoint();
    expect(committed(7)).toEqual([]);
  });

  it('says who belonged to the cluster then, and not who does by now', () => {
    const membership = { voters: ['a', 'b'], outgoing: [], learners: ['c'] };
    const change = (of: typeof membership): Entry => ({
      ...entry(1),
      op: { type: 'members', membership: of },
    });
    const later = { ...membership, learners: [] };
    const chart = follower('b', OFTEN);
    const entries = [entry(1), change(membership), entry(1), change(later)];
    chart.hear(appendRequest({ from: 'b', term: 1, entries, commitIndex: 3 }));
    expect(chart.checkpointing?.membership).toEqual(membership);
    expect(chart.context.membership).toEqual(later);
  });
});

describe('Paper section 7: the log before a snapshot goes', () => {
  it('when the snapshot is durable, and not before', () => {
    const chart = follower('b', OFTEN);
    chart.hear(appendRequest({ from: 'b', term: 1, entries: logOfTerms(1, 1, 1, 1), commitIndex: 4 }));
    chart.endTurn();
    expect(chart.context.log.base).toEqual({ index: 0, term: 0 });
    const effects = chart.completeCheckpoint();
    expect(effects).toEqual([{ type: 'compact', through: 3, term: 1 }]);
    expect(chart.context.log.base).toEqual({ index: 3, term: 1 });
    expect(chart.entries).toHaveLength(1);
  });

  it('except for a tail, which is bounded in bytes, too', () => {
    const settings = { checkpointEntries: 4, trailingEntries: 3, checkpointBytes: 200 };
    const chart = follower('b', { settings });
    const entries = [50, 150, 100, 100].map((bytes, i) => entry(1, i + 1, bytes));
    chart.hear(appendRequest({ from: 'b', term: 1, entries, commitIndex: 4 }));
    chart.endTurn();
    expect(chart.completeCheckpoint()).toEqual([{ type: 'compact', through: 2, term: 1 }]);
  });

  it('entries that are not committed stay, whatever there are of them', () => {
    const chart = follower('b', OFTEN);
    chart.hear(appendRequest({ from: 'b', term: 1, entries: logOfTerms(1, 1, 1, 1, 1, 1), commitIndex: 3 }));
    chart.endTurn();
    chart.completeCheckpoint();
    expect(chart.context.log.base.index).toBe(2);
    expect(chart.context.log.length).toBe(6);
    const restarted = chart.restarted();
    expect(restarted.entries).toEqual(chart.entries);
    expect([restarted.context.commitIndex, restarted.appliedIndex]).toEqual([3, 3]);
  });

  it('a leader keeps what a follower that answers still needs, up to four times the distance of checkpoints', () => {
    const commit = (chart: RaftChart, count: number) => {
      for (let i = 0; i < count; i += 1) {
        chart.step(proposal({ from: 'a', term: 1, first: i + 1 }, write(i)));
        chart.endTurn();
        acknowledgeAll(chart, ['c']);
      }
      chart.endTurn();
    };
    const near = servingLeader(OFTEN);
    commit(near, 4);
    near.completeCheckpoint();
    expect(near.context.log.base.index).toBe(1);

    const far = servingLeader(OFTEN);
    commit(far, 4);
    for (let i = 0; i < 4; i += 1) {
      far.completeCheckpoint();
      commit(far, 3);
    }
    far.completeCheckpoint();
    const { base } = far.context.log;
    expect(base.index).toBe((far.context.snapshots.checkpoint?.index ?? 0) - 1);
  });

  it('a leader does not keep it for one that has not answered lately', () => {
    const chart = servingLeader(OFTEN);
    chart.step(proposal({ from: 'a', term: 1 }, write(1), write(2), write(3)));
    chart.endTurn();
    chart.step({ type: 'quorum.timeout' });
    acknowledgeAll(chart, ['c']);
    chart.endTurn();
    chart.completeCheckpoint();
    expect(chart.context.log.base.index).toBe(3);
  });

  it('a vote still goes by the last entry, when that is the snapshot itself', () => {
    const chart = new RaftChart({ restored: compacted(5, []) });
    const granted = (lastIndex: number, lastTerm: number) =>
      sent(chart.hear(preVoteRequest({ from: 'b', term: 1, lastIndex, lastTerm })), 'prevote.response')[0]
        ?.message.granted;
    expect([granted(4, 1), granted(5, 1), granted(9, 0)]).toEqual([false, true, false]);
  });
});

describe('Paper figure 13: sending a snapshot', () => {
  it('to a follower that needs what the log has no more, from its first chunk on', () => {
    const chart = sendingLeader();
    const [send] = effectsOf(chart.endTurn(), 'snapshot.send');
    expect(send).toEqual({
      type: 'snapshot.send',
      to: 'b',
      term: 2,
      round: 0,
      checkpoint: checkpoint(5, 1),
      after: null,
    });
  });

  it('and to none that lacks only what is there: its last compacted entry can still be compared', () => {
    const chart = freshLeader({ restored: compacted(5, logOfTerms(1, 1)) });
    chart.endTurn();
    chart.hear(rejected({ from: 'b', term: 2, index: 7, conflict: { term: 0, index: 6 } }));
    const effects = chart.endTurn();
    expect(effectsOf(effects, 'snapshot.send')).toEqual([]);
    expect(sent(effects, 'append.request')[0]?.message).toMatchObject({ prevIndex: 5, prevTerm: 1 });
  });

  it('one chunk at a time: the next when the last is answered, the same again with a heartbeat', () => {
    const chart = sendingLeader();
    chart.endTurn();
    expect(effectsOf(chart.endTurn(), 'snapshot.send')).toEqual([]);
    chart.step({ type: 'heartbeat.timeout' });
    expect(effectsOf(chart.endTurn(), 'snapshot.send')).toMatchObject([{ to: 'b', after: null }]);
    chart.hear(chunkAnswer({ from: 'b', term: 2, index: 5, snapshotTerm: 1, next: 'k' }));
    expect(effectsOf(chart.endTurn(), 'snapshot.send')).toMatchObject([{ to: 'b', after: 'k' }]);
    // The network has made two of the answer.
    chart.hear(chunkAnswer({ from: 'b', term: 2, index: 5, snapshotTerm: 1, next: 'k' }));
    expect(effectsOf(chart.endTurn(), 'snapshot.send')).toEqual([]);
  });

  it('a follower that has forgotten what it had begins again', () => {
    const chart = sendingLeader();
    chart.endTurn();
    chart.hear(chunkAnswer({ from: 'b', term: 2, index: 5, snapshotTerm: 1, next: 'k' }));
    chart.endTurn();
    chart.hear(chunkAnswer({ from: 'b', term: 2, index: 5, snapshotTerm: 1, next: null }));
    expect(effectsOf(chart.endTurn(), 'snapshot.send')).toMatchObject([{ after: null }]);
  });

  it('several followers at once, and when one has it all it is sent the log from there', () => {
    const chart = sendingLeader();
    chart.hear(rejected({ from: 'c', term: 2, index: 8, conflict: { term: 0, index: 1 } }));
    chart.endTurn();
    chart.hear(chunkAnswer({ from: 'b', term: 2, index: 5, snapshotTerm: 1, done: true }));
    const effects = chart.endTurn();
    expect(effectsOf(effects, 'snapshot.end')).toEqual([{ type: 'snapshot.end', to: 'b' }]);
    expect(sent(effects, 'append.request')[0]).toMatchObject({
      to: 'b',
      message: { prevIndex: 5, prevTerm: 1, entries: { length: 3 } },
    });
  });

  it('proposals go on meanwhile, and are committed by the others', () => {
    const chart = sendingLeader();
    chart.endTurn();
    chart.step(proposal({ from: 'a', term: 2 }, write(1)));
    const effects = chart.endTurn();
    expect(sent(effects, 'append.request').map(({ to }) => to)).toEqual(['c']);
    acknowledgeAll(chart, ['c']);
    expect(chart.context.commitIndex).toBe(9);
  });

  it('what the follower acknowledges counts like entries', () => {
    const chart = freshLeader({ restored: compacted(5, []) });
    chart.endTurn();
    chart.hear(rejected({ from: 'b', term: 2, index: 5, conflict: { term: 0, index: 1 } }));
    chart.endTurn();
    chart.hear(chunkAnswer({ from: 'b', term: 2, index: 5, snapshotTerm: 1, done: true }));
    expect(chart.context.progress.b?.match).toBe(5);
    expect(chart.context.commitIndex).toBe(5);
  });

  it('begins again with the latest checkpoint when the one on its way cannot be read any more', () => {
    const chart = sendingLeader({ settings: { checkpointEntries: 3 } });
    chart.endTurn();
    chart.hear(chunkAnswer({ from: 'b', term: 2, index: 5, snapshotTerm: 1, next: 'k' }));
    chart.endTurn();
    chart.completeCheckpoint();
    chart.step({ type: 'snapshot.unavailable', to: 'b' });
    expect(effectsOf(chart.endTurn(), 'snapshot.send')).toMatchObject([
      { checkpoint: { index: 8 }, after: null },
    ]);
    // That one cannot be read either: a later one is on its way here, so there is no hurry.
    chart.step({ type: 'snapshot.unavailable', to: 'b' });
    expect(effectsOf(chart.endTurn(), 'snapshot.send')).toEqual([]);
    chart.step({ type: 'heartbeat.timeout' });
    expect(effectsOf(chart.endTurn(), 'snapshot.send')).toMatchObject([
      { checkpoint: { index: 8 }, after: null },
    ]);
  });

  it('keeps the log from the snapshot on its way on, so that it is of use when it is there', () => {
    const settings = { checkpointEntries: 3, trailingEntries: 0 };
    const chart = sendingLeader({ settings });
    chart.endTurn();
    expect(chart.checkpointing?.index).toBe(8);
    chart.completeCheckpoint();
    expect(chart.context.log.base.index).toBe(5);
  });

  it('a follower that does not answer is sent signs of life, and no chunks until it does', () => {
    const chart = sendingLeader();
    chart.endTurn();
    chart.step({ type: 'quorum.timeout' });
    acknowledgeAll(chart, ['c']);
    expect(effectsOf(chart.step({ type: 'quorum.timeout' }), 'snapshot.end')).toMatchObject([{ to: 'b' }]);
    acknowledgeAll(chart, ['c']);
    chart.step({ type: 'heartbeat.timeout' });
    const effects = chart.endTurn();
    expect(effectsOf(effects, 'snapshot.send')).toEqual([]);
    const [sign] = sent(effects, 'append.request').filter(({ to }) => to === 'b');
    expect(sign?.message).toMatchObject({ prevIndex: 0, prevTerm: 0, entries: [] });
    chart.hear(accepted({ from: 'b', term: 2, index: 0 }));
    expect(effectsOf(chart.endTurn(), 'snapshot.send')).toMatchObject([{ to: 'b', after: null }]);
  });

  it('a leader that is none any more sends nobody anything', () => {
    const chart = sendingLeader();
    chart.endTurn();
    const effects = chart.hear(appendRequest({ from: 'c', term: 3 }));
    expect(effectsOf(effects, 'snapshot.end')).toEqual([{ type: 'snapshot.end', to: 'b' }]);
  });

  it('answers about snapshots confirm rounds of reads, like those about entries', () => {
    const chart = sendingLeader();
    chart.endTurn();
    chart.step(proposal({ from: 'a', term: 2 }, READ));
    const effects = chart.endTurn();
    // The chunk that is out was sent before the read came: a message without entries carries its round.
    expect(sent(effects, 'append.request')).toMatchObject([
      { to: 'b', message: { prevIndex: 0, entries: [], round: 1 } },
      { to: 'c', message: { round: 1 } },
    ]);
    const answer = chunkAnswer({ from: 'b', term: 2, index: 5, snapshotTerm: 1, next: 'k', round: 1 });
    expect(effectsOf(chart.hear(answer), 'reads.confirmed')).toHaveLength(1);
  });
});

describe('Paper figure 13: receiving a snapshot', () => {
  const SNAPSHOT = checkpoint(9, 2);
  const first = chunk({ from: 'b', term: 3, checkpoint: SNAPSHOT, items: [['k', 1]], next: 'k' });
  const second = chunk({ from: 'b', term: 3, checkpoint: SNAPSHOT, after: 'k', items: [['m', 2]] });
  const answers = (effects: ReturnType<RaftChart['hear']>) =>
    sent(effects, 'snapshot.response').map(({ message: { index, next, done } }) => ({ index, next, done }));

  it('1: a leader of an earlier term is told of the later one', () => {
    const chart = follower('c', { term: 4 });
    const effects = chart.hear(first);
    expect(types(effects)).toEqual(['send']);
    expect(sent(effects, 'snapshot.response')[0]?.message).toMatchObject({
      term: 4,
      done: false,
      next: null,
    });
  });

  it('2 to 4: chunks are kept aside, durably before each is answered', () => {
    const chart = follower('b', { term: 3 });
    const effects = chart.hear(first);
    expect(effectsOf(effects, 'snapshot.stage')).toMatchObject([
      { after: null, items: [['k', 1]], next: 'k' },
    ]);
    expect(position(effects, 'snapshot.stage')).toBeLessThan(position(effects, 'send'));
    expect(answers(effects)).toEqual([{ index: 9, next: 'k', done: false }]);
    expect([chart.context.commitIndex, chart.appliedIndex]).toEqual([0, 0]);
  });

  it('a chunk that came twice, or too early, is not kept, and the answer says what comes next', () => {
    const chart = follower('b', { term: 3 });
    expect(answers(chart.hear(second))).toEqual([{ index: 9, next: null, done: false }]);
    chart.hear(first);
    const again = chart.hear(first);
    expect(effectsOf(again, 'snapshot.stage')).toEqual([]);
    expect(answers(again)).toEqual([{ index: 9, next: 'k', done: false }]);
    const early = chart.hear({ ...second, after: 'l' });
    expect(effectsOf(early, 'snapshot.stage')).toEqual([]);
    expect(answers(early)).toEqual([{ index: 9, next: 'k', done: false }]);
  });

  it('5: a later snapshot takes the place of what was kept of an earlier one, and never the other way round', () => {
    const chart = follower('b', { term: 3 });
    chart.hear(first);
    const later = checkpoint(12, 3);
    expect(effectsOf(chart.hear({ ...second, checkpoint: later }), 'snapshot.stage')).toEqual([]);
    expect(answers(chart.hear({ ...first, checkpoint: later }))).toEqual([
      { index: 12, next: 'k', done: false },
    ]);
    expect(effectsOf(chart.hear(first), 'snapshot.stage')).toEqual([]);
    expect(chart.disk.incoming).toEqual({ index: 12, term: 3, after: 'k' });
  });

  it('a new leader may have an earlier one only, and begins with that', () => {
    const chart = follower('b', { term: 3 });
    chart.hear({ ...first, checkpoint: checkpoint(12, 3) });
    chart.hear({ ...first, from: 'c', term: 4 });
    expect(chart.disk.incoming).toEqual({ index: 9, term: 2, after: 'k' });
  });

  it('and goes on where the last one was, when it has the same', () => {
    const chart = follower('b', { term: 3 });
    chart.hear(first);
    const effects = chart.hear({ ...second, from: 'c', term: 4 });
    expect(answers(effects)).toEqual([{ index: 9, next: null, done: true }]);
  });

  it('goes on after a restart, because the chunks are on the disk', () => {
    const chart = follower('b', { term: 3 });
    chart.hear(first);
    const restarted = chart.restarted();
    expect(answers(restarted.hear(first))).toEqual([{ index: 9, next: 'k', done: false }]);
    expect(answers(restarted.hear(second))).toEqual([{ index: 9, next: null, done: true }]);
  });

  it('6: a log that holds the last entry of the snapshot stays, and what comes after it, too', () => {
    const log = logOfTerms(1, 1, 1, 1, 1, 1, 1, 1, 2, 2);
    const chart = follower('b', { term: 3, restored: restored(2, log) });
    const effects = chart.hear(second);
    expect(types(effects)).toEqual(['timer.set', 'send', 'apply']);
    expect(answers(effects)).toEqual([{ index: 9, next: null, done: true }]);
    expect(chart.entries).toEqual(log);
    expect([chart.context.commitIndex, chart.appliedIndex]).toEqual([9, 9]);
  });

  it('7 and 8: any other log goes whole, and the state becomes that of the snapshot, which is durable by then', () => {
    const chart = follower('b', { term: 3, restored: restored(2, logOfTerms(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)) });
    chart.hear(first);
    const effects = chart.hear(second);
    expect(types(effects)).toEqual([
      'timer.set',
      'snapshot.stage',
      'snapshot.install',
      'send',
      'state.restore',
    ]);
    expect(answers(effects)).toEqual([{ index: 9, next: null, done: true }]);
    expect(chart.context.log).toMatchObject({ base: { index: 9, term: 2 }, length: 9 });
    expect([chart.context.commitIndex, chart.appliedIndex]).toEqual([9, 9]);
    expect(chart.restarted().context.log).toEqual(chart.context.log);
  });

  it('the entries that follow a snapshot are taken and applied from there on', () => {
    const chart = follower('b', { term: 3 });
    chart.hear(first);
    chart.hear(second);
    const next = { prevIndex: 9, prevTerm: 2, entries: [entry(3, 1)], commitIndex: 10 };
    const effects = chart.hear(appendRequest({ from: 'b', term: 3, ...next }));
    expect(effectsOf(effects, 'apply')).toMatchObject([{ firstIndex: 10, entries: [entry(3, 1)] }]);
  });

  it('a snapshot of what is committed here already changes nothing', () => {
    const chart = follower('b', { term: 3 });
    chart.hear(first);
    chart.hear(second);
    const effects = chart.hear(chunk({ from: 'b', term: 3, checkpoint: checkpoint(5, 1) }));
    expect(types(effects)).toEqual(['timer.set', 'send']);
    expect(answers(effects)).toEqual([{ index: 5, next: null, done: true }]);
  });

  it('waits while a checkpoint of the state that it replaces is on its way to the disk', () => {
    const chart = follower('b', { term: 3, ...OFTEN });
    chart.hear(appendRequest({ from: 'b', term: 3, entries: logOfTerms(1, 1, 1), commitIndex: 3 }));
    chart.endTurn();
    chart.hear(first);
    expect(answers(chart.hear(second))).toEqual([{ index: 9, next: 'k', done: false }]);
    chart.completeCheckpoint();
    expect(answers(chart.hear(second))).toEqual([{ index: 9, next: null, done: true }]);
  });

  it('is word from the leader: a candidate follows it, a follower waits anew and knows who belongs to the cluster', () => {
    const chart = candidate();
    const membership = { voters: ['a', 'b'], outgoing: [], learners: [] };
    const at = { ...checkpoint(9, 1), membership };
    const effects = chart.hear(chunk({ from: 'b', term: chart.context.term, checkpoint: at }));
    expect(chart.state).toBe('follower.following');
    expect(effectsOf(effects, 'leader.changed')).toMatchObject([{ leader: 'b' }]);
    expect(chart.timers.get('election')).toBe(chart.context.settings.electionTimeoutMs);
    expect([chart.context.membership, chart.context.peers]).toEqual([membership, ['b']]);
  });
});

describe('Paper section 7: a cluster with snapshots', () => {
  function written(network: RaftNetwork, count: number, cut?: (from: string, to: string) => boolean) {
    const { term } = network.node('a').context;
    for (let i = 1; i <= count; i += 1) {
      const ops = [write(i, `k${i % 7}`)];
      network.step('a', proposal({ from: 'a', term, first: i }, ...ops));
      network.settle(cut);
      for (const [id, node] of network.nodes) if (node.checkpointing !== null) network.completeCheckpoint(id);
      network.settle(cut);
    }
  }

  it('one that was cut off catches up by a snapshot and then by the log, to the same state', () => {
    const network = new RaftNetwork(['a', 'b', 'c'], { a: OFTEN, b: OFTEN, c: OFTEN });
    network.elect('a');
    const cut = partition(['a', 'b']);
    written(network, 40, cut);
    network.step('a', { type: 'quorum.timeout' });
    network.heartbeat('a', cut);
    expect(network.node('a').context.log.base.index).toBeGreaterThan(30);
    for (let i = 0; i < 3; i += 1) network.heartbeat('a');
    expect(network.delivered.get('snapshot.request')).toBeGreaterThan(3);
    expect(network.store('c').items()).toEqual(network.store('a').items());
    expect(network.node('c').context.commitIndex).toBe(network.node('a').context.commitIndex);
    expect(network.store('a').readers.size).toBe(0);
  });

  it('the log stays bounded, whoever is missing', () => {
    const network = new RaftNetwork(['a', 'b', 'c'], { a: OFTEN, b: OFTEN, c: OFTEN });
    network.elect('a');
    written(network, 100, partition(['a', 'b']));
    for (const id of ['a', 'b']) expect(network.node(id).entries.length).toBeLessThanOrEqual(4 * 3 + 3);
  });

  it('a node that was brought there by a snapshot can lead, and bring others there', () => {
    const network = new RaftNetwork(['a', 'b', 'c'], { a: OFTEN, b: OFTEN, c: OFTEN });
    network.elect('a');
    written(network, 40, partition(['a', 'b']));
    network.step('a', { type: 'quorum.timeout' });
    for (let i = 0; i < 3; i += 1) network.heartbeat('a');
    network.restart('c');
    network.elect('c', partition(['c', 'b']));
    expect(network.node('c').state).toBe('leader.serving');
    expect(network.store('c').items()).toEqual(network.store('b').items());
  });
});
