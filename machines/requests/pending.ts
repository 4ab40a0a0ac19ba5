import type { EventOf } from '../chart.ts';
import type { ClientAnswer } from '../maelstrom/events.ts';
import { isAskedOnce, type Outcome } from '../operations.ts';
import {
  type Batch,
  type Batches,
  countOf,
  forEachWaiting,
  handed,
  type Waiting,
  without,
} from './batches.ts';
import type { RequestsEffect, RequestsEvent, Result, SettledRead, Submission } from './events.ts';
import { lost, overloaded, tooLate } from './refusals.ts';

/** The requests that clients wait for: kept until their outcome is known, or until it is too late to tell. */

export type RequestsSettings = {
  readonly id: string;
  /** Which life of this node it is: higher than every earlier one. */
  readonly incarnation: number;
  /** How long after its arrival a request is answered at the latest. */
  readonly deadlineMs: number;
  /** How long to wait for a leader's answer before asking again. */
  readonly retryMs: number;
  /** The most requests that wait at one time; more are turned away. */
  readonly maxPending: number;
  /** The most bytes of requests in one message to the leader, unless a single one is larger. */
  readonly maxMessageBytes: number;
};

export type RequestsContext = {
  readonly settings: RequestsSettings;
  readonly leader: string | null;
  /** The term of `leader`, or the latest term heard of. */
  readonly term: number;
  readonly nextNumber: number;
  readonly pending: Batches;
  /** When the patrol timer fires; null while it does not run. It runs whenever a request waits. */
  readonly patrolAtMs: number | null;
  /** What the last update decided, for the effects that follow it to carry out. */
  readonly decided: {
    readonly answers: readonly ClientAnswer[];
    readonly reads: readonly SettledRead[];
    readonly handOver: Batches;
    /** When to look again; null to leave the timer as it is. */
    readonly patrolMs: number | null;
  };
};

export type RequestsInput = {
  readonly id: string;
  readonly incarnation: number;
  readonly settings?: Partial<RequestsSettings>;
};

type Patch = Partial<RequestsContext>;
const NO_BATCHES: Batches = [];
const NOTHING_DECIDED: RequestsContext['decided'] = {
  answers: [],
  reads: [],
  handOver: NO_BATCHES,
  patrolMs: null,
};

export function createRequestsContext({ input }: { input: RequestsInput }): RequestsContext {
  const { id, incarnation } = input;
  const limits = { deadlineMs: 880, retryMs: 300, maxPending: 10_000, maxMessageBytes: 256 * 1024 };
  return {
    settings: { id, incarnation, ...limits, ...input.settings },
    leader: null,
    term: 0,
    nextNumber: 1,
    pending: [],
    patrolAtMs: null,
    decided: NOTHING_DECIDED,
  };
}

/** Takes requests in, as many as there is room for, and hands them over if there is anyone to hand them to. */
export function takeIn(context: RequestsContext, event: EventOf<RequestsEvent, 'requests.arrived'>): Patch {
  const { settings, pending, nextNumber, leader } = context;
  const { nowMs } = event;
  const room = settings.maxPending - countOf(pending);
  const requests = event.requests.length <= room ? event.requests : event.requests.slice(0, room);
  const told = nobody();
  for (const submission of event.requests.slice(requests.length)) {
    tell(told, submission, overloaded(settings.maxPending));
  }
  if (requests.length === 0) return { decided: decision(told, NO_BATCHES, null) };
  const waiting = requests.length;
  const batch: Batch = { first: nextNumber, requests, waiting, handedMs: leader === null ? null : nowMs };
  const taken = [batch];
  const patrolMs = untilPatrolMs(context, taken, nowMs);
  return {
    nextNumber: nextNumber + waiting,
    pending: pending.length === 0 ? taken : pending.concat(taken),
    patrolAtMs: patrolMs === null ? context.patrolAtMs : nowMs + patrolMs,
    decided: decision(told, leader === null ? NO_BATCHES : taken, patrolMs),
  };
}

/**
 * The patrol comes in time for the earliest deadline of these, and never later than it would have come.
 * @returns in how many milliseconds to look again; null to leave the timer as it is
 */
function untilPatrolMs(
  { settings, patrolAtMs }: RequestsContext,
  taken: Batches,
  nowMs: number,
): number | null {
  const patrolMs = nextPatrolMs(settings, taken, nowMs);
  return patrolAtMs !== null && patrolAtMs <= nowMs + patrolMs ? null : patrolMs;
}

/**
 * There is another leader, or none: whoever it is gets everything that waits, but for what may be asked once and has
 * been; and whoever wanted this very node to lead has it.
 */
export function turnTo(context: RequestsContext, event: EventOf<RequestsEvent, 'leader.changed'>): Patch {
  const { leader, term, nowMs } = event;
  if (leader === null) return { leader, term, decided: NOTHING_DECIDED };
  const isGranted = ({ op }: Waiting) => op.type === 'transfer_leadership' && op.to === leader;
  const told = nobody();
  forEachWaiting(context.pending, (request) => {
    if (isGranted(request)) tell(told, request, { type: 'transfer_leadership_ok' }, null, leader);
  });
  const left = without(context.pending, isGranted);
  const pending = left.map((batch) => handed(batch, nowMs));
  return { leader, term, pending, decided: decision(told, left.flatMap(handable), null) };
}

/** What of a batch may be handed to a leader: what is asked once is not asked again. */
function handable(batch: Batch): Batches {
  return batch.handedMs === null ? [batch] : without([batch], ({ op }) => isAskedOnce(op));
}

/** Operations were applied or served here: what clients of this node waited for is settled, once. */
export function settleResults(
  context: RequestsContext,
  event: EventOf<RequestsEvent, 'results.ready'>,
): Patch {
  return settle(context, event.results, context.settings.id);
}

/** The leader's answer to what was passed to it, in one life of this node or another. */
export function settleResponse(
  context: RequestsContext,
  event: EventOf<RequestsEvent, 'forward.response'>,
): Patch {
  const origin = { node: context.settings.id, incarnation: event.incarnation };
  const results = event.outcomes.map(
    ({ number, index, outcome }): Result => ({ origin, number, index, outcome }),
  );
  return settle(context, results, event.from);
}

/** Settles what waits here for any of these results, whosever they are. Both are in order, so both are gone through once. */
function settle(context: RequestsContext, results: readonly Result[], servedBy: string): Patch {
  const own = ownInOrder(results, context.settings);
  if (own.length === 0) return { decided: NOTHING_DECIDED };
  const told = nobody();
  const pending: Batch[] = [];
  let next = 0;
  for (const batch of context.pending) {
    const { first, handedMs } = batch;
    const end = first + batch.requests.length;
    if (next === own.length || (own[next] as Result).number >= end) {
      pending.push(batch);
      continue;
    }
    const requests = batch.requests.slice();
    let { waiting } = batch;
    for (; next < own.length; next += 1) {
      const { number, index, outcome } = own[next] as Result;
      if (number >= end) break;
      const request = number < first ? null : (requests[number - first] as Waiting | null);
      if (request === null) continue;
      const isEnough = index >= request.minIndex;
      requests[number - first] = isEnough ? null : keepAsking(request, index);
      if (!isEnough) continue;
      waiting -= 1;
      tell(told, request, outcome, index, servedBy);
    }
    if (waiting > 0) pending.push({ first, requests, waiting, handedMs });
  }
  return { pending, decided: decision(told, NO_BATCHES, null) };
}

/** Of these results those for this life of this node, by ascending numbers, the latest of each number. */
function ownInOrder(results: readonly Result[], { id, incarnation }: RequestsSettings): readonly Result[] {
  let before = 0;
  let isOwn = true;
  let isInOrder = true;
  for (const { origin, number } of results) {
    if (origin.node !== id || origin.incarnation !== incarnation) isOwn = false;
    else if (number <= before) isInOrder = false;
    else before = number;
  }
  // As a rule they are, and stand so.
  if (isOwn && isInOrder) return results;
  const own = results.filter(({ origin }) => origin.node === id && origin.incarnation === incarnation);
  if (isInOrder) return own;
  const latest = new Map(own.map((result) => [result.number, result]));
  return [...latest.values()].sort((a, b) => a.number - b.number);
}

/** The leader itself has not reached what this read needs; it may yet, before the deadline. */
function keepAsking(request: Waiting, index: number): Waiting {
  return { ...request, reachedIndex: Math.max(request.reachedIndex ?? 0, index) };
}

/** Answers what has waited too long, and asks again for what was handed over long ago. */
export function patrol(context: RequestsContext, event: EventOf<RequestsEvent, 'patrol.timeout'>): Patch {
  const { settings, leader } = context;
  const { nowMs } = event;
  const isLate = ({ sinceMs }: Waiting) => sinceMs + settings.deadlineMs <= nowMs;
  const told = nobody();
  forEachWaiting(context.pending, (request, batch) => {
    if (isLate(request)) tell(told, request, tooLate(context, request, batch));
  });
  const left = without(context.pending, isLate);
  const isDue = ({ handedMs }: Batch) => leader !== null && (handedMs ?? 0) + settings.retryMs <= nowMs;
  const pending = left.map((batch) => (isDue(batch) ? handed(batch, nowMs) : batch));
  const patrolMs = pending.length === 0 ? null : nextPatrolMs(settings, pending, nowMs);
  const patrolAtMs = patrolMs === null ? null : nowMs + patrolMs;
  return { pending, patrolAtMs, decided: decision(told, left.filter(isDue).flatMap(handable), patrolMs) };
}

/** Nothing will be heard of any of these any more. What was handed to a leader may be in a log, and happen yet. */
export function giveUp(context: RequestsContext, { text }: EventOf<RequestsEvent, 'node.failed'>): Patch {
  const told = nobody();
  forEachWaiting(context.pending, (request, batch) => tell(told, request, lost(request, batch, text)));
  return { pending: [], patrolAtMs: null, decided: decision(told, NO_BATCHES, null) };
}

function nextPatrolMs(settings: RequestsSettings, pending: Batches, nowMs: number): number {
  let firstMs = Number.POSITIVE_INFINITY;
  for (const { requests } of pending) {
    for (const request of requests) if (request !== null) firstMs = Math.min(firstMs, request.sinceMs);
  }
  return Math.max(1, Math.min(settings.retryMs, firstMs + settings.deadlineMs - nowMs));
}

/** Who is told what. */
type Told = { readonly answers: ClientAnswer[]; readonly reads: SettledRead[] };

function nobody(): Told {
  return { answers: [], reads: [] };
}

/**
 * Tells whoever asked: a client, or a waiting read in its name.
 * @param index where in the log the operation took place, was read or was refused; null on errors of this node
 * @param servedBy who says so; null on errors of this node
 */
function tell(
  { answers, reads }: Told,
  { client, msgId, reader }: Submission,
  outcome: Outcome,
  index: number | null = null,
  servedBy: string | null = null,
): void {
  if (reader === null) answers.push({ client, msgId, outcome, index });
  else reads.push({ reader, outcome, index, servedBy });
}

function decision(
  { answers, reads }: Told,
  handOver: Batches,
  patrolMs: number | null,
): RequestsContext['decided'] {
  return { answers, reads, handOver, patrolMs };
}

/** Tells whoever waited and is answered: the waiting reads first, which may have something to say to their clients. */
export function answerClients({ decided }: RequestsContext): readonly RequestsEffect[] {
  const { answers, reads } = decided;
  const effects: RequestsEffect[] = reads.length === 0 ? [] : [{ type: 'reads.answered', reads }];
  if (answers.length > 0) effects.push({ type: 'answer', answers });
  return effects;
}

export function setPatrol({ decided }: RequestsContext): readonly RequestsEffect[] {
  return decided.patrolMs === null ? [] : [{ type: 'timer.set', timer: 'patrol', ms: decided.patrolMs }];
}
