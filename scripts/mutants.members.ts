import type { Mutant } from './mutants.list.ts';

/** Faults of changing members, each noticed by a named test. */

const SAFETY = 'test/paper/thesis-4-1-safety.test.ts';
const MEMBERS = 'test/paper/thesis-4-2-members.test.ts';
const JOINT = 'test/paper/thesis-4-3-joint-consensus.test.ts';
const QUORUMS = 'test/properties/membership.test.ts';

export const MEMBERS_MUTANTS: readonly Mutant[] = [
  {
    name: 'members: joint quorum counted as simple, to commit',
    file: 'machines/raft/membership.ts',
    search:
      'return outgoing.length === 0 ? byVoters : Math.min(byVoters, reachedByMajority(outgoing.map(reached)));',
    replace: 'return byVoters;',
    test: JOINT,
    title: 'no majority of the new voters alone commits',
  },
  {
    name: 'members: joint quorum counted as simple, to elect',
    file: 'machines/raft/membership.ts',
    search: 'return isMajority(voters, agrees) && (outgoing.length === 0 || isMajority(outgoing, agrees));',
    replace: 'return isMajority(voters, agrees);',
    test: JOINT,
    title: 'elects with both majorities only',
  },
  {
    name: 'members: the union of old and new voters counted as one',
    file: 'machines/raft/membership.ts',
    search: 'return isMajority(voters, agrees) && (outgoing.length === 0 || isMajority(outgoing, agrees));',
    replace: 'return isMajority(union(voters, outgoing), agrees);',
    test: QUORUMS,
    title: 'shares a node with every quorum of the old one and of the new one',
  },
  {
    name: 'members: a learner counted',
    file: 'machines/raft/replication.ts',
    search: 'committable(reachedByQuorum(membership, match)',
    replace:
      'committable(reachedByQuorum({ ...membership, voters: [settings.id, ...Object.keys(progress)] }, match)',
    test: MEMBERS,
    title: 'does not count, of however many there are',
  },
  {
    name: 'members: a change before an entry of its own term is committed',
    file: 'machines/raft/objections.ts',
    search: 'if (termAt(log, commitIndex) !== term) {',
    replace: 'if (termAt(log, commitIndex) > term) {',
    test: SAFETY,
    title: 'not before an entry of the leader own term is committed',
  },
  {
    name: 'members: a second change before the first is over',
    file: 'machines/raft/objections.ts',
    search: 'if (index > commitIndex) return notNow(',
    replace: 'if (index < 0) return notNow(',
    test: SAFETY,
    title: 'one change at a time',
  },
  {
    name: 'members: joint consensus left before it is committed',
    file: 'machines/raft/changes.ts',
    search: 'return isJoint(context.membership) && isMembershipCommitted(context);',
    replace: 'return isJoint(context.membership);',
    test: JOINT,
    title: 'cannot be left by one whose own joint entry never reached both majorities',
  },
  {
    name: 'members: what was cut still counts',
    file: 'machines/raft/membership.ts',
    search: 'changed = memberships.filter(({ index }, i) => i === 0 || index <= keptThrough);',
    replace: 'changed = memberships.slice();',
    test: SAFETY,
    title: 'counts again when its entry is cut',
  },
  {
    name: 'members: a removed leader goes on',
    file: 'machines/raft/changes.ts',
    search: 'return isChangeOver(context) && !isVoter(context.membership, context.settings.id);',
    replace: 'return isChangeOver(context) && context.membership.voters.length === 0;',
    test: MEMBERS,
    title: 'leads until the membership without it is committed',
  },
  {
    name: 'members: a removed voter is not told',
    file: 'machines/raft/changes.ts',
    search: 'const planned = planAll({ ...context, log }, begun.round);',
    replace: 'const planned = planAll({ ...context, log, peers: standing.peers }, begun.round);',
    test: MEMBERS,
    title: 'learn of it by a last message',
  },
  {
    name: 'members: whoever has no say campaigns',
    file: 'machines/raft/raft.actions.ts',
    search: 'mayStand: guard(election.mayStand),',
    replace: 'mayStand: guard(() => true),',
    test: MEMBERS,
    title: 'does not campaign, however long',
  },
  {
    name: 'members: a copy of a request is heard again',
    file: 'machines/raft/changes.ts',
    search: 'return by.incarnation === last.incarnation && by.number > last.number;',
    replace: 'return by.incarnation === last.incarnation && by.number >= last.number;',
    test: SAFETY,
    title: 'a copy of a request nothing at all',
  },
  {
    name: 'members: a learner votes before it has caught up',
    file: 'machines/raft/objections.ts',
    search: 'if (known.match >= needed) continue;',
    replace: 'if (known.match >= 0) continue;',
    test: MEMBERS,
    title: 'does not vote while it is far behind',
  },
  {
    name: 'members: a change is asked of a second leader',
    file: 'machines/requests/pending.ts',
    search: 'return batch.handedMs === null ? [batch] : without([batch], ({ op }) => isAskedOnce(op));',
    replace: 'return [batch];',
    test: 'test/models/models.test.ts',
    title: 'is what its reference says',
  },
];
