import type { Membership } from '../../machines/raft/membership.ts';
import type { Dice } from '../kit/dice.ts';
import type { SimulatedHost } from './host.ts';
import type { Machines } from './machines.ts';
import type { Network } from './network.ts';
import type { Roster } from './roster.ts';
import type { Schedule } from './schedule.ts';

export type MembershipFaultsOptions = {
  readonly schedule: Schedule;
  readonly dice: Dice;
  readonly network: Network;
  /** All machines, those that have never run included. */
  readonly hosts: readonly SimulatedHost[];
  readonly roster: Roster;
  readonly machines: Machines;
  record(fault: string, nodes: readonly string[], text: string): void;
};

/** Lists of names, as the request `change_members` has them. */
type Change = {
  readonly add: readonly string[];
  readonly learners: readonly string[];
  readonly remove: readonly string[];
};

/** The name of the operator on the network. */
const OPERATOR = 'c-operator';
const MOST_VOTERS = 7;

/**
 * An operator without patience: asks some node for a change of membership that makes sense where the leader stands now,
 * and does not wait for an answer. Nodes that have never run are started with an empty disk when they are to join.
 * A change never leaves so many damaged nodes among the voters that the others are no majority.
 */
export class MembershipFaults {
  readonly #options: MembershipFaultsOptions;
  #requests = 0;

  constructor(options: MembershipFaultsOptions) {
    this.#options = options;
    options.network.attach(OPERATOR, () => {});
  }

  strike(): void {
    const { dice, hosts, roster, schedule, machines, network, record } = this.#options;
    const leader = hosts.find((host) => host.isRunning && host.raft?.matches('leader'));
    const context = leader?.raft?.context;
    const at = context?.memberships.at(-1);
    if (leader === undefined || at === undefined || at.membership.outgoing.length > 0) return;
    const change = this.#draw(at.membership, leader.name);
    if (change === null) return;
    const target = changed(at.membership, change);
    const { voters } = target;
    if (voters.length === 0 || voters.length > MOST_VOTERS || !roster.canBecome(target)) return;
    roster.ask(target, schedule.nowMs);
    const joining = [...change.add, ...change.learners];
    for (const host of hosts) if (joining.includes(host.name) && !host.hasRun) machines.start(host);
    const via = dice.pick(hosts.filter((host) => host.hasRun)).name;
    this.#requests += 1;
    const body = { type: 'change_members', ...change, if_index: at.index, msg_id: this.#requests };
    network.sendCalmly(OPERATOR, via, body);
    const told = Object.entries(change).filter(([, names]) => names.length > 0);
    record(
      'membership',
      [...change.add, ...change.learners, ...change.remove],
      `${told.map(([what, names]) => `${what} ${names.join(' ')}`).join(', ')}, via ${via}`,
    );
  }

  /** What to ask for; null when it cannot be had now. */
  #draw({ voters, learners }: Membership, leader: string): Change | null {
    const { dice, hosts } = this.#options;
    const outside = hosts
      .map(({ name }) => name)
      .filter((name) => !voters.includes(name) && !learners.includes(name));
    const one = (names: readonly string[]) => (names.length === 0 ? [] : [dice.pick(names)]);
    const some = (names: readonly string[]) => dice.shuffled(names).slice(0, 1 + dice.below(2));
    const draws: readonly (() => Partial<Change>)[] = [
      () => ({ learners: one(outside) }),
      () => ({ add: some(learners) }),
      () => ({ add: some(learners) }),
      () => ({ remove: one(voters) }),
      () => ({ remove: [leader] }),
      () => ({ remove: one(learners) }),
      // Several at once: the old and the new voters may have nobody in common but the leader, or not even that.
      () => ({ add: some([...learners, ...outside]), remove: some(voters) }),
    ];
    const change = { add: [], learners: [], remove: [], ...dice.pick(draws)() };
    return change.add.length + change.learners.length + change.remove.length === 0 ? null : change;
  }
}

/** What the membership is when the change is through. */
function changed({ voters, learners }: Membership, { add, remove, learners: fresh }: Change): Membership {
  const without = (names: readonly string[], gone: readonly string[]) =>
    names.filter((name) => !gone.includes(name));
  return {
    voters: [...new Set([...without(voters, [...remove, ...fresh]), ...add])].sort(),
    outgoing: [],
    learners: [...new Set([...without(learners, [...remove, ...add]), ...fresh])].sort(),
  };
}
