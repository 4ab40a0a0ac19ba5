import type { Progress, RaftContext, ReadRound, Reads } from './context.ts';
import type { RaftEffect } from './events.ts';
import { reachedByQuorum } from './membership.ts';

/**
 * Linearizable reads without the log (thesis section 6.4). A read may be answered from the applied state once a
 * majority has confirmed, after the read arrived, that this node still leads. Reads that arrive together share
 * one such round, and every AppendEntries carries the number of the latest, so a busy leader confirms for free.
 */

/** One round at a time: what arrives meanwhile makes the next one, so rounds grow with the load. */
const MAX_PENDING_ROUNDS = 1;

/** What a round's confirmation depends on. */
type Standing = Pick<RaftContext, 'reads' | 'settings' | 'membership' | 'progress'>;

const NO_ROUNDS: readonly ReadRound[] = [];

/** Begins a round with every read that waits, unless there is none or enough rounds are out. */
export function openRound({ reads, commitIndex }: RaftContext): Reads {
  if (reads.waiting.length === 0 || reads.pending.length >= MAX_PENDING_ROUNDS) return reads;
  const round = reads.round + 1;
  const opened: ReadRound = { round, index: commitIndex, reads: reads.waiting };
  return { round, pending: [...reads.pending, opened], waiting: [] };
}

/** Splits the pending rounds into those that a quorum has acknowledged by now, and the rest. */
export function confirmRounds({ reads, settings, membership, progress }: Standing): {
  reads: Reads;
  confirmed: readonly ReadRound[];
} {
  if (reads.pending.length === 0) return { reads, confirmed: NO_ROUNDS };
  const ackedRound = (node: string) =>
    node === settings.id ? reads.round : (progress[node] as Progress).ackedRound;
  const reached = reachedByQuorum(membership, ackedRound);
  const confirmed = reads.pending.filter(({ round }) => round <= reached);
  if (confirmed.length === 0) return { reads, confirmed };
  return { reads: { ...reads, pending: reads.pending.filter(({ round }) => round > reached) }, confirmed };
}

export function serveReads({ decided }: RaftContext): readonly RaftEffect[] {
  return decided.confirmed.map(({ index, reads }) => ({ type: 'reads.confirmed', index, reads }));
}
