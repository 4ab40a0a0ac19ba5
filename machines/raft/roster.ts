import type { AdminOperation, Outcome } from '../operations.ts';
import type { RaftContext } from './context.ts';
import type { MembershipAt } from './membership.ts';

/**
 * What a node answers when it is asked who belongs to the cluster: for `members`, how far each is, too, if this node
 * leads; for `change_members`, that everything is as it should be, as of what is applied: another change may have begun
 * since it was found so, and come to nothing.
 */
export function rosterOf(context: RaftContext, op: AdminOperation, appliedIndex: number): Outcome {
  const { membership, memberships, leader, settings, stableIndex, peers, progress } = context;
  if (op.type !== 'members') {
    const settled =
      memberships.findLast((one) => one.index <= appliedIndex) ?? (memberships[0] as MembershipAt);
    return { type: 'change_members_ok', ...settled };
  }
  const { index } = memberships[memberships.length - 1] as MembershipAt;
  const known = peers.map((peer) => [peer, progress[peer]?.match ?? 0] as const);
  const match = leader === settings.id ? Object.fromEntries([[settings.id, stableIndex], ...known]) : {};
  return { type: 'members_ok', membership, leader, index, match };
}
