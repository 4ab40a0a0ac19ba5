import type { ChangeMembersOperation } from '../operations.ts';
import type { Entry } from './events.ts';
import { isLost, majority, reachedByMajority } from './quorum.ts';

/**
 * Who belongs to a cluster, and what a quorum of it is (thesis chapter 4). While voters change, the old and the
 * new ones decide together, each by a majority of its own (joint consensus, section 4.3): so no decision of the
 * old ones alone can contradict one of the new ones alone.
 */

/** Who belongs to the cluster. Each list is sorted, and names no node twice. */
export type Membership = {
  /** Whose majority decides. Empty only at a node that has not been told of any cluster yet. */
  readonly voters: readonly string[];
  /** In joint consensus, the voters before the change: their majority has to agree, too. Empty otherwise. */
  readonly outgoing: readonly string[];
  /** Who receives the log and decides nothing: neither among the voters nor among the outgoing. */
  readonly learners: readonly string[];
};

/** A membership, and the index of the log from which on it counts. */
export type MembershipAt = { readonly index: number; readonly membership: Membership };

/** What a node knows of its cluster: see the fields of `RaftContext`. */
export type Standing = {
  readonly membership: Membership;
  readonly peers: readonly string[];
  readonly memberships: readonly MembershipAt[];
};

const NOBODY: readonly string[] = [];

/** The membership of a cluster of these voters and nobody else. */
export function membershipOf(voters: readonly string[]): Membership {
  return { voters: voters.slice().sort(), outgoing: NOBODY, learners: NOBODY };
}

/** Whether a change of voters is on its way: both the old and the new ones decide. */
export function isJoint({ outgoing }: Membership): boolean {
  return outgoing.length > 0;
}

/** Whether the node has a say, as an old voter or as a new one. */
export function isVoter({ voters, outgoing }: Membership, node: string): boolean {
  return voters.includes(node) || outgoing.includes(node);
}

/** Everyone who has a say, sorted, each once. */
export function electorate({ voters, outgoing }: Membership): readonly string[] {
  return outgoing.length === 0 ? voters : union(voters, outgoing);
}

/** Everyone who belongs to the cluster, sorted, each once. */
export function membersOf(membership: Membership): readonly string[] {
  return union(electorate(membership), membership.learners);
}

/** Whether the node needs nobody else to decide. Learners do not matter. */
export function isSoleVoter({ voters, outgoing }: Membership, node: string): boolean {
  return voters.length === 1 && voters[0] === node && outgoing.every((other) => other === node);
}

/** Whether those for whom `agrees` holds may decide: a majority of the voters and, in joint consensus, of the outgoing. */
export function isQuorum({ voters, outgoing }: Membership, agrees: (node: string) => boolean): boolean {
  return isMajority(voters, agrees) && (outgoing.length === 0 || isMajority(outgoing, agrees));
}

/** Whether so many have refused that the others cannot be a quorum any more. */
export function isQuorumLost({ voters, outgoing }: Membership, refuses: (node: string) => boolean): boolean {
  return (
    isLost(count(voters, refuses), voters.length) ||
    (outgoing.length > 0 && isLost(count(outgoing, refuses), outgoing.length))
  );
}

/**
 * The highest number that a quorum has reached.
 * @param reached what a node has reached; asked for every voter
 * @returns in joint consensus the lower of what either majority has reached
 */
export function reachedByQuorum({ voters, outgoing }: Membership, reached: (node: string) => number): number {
  const byVoters = reachedByMajority(voters.map(reached));
  return outgoing.length === 0 ? byVoters : Math.min(byVoters, reachedByMajority(outgoing.map(reached)));
}

/**
 * The membership that a change leads to: joint with the present one when voters come or go, since neither alone may
 * decide then (thesis section 4.3); otherwise at once, since learners decide nothing.
 *
 * @param membership one that is not joint
 * @returns the same membership when it is as wished already
 */
export function changed(
  membership: Membership,
  { add, learners, remove }: ChangeMembersOperation,
): Membership {
  const { voters } = membership;
  const stays = (node: string) => !remove.includes(node);
  const nextVoters = union(voters, add).filter(stays);
  const nextLearners = union(membership.learners, learners).filter(
    (node) => stays(node) && !nextVoters.includes(node),
  );
  const isSameVoters = isSame(voters, nextVoters);
  if (isSameVoters && isSame(membership.learners, nextLearners)) return membership;
  return { voters: nextVoters, outgoing: isSameVoters ? NOBODY : voters, learners: nextLearners };
}

/** What a node knows of its cluster when nothing but `membership` is known, which counts from `index` on. */
export function standingAt(id: string, index: number, membership: Membership): Standing {
  return standing(id, [{ index, membership }]);
}

/**
 * The membership that counts is the latest in the log, committed or not (thesis section 4.1). So it changes as soon as
 * an entry is appended, and back when it is cut.
 *
 * @param keptThrough the last index of the log that stays
 * @param appended what comes after it
 * @returns null when the membership stays as it is, which is nearly always
 */
export function followLog(
  id: string,
  memberships: readonly MembershipAt[],
  keptThrough: number,
  appended: readonly Entry[],
): Standing | null {
  let changed: MembershipAt[] | null = null;
  if ((memberships[memberships.length - 1] as MembershipAt).index > keptThrough) {
    changed = memberships.filter(({ index }, i) => i === 0 || index <= keptThrough);
  }
  for (let i = 0; i < appended.length; i += 1) {
    const op = (appended[i] as Entry).op;
    if (op === null || op.type !== 'members') continue;
    changed ??= memberships.slice();
    changed.push({ index: keptThrough + 1 + i, membership: op.membership });
  }
  return changed === null ? null : standing(id, changed);
}

/** What counted as of `index`, which is not before the first membership. */
export function membershipAt(memberships: readonly MembershipAt[], index: number): Membership {
  let found = memberships[0] as MembershipAt;
  for (const one of memberships) if (one.index <= index) found = one;
  return found.membership;
}

/** The memberships that a log still needs that begins after `base`. */
export function sinceBase(memberships: readonly MembershipAt[], base: number): readonly MembershipAt[] {
  return memberships.filter((_, i) => {
    const next = memberships[i + 1];
    return next === undefined || next.index > base;
  });
}

function standing(id: string, memberships: readonly MembershipAt[]): Standing {
  const { membership } = memberships[memberships.length - 1] as MembershipAt;
  return { membership, peers: membersOf(membership).filter((node) => node !== id), memberships };
}

function isMajority(nodes: readonly string[], agrees: (node: string) => boolean): boolean {
  return count(nodes, agrees) >= majority(nodes.length);
}

function count(nodes: readonly string[], holds: (node: string) => boolean): number {
  let held = 0;
  for (const node of nodes) if (holds(node)) held += 1;
  return held;
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((node, i) => node === others[i]);
}

function union(some: readonly string[], others: readonly string[]): readonly string[] {
  return others.length === 0 ? some : [...new Set([...some, ...others])].sort();
}
