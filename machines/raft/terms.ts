import type { PeerMessage, RaftEvent, RaftMessage } from './events.ts';

/**
 * Terms are handled once, first: every message passes here before any role sees it, so that a role only ever
 * meets messages of its own term (paper section 5.1).
 *
 * A message from a later term comes after a `term.seen`, to which the chart says whether it adopts that term: it
 * does not when a follower or leader defends a leadership against a vote request (thesis section 4.2.3). Then
 * the message has nobody to go to. A message from an earlier term becomes `message.stale`.
 *
 * @returns the first event to step the chart with. After a `term.seen` call again, with the chart's new term;
 *   null then means that the chart would not follow.
 */
export function triage(term: number, message: RaftMessage, seen: boolean): RaftEvent | null {
  if (message.term === term) return message;
  const { from } = message;
  if (message.term < term) return { type: 'message.stale', from, term: message.term, by: message.type };
  if (seen) return null;
  return { type: 'term.seen', from, term: message.term, by: message.type, transfer: isTransfer(message) };
}

function isTransfer(message: PeerMessage): boolean {
  return message.type === 'vote.request' && message.transfer;
}
