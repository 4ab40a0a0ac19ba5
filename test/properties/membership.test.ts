import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../machines/raft/events.ts';
import {
  followLog,
  isQuorum,
  isQuorumLost,
  isSoleVoter,
  isVoter,
  type Membership,
  membershipOf,
  membersOf,
  reachedByQuorum,
  standingAt,
} from '../../machines/raft/membership.ts';

// The same cases every time; another seed tries others.
fc.configureGlobal({ seed: 11 });

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const some = (minLength: number) => fc.subarray(NAMES, { minLength });

const membership: fc.Arbitrary<Membership> = fc
  .tuple(some(1), fc.oneof(fc.constant<string[]>([]), some(1)), some(0))
  .map(([voters, outgoing, others]) => ({
    voters,
    outgoing,
    learners: others.filter((name) => !voters.includes(name) && !outgoing.includes(name)),
  }));

const most = (nodes: readonly string[], agreeing: readonly string[]) =>
  2 * nodes.filter((node) => agreeing.includes(node)).length > nodes.length;

describe('a quorum', () => {
  it('is more than half of the voters and, while the membership is joint, more than half of the outgoing', () => {
    fc.assert(
      fc.property(membership, some(0), (members, agreeing) => {
        const { voters, outgoing } = members;
        const expected = most(voters, agreeing) && (outgoing.length === 0 || most(outgoing, agreeing));
        expect(isQuorum(members, (node) => agreeing.includes(node))).toBe(expected);
      }),
    );
  });

  it('cannot be had of those who are left as soon as it is lost, and not before', () => {
    fc.assert(
      fc.property(membership, some(0), (members, refusing) => {
        const isLeft = (node: string) => !refusing.includes(node);
        expect(isQuorumLost(members, (node) => refusing.includes(node))).toBe(!isQuorum(members, isLeft));
      }),
    );
  });

  it('of a joint membership shares a node with every quorum of the old one and of the new one (4.3)', () => {
    fc.assert(
      fc.property(some(1), some(1), some(0), (voters, outgoing, nodes) => {
        fc.pre(isQuorum({ voters, outgoing, learners: [] }, (node) => nodes.includes(node)));
        // If any quorum of either shared no node with these, then everyone else would be one.
        for (const single of [membershipOf(voters), membershipOf(outgoing)]) {
          expect(isQuorum(single, (node) => !nodes.includes(node))).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has reached the highest number that all of some quorum have reached, whatever learners have', () => {
    const reached = fc.dictionary(fc.constantFrom(...NAMES), fc.nat({ max: 9 }));
    fc.assert(
      fc.property(membership, reached, (members, numbers) => {
        const of = (node: string) => numbers[node] ?? 0;
        const highest = Array.from({ length: 10 }, (_, number) => number).findLast((number) =>
          isQuorum(members, (node) => of(node) >= number),
        );
        expect(reachedByQuorum(members, of)).toBe(highest);
        const withLearnersAhead = (node: string) => (isVoter(members, node) ? of(node) : 99);
        expect(reachedByQuorum(members, withLearnersAhead)).toBe(highest);
      }),
    );
  });

  it('is one node alone exactly when that is the only voter', () => {
    fc.assert(
      fc.property(membership, fc.constantFrom(...NAMES), (members, node) => {
        expect(isSoleVoter(members, node)).toBe(
          isQuorum(members, (other) => other === node) &&
            membersOf({ ...members, learners: [] }).length === 1,
        );
      }),
    );
  });
});

describe('the membership of a log', () => {
  const entry = (term: number, members: Membership | null): Entry => ({
    term,
    op: members === null ? null : { type: 'members', membership: members },
    origin: null,
    number: 0,
    bytes: 60,
  });
  const entries = fc.array(fc.option(membership, { freq: 2 }), { maxLength: 6 });

  it('is the latest in it, however it was appended to and cut', () => {
    const deeds = fc.array(fc.tuple(fc.nat({ max: 20 }), entries), { maxLength: 8 });
    fc.assert(
      fc.property(membership, deeds, (first, steps) => {
        let log: Entry[] = [];
        let standing = standingAt('a', 0, first);
        for (const [cut, appended] of steps) {
          const kept = Math.min(cut, log.length);
          const after = appended.map((members) => entry(1, members));
          log = [...log.slice(0, kept), ...after];
          standing = followLog('a', standing.memberships, kept, after) ?? standing;
          const all = log.flatMap(({ op }, i) =>
            op?.type === 'members' ? [{ index: i + 1, membership: op.membership }] : [],
          );
          expect(standing.memberships).toEqual([{ index: 0, membership: first }, ...all]);
          expect(standing.membership).toEqual(all.at(-1)?.membership ?? first);
          expect(standing.peers).toEqual(
            NAMES.filter((name) => name !== 'a' && membersOf(standing.membership).includes(name)),
          );
        }
      }),
    );
  });

  it('says nothing where neither what was cut nor what was appended says something', () => {
    const { memberships } = standingAt('a', 0, membershipOf(['a', 'b']));
    const [joined] = [followLog('a', memberships, 3, [entry(1, membershipOf(['a', 'b', 'c']))])];
    expect(joined?.memberships.map(({ index }) => index)).toEqual([0, 4]);
    expect(followLog('a', joined?.memberships ?? [], 4, [entry(2, null)])).toBeNull();
    expect(followLog('a', joined?.memberships ?? [], 3, [])?.membership.voters).toEqual(['a', 'b']);
  });
});
