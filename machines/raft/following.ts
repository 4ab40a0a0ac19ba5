import { invariant } from '../assert.ts';
import { applied } from './checkpoints.ts';
import { drawPatience, NOTHING_DECIDED, type Patience, type RaftContext } from './context.ts';
import type { AppendRequest, AppendResponse, Entry, RaftEffect, SnapshotRequest } from './events.ts';
import { append, keepThrough, lastIndex, termAt } from './log.ts';
import { followLog } from './membership.ts';
import { describeConflict } from './progress.ts';

/** Log replication, the follower's side: paper section 5.3 and figure 2, AppendEntries. */

type Patch = Partial<RaftContext>;
/** What only a leader says. */
type LeadersWord = AppendRequest | SnapshotRequest;

/** Whether the follower's log agrees with the leader's up to where the message starts (paper figure 2, step 2). */
export function matchesLog({ log, commitIndex }: RaftContext, event: AppendRequest): boolean {
  const { prevIndex, prevTerm } = event;
  // What is committed here is in every later leader's log, so it need not be compared (leader completeness).
  if (prevIndex <= commitIndex) return true;
  return prevIndex <= lastIndex(log) && termAt(log, prevIndex) === prevTerm;
}

/**
 * A message that fits: only what disagrees is cut, so a late or repeated message, which agrees as far as it
 * goes, cuts nothing (paper figure 2, steps 3 to 5).
 */
export function acceptEntries(context: RaftContext, event: AppendRequest): Patch {
  const { log, commitIndex } = context;
  const verified = event.prevIndex + event.entries.length;
  const from = firstDifference(context, event);
  const kept = from > verified ? NO_ENTRIES : event.entries.slice(from - event.prevIndex - 1);
  const newLog = kept.length === 0 ? log : append(keepThrough(log, from - 1), kept);
  // Only what this message verified may be committed by it: beyond may stand another leader's leftovers.
  const newCommit = Math.max(commitIndex, Math.min(event.commitIndex, verified));
  const standing =
    kept.length === 0 ? null : followLog(context.settings.id, context.memberships, from - 1, kept);
  const memberships = standing?.memberships ?? context.memberships;
  const { snapshots, due } = applied(context, newLog, memberships, newCommit);
  const patch: Patch = {
    patience: patienceFor(context, event),
    leader: event.from,
    votes: NO_VOTES,
    log: newLog,
    stableIndex: lastIndex(newLog),
    commitIndex: newCommit,
    snapshots,
    decided: {
      appends: NOTHING_DECIDED.appends,
      persistFrom: kept.length === 0 ? 0 : from,
      applyFrom: newCommit > commitIndex ? commitIndex + 1 : 0,
      confirmed: NOTHING_DECIDED.confirmed,
      campaigner: null,
      chunks: NOTHING_DECIDED.chunks,
      ended: NOTHING_DECIDED.ended,
      checkpoint: due,
      compactThrough: 0,
    },
  };
  return standing === null ? patch : { ...patch, ...standing };
}

/** The first index of the message whose entry this log lacks or has of another term; past its end when there is none. */
function firstDifference({ log, commitIndex }: RaftContext, event: AppendRequest): number {
  const end = event.prevIndex + event.entries.length;
  // Committed entries need no comparing, which keeps a message from the distant past cheap.
  for (let index = Math.max(event.prevIndex, commitIndex) + 1; index <= end; index += 1) {
    const entry = event.entries[index - event.prevIndex - 1] as Entry;
    if (index > lastIndex(log)) return index;
    if (termAt(log, index) !== entry.term) {
      invariant(index > commitIndex, 'a committed entry is never cut', () => ({ index, commitIndex }));
      return index;
    }
  }
  return end + 1;
}

/** The sender leads this term: whatever role this node had in it is over. */
export function followLeader(context: RaftContext, event: LeadersWord): Patch {
  return {
    patience: patienceFor(context, event),
    leader: event.from,
    votes: NO_VOTES,
    decided: NOTHING_DECIDED,
  };
}

const NO_VOTES: RaftContext['votes'] = {};
const NO_ENTRIES: readonly Entry[] = [];

/** How long this node will wait for the sender to be heard again: drawn when it is heard for the first time. */
function patienceFor(context: RaftContext, event: LeadersWord): Patience {
  const { leader, patience, term } = context;
  invariant(event.term === term, 'a follower hears leaders of its own term only', () => event.term);
  invariant(leader === null || leader === event.from, 'one leader a term', () => ({
    leader,
    and: event.from,
  }));
  return leader === event.from ? patience : drawPatience(context, patience.random);
}

/** Tells the leader that everything up to the end of its message is here and durable. */
export function acknowledge({ term }: RaftContext, event: AppendRequest): readonly RaftEffect[] {
  const index = event.prevIndex + event.entries.length;
  return [
    answer(event, {
      type: 'append.response',
      term,
      success: true,
      index,
      conflict: null,
      round: event.round,
    }),
  ];
}

export function reject({ term, log }: RaftContext, event: AppendRequest): readonly RaftEffect[] {
  const { prevIndex, round } = event;
  const own = prevIndex <= lastIndex(log) ? termAt(log, prevIndex) : 0;
  const conflict = describeConflict(log, prevIndex, own);
  return [
    answer(event, { type: 'append.response', term, success: false, index: prevIndex, conflict, round }),
  ];
}

function answer(event: AppendRequest, message: Omit<AppendResponse, 'from'>): RaftEffect {
  return { type: 'send', to: event.from, message };
}
