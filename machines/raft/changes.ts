import type { EventOf } from '../chart.ts';
import type { ChangeMembersOperation, Outcome } from '../operations.ts';
import { applied } from './checkpoints.ts';
import { NOTHING_DECIDED, type Progress, type RaftContext } from './context.ts';
import type { Asker, Entry, Origin, RaftEffect, RaftEvent } from './events.ts';
import { append, lastIndex } from './log.ts';
import { changed, followLog, isJoint, isVoter, type Membership, type Standing } from './membership.ts';
import { objectionTo, transferObjection } from './objections.ts';
import { freshProgress } from './progress.ts';
import { openRound } from './reads.ts';
import { advance, planAll, planTurn } from './replication.ts';
import { endedTransfers } from './transfer.ts';

/**
 * How a leader changes who belongs to the cluster (thesis chapter 4): one change at a time, by joint consensus when
 * voters come or go (section 4.3), and only after an entry of its own term is committed, without which a change could
 * overlook one of an earlier leader that is still on its way (Ongaro's correction of 2015).
 */

type Patch = Partial<RaftContext>;
type Change = EventOf<RaftEvent, 'change.requested'>;
type Transfer = EventOf<RaftEvent, 'transfer.requested'>;

/** Whether somebody asks this leader, in this leadership, and for the first time. */
export function isNewRequest({ term, asked }: RaftContext, { by }: Change | Transfer): boolean {
  if (by === undefined || by.term !== term) return false;
  const last = Object.hasOwn(asked, by.node) ? asked[by.node] : undefined;
  if (last === undefined || by.incarnation > last.incarnation) return true;
  return by.incarnation === last.incarnation && by.number > last.number;
}

/** A new request for a membership that differs from the one that counts, and nothing speaks against it. */
export function mayChange(context: RaftContext, event: Change): boolean {
  return isDue(context, event) && !isAsWished(context.membership, event.change);
}

/** A new request for what is so already. */
export function changesNothing(context: RaftContext, event: Change): boolean {
  return isDue(context, event) && isAsWished(context.membership, event.change);
}

function isDue(context: RaftContext, event: Change): boolean {
  return isNewRequest(context, event) && objectionTo(context, event.change) === null;
}

function isAsWished(membership: Membership, change: ChangeMembersOperation): boolean {
  return changed(membership, change) === membership;
}

/** Takes down that this request has been heard, so that a copy of it is not heard again. */
export function noteRequest(context: RaftContext, { by }: Change | Transfer): Patch {
  return { asked: by === undefined ? context.asked : noted(context, by) };
}

function noted({ asked }: RaftContext, { node, incarnation, number }: Asker): RaftContext['asked'] {
  // fromEntries makes a member of its own also of a node called `__proto__`.
  return Object.fromEntries([...Object.entries(asked), [node, { incarnation, number }]]);
}

/** Begins a change: from this entry on the new membership counts, joint with the old one if voters come or go. */
export function appendChange(context: RaftContext, event: Change): Patch {
  const { by, floor, change } = event;
  const { node, incarnation, number } = by;
  const next = entering(context, changed(context.membership, change), { node, incarnation, floor }, number);
  const progress = progressOf(next.standing, context);
  return {
    ...next.standing,
    log: next.log,
    progress,
    asked: noted(context, by),
    decided: { ...NOTHING_DECIDED, ended: endedTransfers(context.progress, progress) },
  };
}

/** What is so already is still so if this node still leads: a round of reads will tell. */
export function queueConfirmation(context: RaftContext, { by, floor, change }: Change): Patch {
  const { node, incarnation, number } = by;
  const { reads } = context;
  const waiting = [...reads.waiting, { origin: { node, incarnation, floor }, number, op: change }];
  return { reads: { ...reads, waiting }, asked: noted(context, by), decided: NOTHING_DECIDED };
}

/** Whether the joint membership is committed, so that the old voters can be left behind (thesis section 4.3). */
export function mayLeaveJoint(context: RaftContext): boolean {
  return isJoint(context.membership) && isMembershipCommitted(context);
}

/** Whether nothing of a change is left to do, and this node still votes. */
export function isSettled(context: RaftContext): boolean {
  return isChangeOver(context) && isVoter(context.membership, context.settings.id);
}

/** Whether a membership is committed to which this leader does not belong. */
export function isRemoved(context: RaftContext): boolean {
  return isChangeOver(context) && !isVoter(context.membership, context.settings.id);
}

function isChangeOver(context: RaftContext): boolean {
  return !isJoint(context.membership) && isMembershipCommitted(context);
}

function isMembershipCommitted({ memberships, commitIndex }: RaftContext): boolean {
  return (memberships[memberships.length - 1]?.index ?? 0) <= commitIndex;
}

/**
 * The end of a turn in which the new voters are left to themselves. What is sent goes to the old ones, too: so whoever
 * is leaving learns of it, if it is not far behind, and does not campaign (it is not waited for).
 */
export function leaveJoint(context: RaftContext): Patch {
  const { voters, learners } = context.membership;
  const { log, standing } = entering(context, { voters, outgoing: [], learners }, null, 0);
  const begun = openRound(context);
  const planned = planAll({ ...context, log }, begun.round);
  const progress = progressOf(standing, { ...context, ...planned });
  const stableIndex = lastIndex(log);
  const after = { ...context, ...standing, log };
  const { commitIndex, reads, applyFrom, confirmed } = advance(after, progress, stableIndex, begun);
  const { snapshots, due } = applied(context, log, standing.memberships, commitIndex);
  return {
    ...standing,
    log,
    progress,
    stableIndex,
    commitIndex,
    snapshots,
    reads,
    decided: {
      appends: planned.appends,
      persistFrom: context.stableIndex + 1,
      applyFrom,
      confirmed,
      campaigner: null,
      // Who is leaving need not be brought up to date.
      chunks: planned.chunks.filter(({ to }) => standing.peers.includes(to)),
      ended: endedTransfers(context.progress, progress),
      checkpoint: due,
      compactThrough: 0,
    },
  };
}

/** A removed leader's last turn: everyone is told what is committed, and the best of the voters to take over (4.2.2). */
export function planResignation(context: RaftContext): Patch {
  const plan = planTurn(context, false);
  const { voters } = context.membership;
  const match = (node: string) => context.progress[node]?.match ?? 0;
  const heir = voters.reduce((best, node) => (match(node) > match(best) ? node : best));
  return plan.decided === undefined ? plan : { ...plan, decided: { ...plan.decided, campaigner: heir } };
}

/** Nobody is told why unless it asks for the first time: see `isNewRequest`. */
export function refuseChange(context: RaftContext, { by, change }: Change): readonly RaftEffect[] {
  const objection = objectionTo(context, change);
  return objection === null ? [] : [answered(context, by, objection)];
}

/** Why this node does not hand its leadership to that one; or that this one has it. */
export function answerTransfer(context: RaftContext, { by, to }: Transfer): readonly RaftEffect[] {
  return by === undefined ? [] : [answered(context, by, transferOutcome(context, to))];
}

/** Whether whoever is to lead next is another node, and votes. */
export function isTransferable(context: RaftContext, event: Transfer): boolean {
  const { to, by } = event;
  if (by !== undefined && !isNewRequest(context, event)) return false;
  return to !== context.settings.id && isVoter(context.membership, to);
}

export function chooseTransferee(context: RaftContext, event: Transfer): Patch {
  return { ...noteRequest(context, event), transferee: event.to };
}

function transferOutcome(context: RaftContext, to: string): Outcome {
  if (to === context.settings.id) return { type: 'transfer_leadership_ok' };
  return transferObjection(context, to);
}

function answered({ commitIndex }: RaftContext, by: Asker, outcome: Outcome): RaftEffect {
  const { node, incarnation, number } = by;
  return { type: 'request.answered', origin: { node, incarnation }, number, index: commitIndex, outcome };
}

/** The log with this membership at its end, and what a node knows of its cluster then. */
function entering(
  context: RaftContext,
  membership: Membership,
  origin: Origin | null,
  number: number,
): { readonly log: RaftContext['log']; readonly standing: Standing } {
  const { log, memberships, settings, term } = context;
  const op = { type: 'members', membership } as const;
  const entry: Entry = { term, op, origin, number, bytes: 100 + JSON.stringify(membership).length };
  const standing = followLog(settings.id, memberships, lastIndex(log), [entry]);
  return { log: append(log, [entry]), standing: standing as Standing };
}

/** What is known of the followers goes on; of those that come nothing is known. */
function progressOf({ peers }: Standing, { progress, log }: RaftContext): RaftContext['progress'] {
  const known = (peer: string): Progress =>
    Object.hasOwn(progress, peer) ? (progress[peer] as Progress) : freshProgress(log);
  return Object.fromEntries(peers.map((peer) => [peer, known(peer)]));
}
