import type { AdminOperation, Outcome } from '../operations.ts';
import type { RaftContext } from './context.ts';
import { isJoint, type MembershipAt } from './membership.ts';

/**
 * What a node answers when it is asked who belongs to the cluster: for `members`, how far each is, too, if this node
 * leads; for `change_members`, that everything is as it should be. A change that may still come to nothing is not told.
 */
export function rosterOf(context: RaftContext, op: AdminOperation, appliedIndex: number): Outcome {
  const { memberships, leader, settings, stableIndex, peers, progress } = context;
  const { membership, index } = decided(memberships, appliedIndex);
  if (op.type !== 'members') return { type: 'change_members_ok', membership, index };
  const known = peers.map((peer) => [peer, progress[peer]?.match ?? 0] as const);
  const match = leader === settings.id ? Object.fromEntries([[settings.id, stableIndex], ...known]) : {};
  return { type: 'members_ok', membership, leader, index, match };
}

/**
 * The latest membership that no leader can take back: it is applied, or follows a joint one, which a leader leaves only
 * when that is committed. Who is leaving may never hear more than this.
 */
function decided(memberships: readonly MembershipAt[], appliedIndex: number): MembershipAt {
  const isDecided = ({ index }: MembershipAt, place: number) => {
    const before = memberships[place - 1];
    return index <= appliedIndex || (before !== undefined && isJoint(before.membership));
  };
  return memberships.findLast(isDecided) ?? (memberships[0] as MembershipAt);
}
