import { majorityOf, Turns } from './attendance.ts';
import type { Fault, Strike } from './fault.ts';
import { named, type Own } from './grounds.ts';

/** Who changes the members of a cluster: what `actorum admin` does, as far as the nemesis needs it. */
export type Operator = {
  /**
   * Makes `add` members, once they have caught up, and `remove` none any more, in one change.
   * @returns why it did not come about, or nobody knows; null when it has
   */
  change(add: readonly string[], remove: readonly string[]): Promise<string | null>;
  /** Who belongs to the cluster according to itself, in order; null when nobody can say. */
  members(): Promise<readonly string[] | null>;
};

/** Who belongs to the cluster, as far as the bench knows, and who could. */
export type Roster = {
  readonly members: readonly string[];
  /** Processes that run and belong to nobody. */
  readonly spares: readonly string[];
  /** The cluster says that these are its members. */
  learn(members: readonly string[]): void;
};

const KINDS = ['replace', 'remove', 'add', 'replace several'] as const;
type Kind = (typeof KINDS)[number];
type Change = { readonly add: readonly string[]; readonly remove: readonly string[] };

/** Below it, a cluster cannot lose anybody and still serve. */
const MIN_MEMBERS = 3;

/**
 * The cluster changes its members while it serves: the leader itself is replaced first, then nodes are removed, added,
 * and replaced two at a time. A strike lasts as long as the change takes.
 */
export function membershipFault(own: Own): Fault {
  const turns = new Turns<Kind>(KINDS, own.dice);
  let hasStruckTheLeader = false;
  return {
    name: 'membership',
    strike: () => {
      const leader = own.leader();
      const change = drawChange(turns.next(), own, hasStruckTheLeader ? undefined : leader);
      if (change === null) return null;
      hasStruckTheLeader ||= leader !== undefined && change.remove.includes(leader);
      return begin(change, own);
    },
  };
}

function begin({ add, remove }: Change, { leader, operator, roster }: Own): Strike {
  const parts = [
    ...(add.length === 0 ? [] : [`${named(add, undefined)} in`]),
    ...(remove.length === 0 ? [] : [`${named(remove, leader())} out`]),
  ];
  const asked = operator.change(add, remove);
  return {
    nodes: [...add, ...remove].sort(),
    text: `membership: ${parts.join(', ')}`,
    over: asked,
    end: async () => {
      const problem = await asked;
      const members = await operator.members();
      if (members !== null) roster.learn(members);
      const now = `members are ${named(roster.members, undefined)}`;
      return problem === null ? now : `the change was not seen to end (${problem}); ${now}`;
    },
  };
}

/**
 * @param first goes before all others, when somebody goes
 * @returns null when it would take more than the cluster can spare
 */
function drawChange(kind: Kind, own: Own, first: string | undefined): Change | null {
  const { dice, attendance, roster } = own;
  const spares = dice.shuffled(roster.spares);
  const members = dice.shuffled(roster.members);
  // Whoever leads has the hardest part: to lead out of a cluster to which it does not belong any more.
  const ordered =
    first !== undefined && members.includes(first)
      ? [first, ...members.filter((node) => node !== first)]
      : members;
  const count = kind === 'replace several' ? Math.min(2, spares.length) : 1;
  const add = kind === 'remove' ? [] : spares.slice(0, count).sort();
  const remove = kind === 'add' ? [] : ordered.slice(0, count).sort();
  if (add.length === 0 && remove.length === 0) return null;
  if (kind !== 'remove' && add.length === 0) return null;
  const after = roster.members.length + add.length - remove.length;
  if (after < MIN_MEMBERS) return null;
  const present = attendance.present.filter((node) => !remove.includes(node)).length + add.length;
  return present >= majorityOf(after) ? { add, remove } : null;
}

/**
 * The last word on who belongs to the cluster: asked until somebody answers.
 * @returns whether somebody did
 */
export async function settleMembers(
  operator: Operator,
  roster: Roster,
  goesOn: () => boolean,
  pause: () => Promise<void>,
): Promise<boolean> {
  while (goesOn()) {
    const members = await operator.members();
    if (members !== null) {
      roster.learn(members);
      return true;
    }
    await pause();
  }
  return false;
}

/** A roster of nodes, of which some are members at first. */
export function rosterOf(all: readonly string[], first: readonly string[]): Roster {
  let members: readonly string[] = first;
  return {
    get members() {
      return members;
    },
    get spares() {
      return all.filter((node) => !members.includes(node));
    },
    learn(told) {
      members = all.filter((node) => told.includes(node));
    },
  };
}
