import type { ChangeMembersOperation } from '../../machines/operations.ts';
import type { Entry, RaftEffect, RaftEvent } from '../../machines/raft/events.ts';
import type { Membership } from '../../machines/raft/membership.ts';
import { effectsOf, type RaftChart } from './raft-chart.ts';
import { RaftNetwork } from './raft-network.ts';

/** Short spellings for tests of changing members. */

export function members(
  voters: string,
  { outgoing = '', learners = '' }: { readonly outgoing?: string; readonly learners?: string } = {},
): Membership {
  return { voters: [...voters], outgoing: [...outgoing], learners: [...learners] };
}

/** `abc`, `abc+d` with a learner, `abd<abc` in joint consensus. */
export function spelled({ voters, outgoing, learners }: Membership): string {
  const old = outgoing.length === 0 ? '' : `<${outgoing.join('')}`;
  return `${voters.join('')}${old}${learners.length === 0 ? '' : `+${learners.join('')}`}`;
}

export function memberEntry(term: number, membership: Membership): Entry {
  return { term, op: { type: 'members', membership }, origin: null, number: 0, bytes: 150 };
}

export type Wished = Partial<Omit<ChangeMembersOperation, 'type'>>;

export function change(wished: Wished): ChangeMembersOperation {
  return { type: 'change_members', add: [], learners: [], remove: [], ifIndex: null, ...wished };
}

let asked = 0;

/** A new request each time, for the leader of the term in which the node is; from node `a` unless said otherwise. */
export function changeRequest(
  chart: RaftChart,
  wished: Wished,
  by: { readonly node?: string; readonly term?: number; readonly number?: number } = {},
): Extract<RaftEvent, { type: 'change.requested' }> {
  asked += 1;
  const { node = 'a', term = chart.context.term, number = asked } = by;
  return {
    type: 'change.requested',
    by: { node, term, incarnation: 1, number },
    floor: number,
    change: change(wished),
  };
}

/** What operators were told: `change_members_ok`, or the code and the text of an error. */
export function told(effects: readonly RaftEffect[]): string[] {
  return effectsOf(effects, 'request.answered').map(({ outcome }) =>
    outcome.type === 'error' ? `${outcome.code} ${outcome.text}` : outcome.type,
  );
}

/** A cluster of `voters`, led by the first of them, and others that run and belong to none. */
export function network(voters: string, others = ''): RaftNetwork {
  const own = { voters: [...voters] };
  const inputs = [...voters].map((id) => [id, own] as const);
  const strangers = [...others].map((id) => [id, { voters: [] }] as const);
  const all = new RaftNetwork([...voters, ...others], Object.fromEntries([...inputs, ...strangers]));
  all.elect(voters[0] as string);
  return all;
}

/** Asks the node for a change; nothing is delivered yet. */
export function ask(all: RaftNetwork, id: string, wished: Wished): readonly RaftEffect[] {
  return all.step(id, changeRequest(all.node(id), wished));
}
