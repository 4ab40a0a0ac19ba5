import { describe, expect, it } from 'vitest';
import type { RaftInput } from '../../machines/raft/context.ts';
import { raftMachine } from '../../machines/raft/raft.machine.ts';
import { Coverage, judge, type Run } from './coverage.ts';
import { takeEveryPath, walkAtRandom } from './explore.ts';
import { raftDomain } from './raft-domain.ts';

const input = (size: number): RaftInput => ({
  id: 'n1',
  voters: ['n1', 'n2', 'n3', 'n4', 'n5'].slice(0, size),
  seed: 7,
});

/** What must hold of a node in every state that it can come to. */
function holdsTogether({ snapshot }: Run<typeof raftMachine>): void {
  const { context } = snapshot;
  const { settings, term, votedFor, leader, log, stableIndex, commitIndex, progress, votes } = context;
  const isLeader = snapshot.matches('leader');
  expect(commitIndex).toBeLessThanOrEqual(log.length);
  expect(stableIndex).toBeLessThanOrEqual(log.length);
  if (isLeader) expect([leader, votedFor]).toEqual([settings.id, settings.id]);
  if (snapshot.matches({ follower: 'following' })) expect(settings.peers).toContain(leader);
  if (snapshot.matches('candidate')) expect(leader).toBeNull();
  if (snapshot.matches({ candidate: 'vote' })) expect(votes[settings.id]).toBe(true);
  expect(Object.keys(progress)).toEqual(isLeader ? settings.peers : []);
  for (const { match, next } of Object.values(progress)) {
    expect(next).toBeGreaterThan(match);
    expect(match).toBeLessThanOrEqual(log.length);
  }
  expect(log.length === 0 || (log.entries[log.length - 1]?.term ?? 0) <= term).toBe(true);
}

describe('the chart of a raft node', () => {
  const coverage = new Coverage(raftMachine);

  it('is behind the gate what it is to XState, on every path of two small worlds', () => {
    const alone = raftDomain({ maxTerm: 2, maxIndex: 2, maxRound: 1, speakers: [] });
    const pair = raftDomain({ maxTerm: 1, maxIndex: 1, maxRound: 0, speakers: ['n2'] });
    // Pinned: a model that shrinks has lost something that used to be tried.
    expect(takeEveryPath(alone, coverage, input(1), holdsTogether)).toEqual({ states: 42, edges: 894 });
    expect(takeEveryPath(pair, coverage, input(2), holdsTogether)).toEqual({ states: 55, edges: 1269 });
  });

  it('keeps its word on long random walks', () => {
    const wide = raftDomain({ maxTerm: 60, maxIndex: 40, maxRound: 20, speakers: ['n2', 'n3'] });
    const inputs = [1, 2, 3, 5].map(input);
    walkAtRandom(wide, coverage, inputs, { seed: 3, walks: 60, steps: 150 }, holdsTogether);
  });

  it('takes every transition, and hears both answers of every guard', () => {
    const { table, faults } = judge(coverage.report());
    process.stdout.write(`${table}\n`);
    expect(faults).toEqual([]);
  });
});
