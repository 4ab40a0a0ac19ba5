import { canonical } from '../../machines/json.ts';
import type { Membership, MembershipAt } from '../../machines/raft/membership.ts';

/** How long a request to change the membership may still be under way, in milliseconds: nodes and clients give up before. */
const REQUEST_LIFE_MS = 5000;

/**
 * Which memberships may come to count, and whose disks may not be read any more: so that the nemesis never takes a
 * majority away for good. Whatever stands in some node's log, running or down, may win; so may what was asked for and
 * has not been answered.
 */
export class Roster {
  readonly #known = new Map<string, readonly MembershipAt[]>();
  #asked: { readonly membership: Membership; readonly untilMs: number }[] = [];
  /** Nodes whose disks are damaged, or may be: what they promised is not to be counted on. */
  readonly damaged = new Set<string>();

  /** What stands in a node's log now; it stands there after a crash, too. */
  see(node: string, memberships: readonly MembershipAt[]): void {
    this.#known.set(node, memberships);
  }

  /** A membership that somebody was asked for. */
  ask(membership: Membership, nowMs: number): void {
    this.#asked.push({ membership, untilMs: nowMs + REQUEST_LIFE_MS });
  }

  /** Whether any cluster that may come to be still has its majority when this node's disk is damaged, too. */
  canLose(node: string, nowMs: number): boolean {
    const lost = new Set([...this.damaged, node]);
    this.#asked = this.#asked.filter(({ untilMs }) => untilMs > nowMs);
    const known = [...this.#known.values()].flat();
    const all = [...known, ...this.#asked].map(({ membership }) => membership);
    const distinct = new Map(all.map((membership) => [canonical(membership as never), membership]));
    return [...distinct.values()].every((membership) => survives(membership, lost));
  }

  /** Whether such a cluster has its majority without the damaged nodes. */
  canBecome(membership: Membership): boolean {
    return survives(membership, this.damaged);
  }
}

/** Whether a majority is left of the voters and, in joint consensus, of the outgoing. */
function survives({ voters, outgoing }: Membership, lost: ReadonlySet<string>): boolean {
  const isMinority = (of: readonly string[]) => of.filter((name) => lost.has(name)).length * 2 < of.length;
  return (voters.length === 0 || isMinority(voters)) && (outgoing.length === 0 || isMinority(outgoing));
}
