import assert from 'node:assert/strict';
import type { RaftContext } from '../../machines/raft/context.ts';
import type { RaftEvent } from '../../machines/raft/events.ts';
import { lastIndex, slice } from '../../machines/raft/log.ts';
import type { Membership } from '../../machines/raft/membership.ts';
import type { Part } from './raft.parts.ts';
import type { Seen } from './raft.rules.ts';

/** What chapter 4 of the thesis says of any step of one node, in plain code. */

type Of<T extends RaftEvent['type']> = Extract<RaftEvent, { type: T }>;
type Change = Of<'change.requested'>;
type Transfer = Of<'transfer.requested'>;

const leads = (part: Part) => part.startsWith('leader');

/** What becomes of a change: a membership, the code of an error, or nothing, because it is a copy or for another leader. */
export type Verdict = 'made' | 'so already' | 'passed over' | 11 | 14 | 22;

/** From which index on the membership counts that a node goes by. */
function since({ memberships }: RaftContext): number {
  return memberships.at(-1)?.index ?? 0;
}

/** A change is over when the latest membership is committed, and names nobody as leaving. */
export function isSettled(context: RaftContext): boolean {
  return context.membership.outgoing.length === 0 && since(context) <= context.commitIndex;
}

/** Asked for the first time, of the leader of this term. A network may have carried two copies. */
function isFirst({ term, asked }: RaftContext, { by }: Change | Transfer): boolean {
  if (by?.term !== term) return false;
  const last = asked[by.node];
  return last === undefined || by.incarnation > last.incarnation || by.number > last.number;
}

/** 4.1 and 4.2.1: one change at a time, after an entry of this term; voters have been learners, and lack little. */
export function verdictOn(part: Part, context: RaftContext, event: Change): Verdict {
  if (!leads(part) || !isFirst(context, event)) return 'passed over';
  if (part !== 'leader.serving') return 11;
  const { membership, commitIndex, settings, progress } = context;
  const { add, learners, ifIndex } = event.change;
  if (ifIndex !== null && since(context) > ifIndex) return 22;
  const isNew = add.filter((node) => !membership.voters.includes(node));
  if (!isNew.every((node) => membership.learners.includes(node))) return 14;
  if (learners.some((node) => membership.voters.includes(node))) return 14;
  const next = wished(membership, event.change);
  if (next.voters.length === 0) return 14;
  const needed = Math.max(since(context), commitIndex - settings.promotionLagEntries);
  const isReady = (node: string) => progress[node]?.active && progress[node].match >= needed;
  if (!isNew.every(isReady)) return 11;
  const isSame = (a: readonly string[], b: readonly string[]) => a.join() === b.join();
  return isSame(next.voters, membership.voters) && isSame(next.learners, membership.learners)
    ? 'so already'
    : 'made';
}

function wished(membership: Membership, { add, learners, remove }: Change['change']): Membership {
  const without = (nodes: readonly string[], others: readonly string[]) =>
    [...new Set(nodes)].filter((node) => !others.includes(node)).sort();
  const voters = without([...membership.voters, ...add], remove);
  const receiving = without([...membership.learners, ...learners], [...remove, ...voters]);
  return { voters, outgoing: [], learners: receiving };
}

/** 3.10: to a voter, by a leader with nothing else on its hands. */
export function isHandedOver(context: RaftContext, event: Transfer): boolean {
  const { membership, settings } = context;
  const isVoter = [...membership.voters, ...membership.outgoing].includes(event.to);
  return isVoter && event.to !== settings.id && (event.by === undefined || isFirst(context, event));
}

/** The membership entries that a leader appends in a step: a change that was asked for, or the end of a joint one. */
export function membershipsAppended({ before, event, from }: Seen): readonly Membership[] {
  const { context } = before;
  const { membership } = context;
  if (event.type === 'change.requested' && verdictOn(from, context, event) === 'made') {
    const next = wished(membership, event.change);
    const isJoint = next.voters.join() !== membership.voters.join();
    return [{ ...next, outgoing: isJoint ? membership.voters : [] }];
  }
  const isJoint = membership.outgoing.length > 0 && since(context) <= context.commitIndex;
  const leavesJoint = event.type === 'turn.ended' && from === 'leader.changing' && isJoint;
  return leavesJoint ? [{ ...membership, outgoing: [] }] : [];
}

/** 4.1: a node goes by the latest membership in its log, whether it is committed or not, and back when it is cut. */
export function goesByItsLog({ after: { context } }: Seen): void {
  const { log, memberships, membership, peers, settings } = context;
  const inLog = slice(log, log.base.index + 1, lastIndex(log)).flatMap(({ op }, i) =>
    op?.type === 'members' ? [{ index: log.base.index + i + 1, membership: op.membership }] : [],
  );
  // Of what came before the first only that is known, which held then; it is committed and never cut.
  const [first, ...later] = memberships;
  assert.ok(first !== undefined && first.index <= context.commitIndex);
  assert.deepEqual(
    later,
    inLog.filter(({ index }) => index > first.index),
  );
  assert.deepEqual(membership, memberships.at(-1)?.membership);
  const all = [...membership.voters, ...membership.outgoing, ...membership.learners];
  assert.deepEqual(peers, [...new Set(all)].filter((node) => node !== settings.id).sort());
}

/** Whoever asks for a change or a transfer hears why not, once; a change that is made is answered when it is applied. */
export function answersOperators({ before, event, after, effects, from, to }: Seen): void {
  const answered = effects.flatMap((effect) => (effect.type === 'request.answered' ? [effect] : []));
  const codes = answered.map(({ outcome }) => (outcome.type === 'error' ? outcome.code : outcome.type));
  if (!leads(to)) assert.deepEqual(after.context.asked, {});
  if (event.type !== 'change.requested' && event.type !== 'transfer.requested') {
    return assert.deepEqual(codes, []);
  }
  const { by } = event;
  for (const { origin, number } of answered) {
    assert.deepEqual([origin.node, origin.incarnation, number], [by?.node, by?.incarnation, by?.number]);
  }
  const isHeard = leads(from) && isFirst(before.context, event);
  const expected =
    event.type === 'change.requested'
      ? verdictOn(from, before.context, event)
      : refusal(from, before.context, event);
  assert.deepEqual(codes, isHeard && expected !== 'made' && expected !== 'so already' ? [expected] : []);
  if (isHeard) assert.equal(isFirst(after.context, event), false, 'a copy would be known');
  else assert.deepEqual(after.context.asked, before.context.asked);
}

function refusal(part: Part, context: RaftContext, event: Transfer): Verdict | 'transfer_leadership_ok' {
  const { membership, settings } = context;
  if (event.to === settings.id) return 'transfer_leadership_ok';
  if (![...membership.voters, ...membership.outgoing].includes(event.to)) return 14;
  return part === 'leader.serving' ? 'made' : 11;
}
