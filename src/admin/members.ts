import { AdminError, type Body, type Transport } from './transport.ts';

/** Who belongs to a cluster, as its nodes tell it. */

export type Members = {
  readonly voters: readonly string[];
  /** Voters that a change is about to leave behind; empty between changes. */
  readonly outgoing: readonly string[];
  readonly learners: readonly string[];
  readonly leader: string | null;
  /** From which index of the log on these are the members. */
  readonly index: number;
  /** Up to which index each member is known to hold the log. */
  readonly match: { readonly [node: string]: number };
  /** The leader has said so, and a majority confirmed that it leads; otherwise this is what one node knows. */
  readonly isConfirmed: boolean;
};

/** It knows no members, or is not there. */
const NEVER: readonly unknown[] = [10, 14];

/**
 * Asks who belongs to the cluster: the leader, through these nodes, one after the other until one answers.
 * @param nodes whom to ask; null for any node
 * @param local what the node itself knows will do
 * @returns the members; or the last error's text, when nobody could tell
 * @throws AdminError when who was asked never will
 */
export async function fetchMembers(
  transport: Transport,
  nodes: readonly (string | null)[] = [null],
  local = false,
): Promise<Members | string> {
  let problem = 'no node answered';
  for (const node of nodes) {
    const reply = await transport.request(node, local ? { type: 'members', local } : { type: 'members' });
    if (reply?.type === 'members_ok') return membersIn(reply, !local);
    if (typeof reply?.text === 'string') problem = reply.text;
    if (NEVER.includes(reply?.code)) throw new AdminError(Number(reply?.code), problem);
  }
  return problem;
}

/** Everyone who belongs to the cluster, sorted. */
export function everyone({ voters, outgoing, learners }: Members): string[] {
  return [...new Set([...voters, ...outgoing, ...learners])].sort();
}

function membersIn(reply: Body, isConfirmed: boolean): Members {
  const { voters, outgoing, learners, leader, index, match } = reply as unknown as Members;
  return { voters, outgoing, learners, leader, index, match, isConfirmed };
}
