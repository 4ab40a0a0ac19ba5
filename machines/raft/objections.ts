import { invariant } from '../assert.ts';
import { type ChangeMembersOperation, ERROR, type Outcome } from '../operations.ts';
import type { RaftContext } from './context.ts';
import { lastIndex, termAt } from './log.ts';
import { changed, isJoint, isVoter, type Membership, type MembershipAt, membersOf } from './membership.ts';

/** What speaks against a change of members or of the leader, in words for whoever asked. */

type Refusal = Extract<Outcome, { type: 'error' }>;

/** More nodes than this would only slow each other down, and a slip of the hand is more likely. */
export const MAX_MEMBERS = 50;

/** Why this leader does not make the change; null when it may. The first reason that is found. */
export function objectionTo(context: RaftContext, change: ChangeMembersOperation): Refusal | null {
  return (
    momentary(context) ??
    outdated(context, change) ??
    senseless(context.membership, change) ??
    behind(context, change)
  );
}

/** Why leadership does not go to that node. */
export function transferObjection(context: RaftContext, to: string): Refusal {
  const { membership } = context;
  if (isVoter(membership, to)) {
    const reason = momentary(context);
    invariant(reason !== null, 'a leader that serves hands over to any voter', () => to);
    return reason;
  }
  const isLearner = membership.learners.includes(to);
  return never(
    isLearner
      ? `${to} is a learner, and does not vote yet`
      : `${to} does not belong to the cluster: ${list(membersOf(membership))} do`,
  );
}

/** What is in the way of any change, for now. */
function momentary(context: RaftContext): Refusal | null {
  const { term, log, commitIndex, membership, memberships, transferee, settings } = context;
  if (transferee !== null) return notNow(`${settings.id} is handing its leadership to ${transferee}`);
  if (termAt(log, commitIndex) !== term) {
    return notNow(`${settings.id} has only begun to lead, and does not know yet what is committed`);
  }
  const { index } = latest(memberships);
  if (isJoint(membership)) {
    const { voters, outgoing } = membership;
    return notNow(`a change is in progress, from ${list(outgoing)} to ${list(voters)} (index ${index})`);
  }
  if (index > commitIndex) return notNow(`a change is in progress (index ${index})`);
  const isLeaving = !isVoter(membership, settings.id);
  return isLeaving ? notNow(`${settings.id} has been removed, and is about to stop leading`) : null;
}

function outdated({ memberships }: RaftContext, { ifIndex }: ChangeMembersOperation): Refusal | null {
  const { index } = latest(memberships);
  if (ifIndex === null || index <= ifIndex) return null;
  const text = `the members have changed at index ${index}, after index ${ifIndex}`;
  return { type: 'error', code: ERROR.preconditionFailed, text };
}

function senseless(membership: Membership, change: ChangeMembersOperation): Refusal | null {
  const { voters, learners } = membership;
  for (const node of change.add) {
    if (voters.includes(node) || learners.includes(node)) continue;
    return never(`${node} is not a learner: it has to be one first, so that it can catch up`);
  }
  for (const node of change.learners) {
    if (voters.includes(node)) return never(`${node} votes: it has to be removed before it can be a learner`);
  }
  const next = changed(membership, change);
  if (next.voters.length === 0) return never(`of ${list(voters)} at least one has to stay`);
  const size = membersOf({ ...next, outgoing: [] }).length;
  return size <= MAX_MEMBERS ? null : never(`a cluster has at most ${MAX_MEMBERS} members, not ${size}`);
}

/** A voter that is far behind would hold up everyone: no entry could be committed until it has them all (4.2.1). */
function behind(context: RaftContext, { add }: ChangeMembersOperation): Refusal | null {
  const { membership, memberships, progress, log, commitIndex, settings } = context;
  for (const node of add) {
    const known = progress[node];
    if (!membership.learners.includes(node) || known === undefined) continue;
    if (!known.active)
      return notNow(`${node} has not been heard from lately, so it would be a voter that does not vote`);
    const needed = Math.max(commitIndex - settings.promotionLagEntries, latest(memberships).index);
    if (known.match >= needed) continue;
    return notNow(
      `${node} is too far behind to vote: it has the log up to index ${known.match} of ${lastIndex(log)}`,
    );
  }
  return null;
}

function latest(memberships: readonly MembershipAt[]): MembershipAt {
  return memberships[memberships.length - 1] as MembershipAt;
}

function notNow(text: string): Refusal {
  return { type: 'error', code: ERROR.temporarilyUnavailable, text };
}

function never(text: string): Refusal {
  return { type: 'error', code: ERROR.abort, text };
}

function list(nodes: readonly string[]): string {
  return nodes.join(', ');
}
