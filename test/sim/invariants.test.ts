import { describe, expect, it } from 'vitest';
import type { WriteOperation } from '../../machines/operations.ts';
import { createRaftContext, type RaftContext } from '../../machines/raft/context.ts';
import type { Entry } from '../../machines/raft/events.ts';
import { NO_BASE } from '../../machines/raft/log.ts';
import { type Membership, membershipOf } from '../../machines/raft/membership.ts';
import { checkReplicasAgree, Invariants, type RaftView } from '../../src/sim/invariants.ts';
import { disjointQuorums } from '../../src/sim/membership-invariants.ts';

const VOTERS = ['n1', 'n2', 'n3'];

/** Each property is shown a state that breaks it, and nothing else: a check that sees nothing is found out here. */

function entry(term: number, number: number): Entry {
  const origin = { node: 'n1', incarnation: 1, floor: 1 };
  return { term, op: { type: 'write', key: 'x', value: number }, origin, number, bytes: 10 };
}

const NOTHING = { checkpoint: null, incoming: null, votedFor: null };

function context(term: number, entries: readonly Entry[], commitIndex = 0, base = NO_BASE): RaftContext {
  const checkpoint = base.index === 0 ? null : { ...base, membership: membershipOf(VOTERS) };
  const restored = { ...NOTHING, term, entries, base, checkpoint };
  const fresh = createRaftContext({ input: { id: 'n1', voters: VOTERS, seed: 1, restored } });
  return { ...fresh, commitIndex };
}

function follower(term: number, entries: readonly Entry[], appliedIndex = 0): RaftView {
  return {
    context: context(term, entries, appliedIndex),
    isLeader: false,
    appliedIndex,
    values: new Map(entries.slice(0, appliedIndex).map(({ op }) => ['"x"', (op as WriteOperation).value])),
  };
}

function leader(term: number, entries: readonly Entry[], appliedIndex = 0): RaftView {
  return { ...follower(term, entries, appliedIndex), isLeader: true };
}

/** A follower whose log begins after all of `gone`, of which it holds this value. */
function compacted(term: number, gone: readonly Entry[], value: number): RaftView {
  const base = { index: gone.length, term: gone.at(-1)?.term ?? 0 };
  return {
    context: context(term, [], base.index, base),
    isLeader: false,
    appliedIndex: base.index,
    values: new Map([['"x"', value]]),
  };
}

/** Lets a node that has applied nothing yet apply these. */
function apply(invariants: Invariants, name: string, term: number, entries: readonly Entry[]): void {
  invariants.check(name, follower(term, entries));
  invariants.check(name, follower(term, entries, entries.length));
}

function member(term: number, membership: Membership): Entry {
  return { term, op: { type: 'members', membership }, origin: null, number: 0, bytes: 10 };
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
    apply(invariants, 'n1', 1, [entry(1, 1)]);
    expect(() => apply(invariants, 'n2', 2, [entry(2, 2)])).toThrow(/State Machine Safety/);
  });

  it('see a leader that lacks what is committed', () => {
    const invariants = new Invariants();
    apply(invariants, 'n1', 1, [entry(1, 1)]);
    expect(() => invariants.check('n2', leader(2, []))).toThrow(/Leader Completeness/);
  });

  it('see a commit index that goes back', () => {
    const invariants = new Invariants();
    invariants.check('n1', { ...follower(1, [entry(1, 1)]), context: context(1, [entry(1, 1)], 1) });
    expect(() => invariants.check('n1', follower(1, [entry(1, 1)]))).toThrow(/never goes back/);
  });

  it('let a restarted node learn again what is committed', () => {
    const invariants = new Invariants();
    apply(invariants, 'n1', 1, [entry(1, 1)]);
    invariants.forget('n1');
    apply(invariants, 'n1', 1, [entry(1, 1)]);
    expect([invariants.committedCount, invariants.restores]).toEqual([1, 0]);
  });

  it('let a node get to an index by a snapshot, if it holds what the log makes of the registers', () => {
    const entries = [entry(1, 1), entry(1, 2)];
    for (const [value, fault] of [
      [2, null],
      [1, /the state at an index/],
    ] as const) {
      const invariants = new Invariants();
      apply(invariants, 'n1', 1, entries);
      invariants.check('n2', follower(1, []));
      const install = () => invariants.check('n2', compacted(1, entries, value));
      if (fault === null) install();
      else expect(install).toThrow(fault);
      expect(invariants.restores).toBe(1);
    }
  });

  it('see a checkpoint that a node starts from and that is not what was applied', () => {
    const invariants = new Invariants();
    apply(invariants, 'n1', 1, [entry(1, 1), entry(1, 2)]);
    invariants.forget('n1');
    const wrong = { ...follower(1, [entry(1, 1), entry(1, 2)], 2), values: new Map([['"x"', 1]]) };
    expect(() => invariants.check('n1', wrong)).toThrow(/the state at an index/);
  });

  it('see a log that begins after something that is not committed', () => {
    const invariants = new Invariants();
    apply(invariants, 'n1', 1, [entry(1, 1)]);
    const { context: early, ...rest } = compacted(2, [entry(1, 1), entry(2, 2)], 1);
    expect(() => invariants.check('n2', { ...rest, context: early, appliedIndex: 1 })).toThrow(
      /compacted away/,
    );
  });

  it('see two changes of membership at a time, but not in a log that nobody leads', () => {
    const three = { voters: VOTERS, outgoing: [], learners: [] };
    const changes = [
      member(1, { ...three, learners: ['n4'] }),
      member(1, { ...three, learners: ['n4', 'n5'] }),
    ];
    const invariants = new Invariants();
    invariants.check('n2', follower(1, changes));
    expect(() => invariants.check('n1', leader(1, changes))).toThrow(/one change of membership/);
  });

  it('see neighbouring memberships that could decide apart', () => {
    const [old, joint, next]: Membership[] = [
      { voters: ['n1', 'n2', 'n3'], outgoing: [], learners: [] },
      { voters: ['n3', 'n4', 'n5'], outgoing: ['n1', 'n2', 'n3'], learners: [] },
      { voters: ['n3', 'n4', 'n5'], outgoing: [], learners: [] },
    ] as never;
    const log = (...members: (Membership | undefined)[]) =>
      follower(
        1,
        members.map((one) => member(1, one as Membership)),
      );
    new Invariants().check('n1', log(old, joint, next));
    expect(() => new Invariants().check('n1', log(old, next))).toThrow(/any two quorums/);
    expect(disjointQuorums(old as Membership, next as Membership)).not.toBeNull();
    expect(disjointQuorums(old as Membership, joint as Membership)).toBeNull();
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
