import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventFromLogic, SnapshotFrom } from 'xstate';
import type { Entry, RaftEffect } from '../../machines/raft/events.ts';
import { raftMachine } from '../../machines/raft/raft.machine.ts';
import { createGate } from '../../src/actors/step.ts';
import { raftDomain } from '../models/raft-domain.ts';

// The same cases every time; another seed tries others.
fc.configureGlobal({ seed: 6 });

type Snapshot = SnapshotFrom<typeof raftMachine>;
type Event = EventFromLogic<typeof raftMachine>;
type Look = {
  readonly before: Snapshot;
  readonly event: Event;
  readonly after: Snapshot;
  readonly effects: readonly RaftEffect[];
};

const gate = createGate(raftMachine);
const { events } = raftDomain({ maxTerm: 60, maxIndex: 30, maxRound: 10, speakers: ['n2', 'n3'] });
const voters = ['n1', 'n2', 'n3'];

/** How a life begins: as any node's does, or with a log of an older term and an election just won. */
type Beginning = 'fresh' | 'leading';

const old = (number: number): Entry => ({
  term: 1,
  op: { type: 'write', key: 'x', value: number },
  origin: { node: 'n2', incarnation: 1, number, floor: 1 },
  bytes: 100,
});
const RESTORED = { term: 1, votedFor: null, entries: [old(1), old(2), old(3)] };
const ELECTION: readonly Event[] = [
  { type: 'election.timeout' },
  { type: 'prevote.response', from: 'n2', term: 1, granted: true },
  { type: 'vote.response', from: 'n3', term: 2, granted: true },
];
/** What leading consists of: everything else would soon end it, or passes it by. */
const LEADING = ['turn.ended', 'heartbeat.timeout', 'append.response', 'requests.proposed'];

/** Looks at every step of random lives of one node, among events that the other nodes could cause. */
function watch(seed: number, beginning: Beginning, begin: () => (look: Look) => void): void {
  const choices = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 120, maxLength: 120, size: 'max' });
  fc.assert(
    fc.property(choices, (numbers) => {
      const see = begin();
      const restored = beginning === 'leading' ? { restored: RESTORED } : {};
      let before = gate.start({ id: 'n1', voters, seed: 3, ...restored }).snapshot;
      const take = (event: Event) => {
        const { snapshot: after, effects } = gate.step(before, event);
        see({ before, event, after, effects });
        before = after;
      };
      if (beginning === 'leading') for (const event of ELECTION) take(event);
      for (const [kind, number] of numbers) {
        const all = events(before).filter(({ type }) => beginning === 'fresh' || LEADING.includes(type));
        // First the kind of event, then which: there are far more appends than timeouts.
        const kinds = [...new Set(all.map(({ type }) => type))];
        const possible = all.filter(({ type }) => type === kinds[kind % kinds.length]);
        const event = possible[number % possible.length];
        if (event !== undefined) take(event);
      }
    }),
    { seed, numRuns: 30 },
  );
}

describe('a raft node, on every random walk', () => {
  it('says nothing that is not durable yet', () => {
    watch(1, 'fresh', () => {
      const disk = { term: 0, votedFor: null as string | null, entries: [] as Entry[] };
      return ({ effects }) => {
        for (const effect of effects) {
          if (effect.type === 'persist') {
            if (effect.hardState !== null) Object.assign(disk, effect.hardState);
            if (effect.log !== null)
              disk.entries.splice(effect.log.from - 1, Infinity, ...effect.log.entries);
          }
          if (effect.type !== 'send') continue;
          const { to, message } = effect;
          const asksAhead = message.type === 'prevote.request';
          if (!asksAhead) expect(message.term).toBe(disk.term);
          if (message.type === 'vote.response' && message.granted) expect(disk.votedFor).toBe(to);
          if (message.type === 'vote.request') expect(disk.votedFor).toBe('n1');
          if (message.type === 'append.response' && message.success) {
            expect(disk.entries.length).toBeGreaterThanOrEqual(message.index);
          }
        }
      };
    });
  });

  it('votes once a term, and only for logs that hold at least its own', () => {
    watch(2, 'fresh', () => {
      const votes = new Map<number, string>();
      return ({ before, event, after, effects }) => {
        if (event.type !== 'vote.request') return;
        const granted = effects.some(
          (one) => one.type === 'send' && 'granted' in one.message && one.message.granted,
        );
        if (!granted) return;
        const { log, term } = before.context;
        const own = [log.entries[log.length - 1]?.term ?? 0, log.length] as const;
        const isBehind = event.lastTerm < own[0] || (event.lastTerm === own[0] && event.lastIndex < own[1]);
        expect(isBehind).toBe(false);
        expect(votes.get(term) ?? event.from).toBe(event.from);
        expect(after.context.votedFor).toBe(event.from);
        votes.set(term, event.from);
      };
    });
  });

  it('answers a PreVote and is otherwise as before: same term, same wait', () => {
    watch(3, 'fresh', () => ({ before, event, after, effects }) => {
      if (event.type !== 'prevote.request') return;
      expect(effects.map(({ type }) => type)).toEqual(['send']);
      expect(after.value).toEqual(before.value);
      expect(after.context).toEqual(before.context);
    });
  });

  it('defends a live leader: no campaign moves its term', () => {
    watch(4, 'fresh', () => ({ before, event, after, effects }) => {
      if (event.type !== 'term.seen' || event.transfer) return;
      if (event.by !== 'prevote.request' && event.by !== 'vote.request') return;
      if (!before.matches('leader') && !before.matches({ follower: 'following' })) return;
      expect(after.value).toEqual(before.value);
      expect(after.context.term).toBe(before.context.term);
      expect(effects).toEqual([]);
    });
  });

  it('applies every index once, in order, and exactly what stands in its log', () => {
    watch(5, 'fresh', () => {
      let applied = 0;
      return ({ before, after, effects }) => {
        expect(after.context.commitIndex).toBeGreaterThanOrEqual(before.context.commitIndex);
        for (const effect of effects) {
          if (effect.type !== 'apply') continue;
          expect(effect.firstIndex).toBe(applied + 1);
          expect(effect.entries).toEqual(
            after.context.log.entries.slice(applied, applied + effect.entries.length),
          );
          applied += effect.entries.length;
        }
        expect(applied).toBe(after.context.commitIndex);
      };
    });
  });

  it('commits as a leader what a majority holds and is of its own term, no sooner and no later', () => {
    watch(6, 'leading', () => ({ before, event, after }) => {
      if (event.type !== 'append.response' || !after.matches('leader')) return;
      const { log, term, progress, stableIndex, commitIndex } = after.context;
      const held = [stableIndex, ...Object.values(progress).map(({ match }) => match)];
      const committable = Array.from({ length: log.length }, (_, i) => i + 1).filter(
        (index) =>
          log.entries[index - 1]?.term === term &&
          held.filter((one) => one >= index).length > voters.length / 2,
      );
      expect(commitIndex).toBe(Math.max(before.context.commitIndex, ...committable));
      // Who answered is who is believed.
      for (const [peer, known] of Object.entries(progress)) {
        if (peer !== event.from) expect(known).toBe(before.context.progress[peer]);
      }
    });
  });

  it('confirms reads only when a majority has acknowledged their round', () => {
    let confirmed = 0;
    watch(7, 'leading', () => {
      return ({ before, event, after, effects }) => {
        for (const effect of effects) {
          if (effect.type !== 'reads.confirmed') continue;
          confirmed += 1;
          const round = before.context.reads.pending.find(({ reads }) => reads === effect.reads);
          const acknowledged = Object.values(after.context.progress).filter(
            ({ ackedRound }) => ackedRound >= (round?.round ?? Number.POSITIVE_INFINITY),
          );
          expect(acknowledged.length + 1, event.type).toBeGreaterThan(voters.length / 2);
        }
      };
    });
    expect(confirmed).toBeGreaterThan(50);
  });

  it('as a follower cuts only what disagrees, and commits only what the leader verified', () => {
    watch(8, 'fresh', () => ({ before, event, after, effects }) => {
      if (event.type !== 'append.request') return;
      const accepted = effects.some(
        (one) => one.type === 'send' && one.message.type === 'append.response' && one.message.success,
      );
      const mine = before.context.log.entries.slice(0, before.context.log.length);
      const now = after.context.log.entries.slice(0, after.context.log.length);
      if (!accepted) return expect(now).toEqual(mine);
      const { prevIndex, entries, commitIndex } = event;
      const differs = entries.findIndex((one, i) => mine[prevIndex + i]?.term !== one.term);
      const expected =
        differs < 0 ? mine : [...mine.slice(0, prevIndex + differs), ...entries.slice(differs)];
      expect(now.map(({ term }) => term)).toEqual(expected.map(({ term }) => term));
      const verified = prevIndex + entries.length;
      expect(after.context.commitIndex).toBe(
        Math.max(before.context.commitIndex, Math.min(commitIndex, verified)),
      );
    });
  });
});
