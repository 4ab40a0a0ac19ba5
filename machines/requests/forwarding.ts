import { isAskedOnce } from '../operations.ts';
import type { ForwardedOutcome, ForwardedRequest } from '../raft/events.ts';
import type { RequestsEffect, Result } from './events.ts';
import type { RequestsContext } from './pending.ts';

/** What requests and outcomes look like on their way between a node and the leader, in messages of bounded size. */

/** Every request below this number is settled and will never be handed over again. */
function floor({ pending, nextNumber }: RequestsContext): number {
  return pending[0]?.number ?? nextNumber;
}

/** Hands requests to the leader: those that may be asked again in messages of bounded size, the others one by one. */
export function handOver(context: RequestsContext): readonly RequestsEffect[] {
  const { leader, term, settings, decided } = context;
  if (leader === null || decided.handOver.length === 0) return [];
  const { incarnation } = settings;
  const head = { to: leader, term, incarnation, floor: floor(context) };
  const forwarded: ForwardedRequest[] = [];
  const asked: RequestsEffect[] = [];
  for (const { number, op, bytes } of decided.handOver) {
    if (isAskedOnce(op)) asked.push({ type: 'ask', ...head, number, op });
    else forwarded.push({ number, op, bytes });
  }
  const forwards = chunks(forwarded, (request) => request.bytes, settings.maxMessageBytes).map(
    (requests): RequestsEffect => ({
      type: 'forward',
      to: leader,
      term,
      incarnation,
      floor: head.floor,
      requests,
    }),
  );
  return asked.length === 0 ? forwards : [...forwards, ...asked];
}

/** What a leader tells the nodes whose clients wait for these results, in messages of bounded size. */
export function respondToOrigins(
  { settings, term }: RequestsContext,
  results: readonly Result[],
): readonly RequestsEffect[] {
  // A list: there are as many as other nodes.
  const groups: { to: string; incarnation: number; outcomes: ForwardedOutcome[] }[] = [];
  for (const { node, incarnation, number, index, outcome } of results) {
    if (node === settings.id) continue;
    const group = groups.find((one) => one.to === node && one.incarnation === incarnation);
    if (group === undefined) groups.push({ to: node, incarnation, outcomes: [{ number, index, outcome }] });
    else group.outcomes.push({ number, index, outcome });
  }
  return groups.flatMap(({ to, incarnation, outcomes }) =>
    chunks(outcomes, outcomeBytes, settings.maxMessageBytes).map((chunk) => ({
      type: 'respond' as const,
      to,
      term,
      incarnation,
      outcomes: chunk,
    })),
  );
}

/** About how long an outcome is on the wire. Only a value that was read can be long. */
function outcomeBytes({ outcome }: ForwardedOutcome): number {
  const value = outcome.type === 'read_ok' ? outcome.value : null;
  const isLong = typeof value === 'string' || typeof value === 'object';
  return 100 + (isLong ? JSON.stringify(value).length : 0);
}

/** Splits items, in order, into groups of at most this many bytes; a larger item makes a group of its own. */
function chunks<T>(items: readonly T[], bytesOf: (item: T) => number, maxBytes: number): T[][] {
  const all: T[][] = [];
  let chunk: T[] = [];
  let room = 0;
  for (const item of items) {
    const bytes = bytesOf(item);
    if (all.length === 0 || bytes > room) {
      chunk = [item];
      all.push(chunk);
      room = maxBytes - bytes;
    } else {
      chunk.push(item);
      room -= bytes;
    }
  }
  return all;
}
