import { describe, expect, it } from 'vitest';
import { createRaftContext, type RaftContext } from '../../machines/raft/context.ts';
import type { Entry } from '../../machines/raft/events.ts';
import { checkReplicasAgree, Invariants } from '../../src/sim/invariants.ts';
import { restored } from '../support/raft-chart.ts';

/** Each property is shown a state that breaks it, and nothing else: a check that sees nothing is found out here. */

function entry(term: number, number: number): Entry {
  const origin = { node: 'n1', incarnation: 1, number, floor: 1 };
  return { term, op: { type: 'write', key: 'x', value: number }, origin, bytes: 10 };
}

function context(term: number, entries: readonly Entry[], commitIndex = 0): RaftContext {
  const input = { id: 'n1', voters: ['n1', 'n2', 'n3'], seed: 1, restored: restored(term, entries) };
  const fresh = createRaftContext({ input });
  return { ...fresh, commitIndex };
}

function follower(term: number, entries: readonly Entry[], appliedIndex = 0) {
  return { context: context(term, entries, appliedIndex), isLeader: false, appliedIndex };
}

function leader(term: number, entries: readonly Entry[], appliedIndex = 0) {
  return { ...follower(term, entries, appliedIndex), isLeader: true };
}

describe('the invariants of a simulation', () => {
  it('see a second leader of a term', () => {
    const invariants = new Invariants();
    invariants.check('n1', leader(3, []));
    invariants.check('n2', leader(4, []));
    expect(() => invariants.check('n3', leader(3, []))).toThrow(/Election Safety.*"n1","n3"/);
  });

  it('see two entries at one index and term', () => {
    const invariants = new Invariants();
    invariants.check('n1', follower(1, [entry(1, 1)]));
    expect(() => invariants.check('n2', follower(1, [entry(1, 2)]))).toThrow(/Log Matching/);
  });

  it('see equal entries after unequal ones', () => {
    const invariants = new Invariants();
    invariants.check('n1', follower(2, [entry(1, 1), entry(2, 2)]));
    expect(() => invariants.check('n2', follower(2, [entry(2, 9), entry(2, 2)]))).toThrow(/Log Matching/);
  });

  it('see two nodes apply different entries at one index', () => {
    const invariants = new Invariants();
    invariants.check('n1', follower(1, [entry(1, 1)], 1));
    expect(() => invariants.check('n2', follower(2, [entry(2, 2)], 1))).toThrow(/State Machine Safety/);
  });

  it('see a leader that lacks what is committed', () => {
    const invariants = new Invariants();
    invariants.check('n1', follower(1, [entry(1, 1)], 1));
    expect(() => invariants.check('n2', leader(2, []))).toThrow(/Leader Completeness/);
  });

  it('see a commit index that goes back', () => {
    const invariants = new Invariants();
    invariants.check('n1', { ...follower(1, [entry(1, 1)]), context: context(1, [entry(1, 1)], 1) });
    expect(() => invariants.check('n1', follower(1, [entry(1, 1)]))).toThrow(/never goes back/);
  });

  it('let a restarted node learn again what is committed', () => {
    const invariants = new Invariants();
    invariants.check('n1', follower(1, [entry(1, 1)], 1));
    invariants.forget('n1');
    invariants.check('n1', follower(1, [entry(1, 1)], 0));
    invariants.check('n1', follower(1, [entry(1, 1)], 1));
    expect(invariants.committedCount).toBe(1);
  });

  it('see replicas that applied the same and hold different values', () => {
    const replica = (name: string, value: number) => ({
      name,
      appliedIndex: 4,
      values: new Map([['"x"', value]]),
    });
    checkReplicasAgree([replica('n1', 1), replica('n2', 1)]);
    expect(() => checkReplicasAgree([replica('n1', 1), replica('n2', 2)])).toThrow(/replicas/);
  });
});
