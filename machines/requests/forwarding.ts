import { isAskedOnce, type Outcome } from '../operations.ts';
import type { Entry, ForwardedOutcome, Life, Origin, QueuedRead } from '../raft/events.ts';
import { firstNumber, type Waiting } from './batches.ts';
import type { RequestsEffect, Result } from './events.ts';
import type { RequestsContext } from './pending.ts';

/** What requests and outcomes look like on their way between a node and the leader, in messages of bounded size. */

/** Hands requests to the leader: those that may be asked again in messages of bounded size, the others one by one. */
export function handOver(context: RequestsContext): readonly RequestsEffect[] {
  const { leader, term, settings, decided, pending, nextNumber } = context;
  if (leader === null || decided.handOver.length === 0) return NOTHING;
  const { id: node, incarnation, maxMessageBytes } = settings;
  // Every request below this number is settled, and will never be handed over again.
  const floor = firstNumber(pending) ?? nextNumber;
  const origin: Origin = { node, incarnation, floor };
  const asked: RequestsEffect[] = [];
  const forwards: RequestsEffect[] = [];
  let entries: Entry[] = [];
  let reads: QueuedRead[] = [];
  // No message is begun yet, so there is not even room for what takes none.
  let room = -1;
  for (const { first, requests } of decided.handOver) {
    for (let i = 0; i < requests.length; i += 1) {
      const request = requests[i] as Waiting | null;
      if (request === null) continue;
      const { op, bytes } = request;
      const number = first + i;
      const isLogged = op.type === 'write' || op.type === 'cas';
      if (!isLogged && isAskedOnce(op)) {
        asked.push({ type: 'ask', to: leader, term, incarnation, floor, number, op });
        continue;
      }
      if (bytes > room) {
        entries = [];
        reads = [];
        forwards.push({ type: 'forward', to: leader, term, entries, reads });
        room = maxMessageBytes;
      }
      room -= bytes;
      if (isLogged) entries.push({ term, op, origin, number, bytes });
      else reads.push({ origin, number, op });
    }
  }
  return asked.length === 0 ? forwards : [...forwards, ...asked];
}

const NOTHING: readonly RequestsEffect[] = [];

/** What a leader tells the nodes whose clients wait for these results, in messages of bounded size. */
export function respondToOrigins(
  { settings, term, decided }: RequestsContext,
  results: readonly Result[],
): readonly RequestsEffect[] {
  const { id, maxMessageBytes } = settings;
  // No result settles two requests: where as many were settled here as there are results, all are this node's own.
  if (decided.answers.length + decided.reads.length === results.length) return NOTHING;
  const foreign = results.filter(({ origin }) => origin.node !== id);
  if (foreign.length === 0) return NOTHING;
  const groups: Group[] = [];
  for (const { origin, number, index, outcome } of foreign) {
    const bytes = outcomeBytes(outcome);
    let group = latestOf(groups, origin);
    if (group === null || bytes > group.room) {
      group = { origin, outcomes: [], room: maxMessageBytes };
      groups.push(group);
    }
    group.outcomes.push({ number, index, outcome });
    group.room -= bytes;
  }
  return groups.map(({ origin: { node, incarnation }, outcomes }) => {
    return { type: 'respond', to: node, term, incarnation, outcomes };
  });
}

/** Outcomes for one life of a node that go in one message, and how many bytes there is still room for. */
type Group = { readonly origin: Life; readonly outcomes: ForwardedOutcome[]; room: number };

/** The group that was begun last for this life of a node. There are about as many groups as other nodes. */
function latestOf(groups: readonly Group[], { node, incarnation }: Life): Group | null {
  for (let i = groups.length - 1; i >= 0; i -= 1) {
    const group = groups[i] as Group;
    if (group.origin.node === node && group.origin.incarnation === incarnation) return group;
  }
  return null;
}

/** About how long an outcome is on the wire. Only a value that was read can be long. */
function outcomeBytes(outcome: Outcome): number {
  const value = outcome.type === 'read_ok' ? outcome.value : null;
  const isLong = typeof value === 'string' || typeof value === 'object';
  return 100 + (isLong ? JSON.stringify(value).length : 0);
}
