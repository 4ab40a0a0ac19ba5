/** Changes of a cluster's members and of its leader, over any transport of messages. */

export {
  addMember,
  type Change,
  type ChangeOptions,
  changeMembers,
  removeMember,
  replaceMembers,
  transferLeadership,
} from './changes.ts';
export { everyone, fetchMembers, type Members } from './members.ts';
export { AdminError, type Body, type Transport } from './transport.ts';
