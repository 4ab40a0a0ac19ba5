import type { ClientFleet, Performer } from '../src/bench/workers.ts';
import type { ReadKind } from './workloads.ts';

/** The ways to read that are compared: what is asked for, and at which node. */

export type Mode = {
  readonly name: string;
  readonly help: string;
  readonly kind: ReadKind;
  readonly at: 'any' | 'leader' | 'followers';
  /** Every client goes to the next node with each operation; otherwise it stays with one. */
  readonly roams?: boolean;
};

export const MODES: readonly Mode[] = [
  {
    name: 'read, any node',
    help: 'linearizable; clients are spread over all nodes, which pass it to the leader',
    kind: 'read',
    at: 'any',
  },
  {
    name: 'read, the leader',
    help: 'linearizable; all clients know the leader and ask it alone',
    kind: 'read',
    at: 'leader',
  },
  {
    name: 'ryw_read, leader preferred',
    help: 'prefer_follower: false; clients are spread over all nodes',
    kind: 'ryw_read of the leader',
    at: 'any',
  },
  {
    name: 'ryw_read, followers',
    help: 'prefer_follower: true; clients are spread over the followers',
    kind: 'ryw_read of a follower',
    at: 'followers',
  },
  {
    name: 'ryw_read, from one to the next',
    help: 'the same, but each client asks another follower each time, with its token',
    kind: 'ryw_read of a follower',
    at: 'followers',
    roams: true,
  },
];

/** Clients of the nodes that a mode asks, each of which carries the highest index that it has been shown. */
export function carryingTokens(
  { at, roams = false }: Mode,
  leader: string,
): (nodes: readonly string[], fleet: ClientFleet) => (number: number) => Performer {
  return (all, fleet) => {
    const nodes = at === 'any' ? all : all.filter((node) => (node === leader) === (at === 'leader'));
    return (number) => {
      const worker = fleet.worker();
      let place = number;
      let token = 0;
      return async (operation) => {
        const sent = operation.f === 'ryw_read' ? { ...operation, token } : operation;
        const outcome = await worker.do(sent, nodes[place % nodes.length] as string);
        if (roams) place += 1;
        if (outcome.type === 'ok') token = Math.max(token, outcome.shownIndex ?? 0);
        return outcome;
      };
    };
  };
}
