import { invariant } from '../../machines/assert.ts';
import { canonical } from '../../machines/json.ts';
import type { Membership, MembershipAt } from '../../machines/raft/membership.ts';

/**
 * What must hold of memberships: whatever two of them could decide at the same time, a node took part in both. Quorums
 * are counted here by trying all sets of nodes, and not by the node's own arithmetic.
 */
export class MembershipInvariants {
  /** Pairs that were found to be safe. */
  readonly #safe = new Set<string>();
  readonly #seen = new Set<string>();

  /** How many memberships were met. */
  get seen(): number {
    return this.#seen.size;
  }

  /** @param memberships those of one log, in order. @throws InvariantViolation when two neighbours are not safe */
  checkLog(node: string, memberships: readonly MembershipAt[]): void {
    for (const [place, { index, membership }] of memberships.entries()) {
      const text = canonical(membership as never);
      this.#seen.add(text);
      const { voters, outgoing, learners } = membership;
      const twice = learners.filter((name) => voters.includes(name) || outgoing.includes(name));
      invariant(twice.length === 0, 'a learner is no voter', () => ({ node, index, membership }));
      const next = memberships[place + 1];
      if (next === undefined) continue;
      const pair = `${text} ${canonical(next.membership as never)}`;
      if (this.#safe.has(pair)) continue;
      const apart = disjointQuorums(membership, next.membership);
      invariant(apart === null, 'any two quorums of neighbouring memberships share a node', () => ({
        node,
        index: next.index,
        memberships: [membership, next.membership],
        quorums: apart,
      }));
      this.#safe.add(pair);
    }
  }

  /** @param committed up to where the log is known to be committed, by anyone */
  checkLeader(node: string, memberships: readonly MembershipAt[], committed: number): void {
    const open = memberships.filter(({ index }) => index > committed);
    invariant(open.length <= 1, 'one change of membership at a time', () => ({ node, committed, open }));
  }
}

/** Two quorums, one of each, that share no node; null when there are none. At most 2^n sets of n nodes are tried. */
export function disjointQuorums(
  a: Membership,
  b: Membership,
): readonly [readonly string[], readonly string[]] | null {
  const nodes = [...new Set([...a.voters, ...a.outgoing, ...b.voters, ...b.outgoing])];
  for (let set = 0; set < 2 ** nodes.length; set += 1) {
    const these = nodes.filter((_, place) => (set >> place) % 2 === 1);
    const others = nodes.filter((_, place) => (set >> place) % 2 === 0);
    if (decides(a, these) && decides(b, others)) return [these, others];
  }
  return null;
}

/** Whether these nodes alone could decide: more than half of the voters and, in joint consensus, of the outgoing. */
function decides({ voters, outgoing }: Membership, nodes: readonly string[]): boolean {
  const isMore = (of: readonly string[]) => of.filter((name) => nodes.includes(name)).length * 2 > of.length;
  return isMore(voters) && (outgoing.length === 0 || isMore(outgoing));
}
