import type { EventOf } from '../chart.ts';
import { ERROR, isAskedOnce, type Outcome } from '../operations.ts';
import type { ForwardedOutcome } from '../raft/events.ts';
import type { RequestsEffect, RequestsEvent, Settled, Submission } from './events.ts';

/** The requests that clients wait for: kept until their outcome is known, or until it is too late to tell. */

export type Pending = Submission & {
  /** The request's number in this node's life, from 1. */
  readonly number: number;
  /** The highest index at which it was answered, below what it needs; 0 before the first such answer. */
  readonly reachedIndex: number;
  /**
   * When it was last handed to a leader, null before the first time. From then on it may stand in a log: no later
   * refusal could disprove that, because a network may have carried two copies.
   */
  readonly handedMs: number | null;
};

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
  /** By number. */
  readonly pending: readonly Pending[];
  /** When the patrol timer fires; null while it does not run. It runs whenever a request waits. */
  readonly patrolAtMs: number | null;
  /** What the last update decided, for the effects that follow it to carry out. */
  readonly decided: {
    readonly answers: readonly Settled[];
    readonly handOver: readonly Pending[];
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
const NOTHING_DECIDED: RequestsContext['decided'] = { answers: [], handOver: [], patrolMs: null };

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
  const room = Math.max(0, settings.maxPending - pending.length);
  const handedMs = leader === null ? null : event.nowMs;
  const taken: Pending[] = [];
  const answers: Settled[] = [];
  for (const request of event.requests) {
    if (taken.length < room) taken.push(pendingOf(request, nextNumber + taken.length, 0, handedMs));
    else answers.push(settled(request, overloaded(settings.maxPending)));
  }
  const patrolMs = untilPatrolMs(context, taken, event.nowMs);
  return {
    nextNumber: nextNumber + taken.length,
    pending: pending.length === 0 ? taken : pending.concat(taken),
    patrolAtMs: patrolMs === null ? context.patrolAtMs : event.nowMs + patrolMs,
    decided: { answers, handOver: leader === null ? [] : taken, patrolMs },
  };
}

/** Every field is written out: copying a record into another costs V8 ten times what building one does. */
function pendingOf(
  { client, msgId, op, bytes, reader, sinceMs, minIndex }: Submission,
  number: number,
  reachedIndex: number,
  handedMs: number | null,
): Pending {
  return { client, msgId, op, bytes, reader, sinceMs, minIndex, number, reachedIndex, handedMs };
}

/**
 * The patrol comes in time for the earliest deadline of these, and never later than it would have come.
 * @returns in how many milliseconds to look again; null to leave the timer as it is
 */
function untilPatrolMs(
  { settings, patrolAtMs }: RequestsContext,
  taken: readonly Pending[],
  nowMs: number,
): number | null {
  if (taken.length === 0) return null;
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
  const isGranted = ({ op }: Pending) => op.type === 'transfer_leadership' && op.to === leader;
  const answers = context.pending
    .filter(isGranted)
    .map((request) => settled(request, { type: 'transfer_leadership_ok' }, null, leader));
  const handOver: Pending[] = [];
  const pending: Pending[] = [];
  for (const request of context.pending) {
    if (isGranted(request)) continue;
    const kept = mayBeHandedOver(request) ? handedOver(request, nowMs) : request;
    if (kept !== request) handOver.push(kept);
    pending.push(kept);
  }
  return { leader, term, pending, decided: { answers, handOver, patrolMs: null } };
}

function mayBeHandedOver({ op, handedMs }: Pending): boolean {
  return handedMs === null || !isAskedOnce(op);
}

/** Operations were applied or served here: what clients of this node waited for is settled, once. */
export function settleResults(
  context: RequestsContext,
  event: EventOf<RequestsEvent, 'results.ready'>,
): Patch {
  const { id, incarnation } = context.settings;
  const own: ForwardedOutcome[] = [];
  for (const result of event.results) {
    if (result.node === id && result.incarnation === incarnation) own.push(result);
  }
  return settle(context, own, id);
}

/** The leader's answer to what was passed to it, in this life of the node. */
export function settleResponse(
  context: RequestsContext,
  event: EventOf<RequestsEvent, 'forward.response'>,
): Patch {
  const isOfThisLife = event.incarnation === context.settings.incarnation;
  return settle(context, isOfThisLife ? event.outcomes : [], event.from);
}

function settle(context: RequestsContext, outcomes: readonly ForwardedOutcome[], servedBy: string): Patch {
  if (outcomes.length === 0) return { decided: NOTHING_DECIDED };
  const sorted = inOrder(outcomes);
  const answers: Settled[] = [];
  const pending: Pending[] = [];
  let next = 0;
  for (const request of context.pending) {
    while (next < sorted.length && (sorted[next] as ForwardedOutcome).number < request.number) next += 1;
    const found = sorted[next];
    if (found === undefined || found.number !== request.number) pending.push(request);
    else if (found.index < request.minIndex) pending.push(keepAsking(request, found.index));
    else answers.push(settled(request, found.outcome, found.index, servedBy));
  }
  return { pending, decided: { answers, handOver: NOTHING_DECIDED.handOver, patrolMs: null } };
}

/**
 * Outcomes by ascending numbers, the latest of each number: waiting requests stand in that order, too, so both are gone
 * through once. They come so, as a rule, and then this costs nothing.
 */
function inOrder(outcomes: readonly ForwardedOutcome[]): readonly ForwardedOutcome[] {
  const isSorted = outcomes.every(
    ({ number }, i) => i === 0 || (outcomes[i - 1] as ForwardedOutcome).number < number,
  );
  if (isSorted) return outcomes;
  const latest = new Map(outcomes.map((outcome) => [outcome.number, outcome]));
  return [...latest.values()].sort((a, b) => a.number - b.number);
}

/** The leader itself has not reached what this read needs; it may yet, before the deadline. */
function keepAsking(request: Pending, index: number): Pending {
  return pendingOf(request, request.number, Math.max(request.reachedIndex, index), request.handedMs);
}

function handedOver(request: Pending, nowMs: number): Pending {
  return pendingOf(request, request.number, request.reachedIndex, nowMs);
}

/** Answers what has waited too long, and asks again for what was handed over long ago. */
export function patrol(context: RequestsContext, event: EventOf<RequestsEvent, 'patrol.timeout'>): Patch {
  const { settings, leader } = context;
  const { nowMs } = event;
  const isLate = (request: Pending) => request.sinceMs + settings.deadlineMs <= nowMs;
  const isDue = (request: Pending) =>
    leader !== null && (request.handedMs ?? 0) + settings.retryMs <= nowMs && mayBeHandedOver(request);
  const answers = context.pending
    .filter(isLate)
    .map((request) => settled(request, tooLate(context, request)));
  const handOver: Pending[] = [];
  const pending: Pending[] = [];
  for (const request of context.pending) {
    if (isLate(request)) continue;
    const kept = isDue(request) ? handedOver(request, nowMs) : request;
    if (kept !== request) handOver.push(kept);
    pending.push(kept);
  }
  const patrolMs = pending.length === 0 ? null : nextPatrolMs(settings, pending, nowMs);
  const patrolAtMs = patrolMs === null ? null : nowMs + patrolMs;
  return { pending, patrolAtMs, decided: { answers, handOver, patrolMs } };
}

/** Nothing will be heard of any of these any more. What was handed to a leader may be in a log, and happen yet. */
export function giveUp(context: RequestsContext, { text }: EventOf<RequestsEvent, 'node.failed'>): Patch {
  const answers = context.pending.map((request) => settled(request, lost(request, text)));
  return { pending: [], patrolAtMs: null, decided: { ...NOTHING_DECIDED, answers } };
}

function lost(request: Pending, text: string): Outcome {
  if (isInNoLog(request)) {
    return {
      type: 'error',
      code: ERROR.temporarilyUnavailable,
      text: `${text}; the operation did not happen`,
    };
  }
  return { type: 'error', code: ERROR.crash, text: `${text}; not known whether the operation happened` };
}

/** A request that was never handed to a leader stands in no log, and neither does any read. */
function isInNoLog({ handedMs, op }: Pending): boolean {
  return handedMs === null || op.type === 'read' || op.type === 'members';
}

function nextPatrolMs(settings: RequestsSettings, pending: readonly Pending[], nowMs: number): number {
  let firstMs = Number.POSITIVE_INFINITY;
  for (const { sinceMs } of pending) firstMs = Math.min(firstMs, sinceMs);
  return Math.max(1, Math.min(settings.retryMs, firstMs + settings.deadlineMs - nowMs));
}

function settled(
  { client, msgId, reader }: Submission,
  outcome: Outcome,
  index: number | null = null,
  servedBy: string | null = null,
): Settled {
  return { client, msgId, reader, outcome, index, servedBy };
}

function overloaded(maxPending: number): Outcome {
  const text = `${maxPending} requests wait already: try again later, or another node`;
  return { type: 'error', code: ERROR.temporarilyUnavailable, text };
}

/** Definite means definite: "it did not happen" only where no log can hold it. A read is in no log. */
function tooLate({ settings, leader }: RequestsContext, request: Pending): Outcome {
  const wait = `within ${settings.deadlineMs} ms`;
  if (request.reachedIndex > 0) {
    const text = `the log reached only index ${request.reachedIndex} ${wait}, and the read must not be older than index ${request.minIndex}`;
    return { type: 'error', code: ERROR.temporarilyUnavailable, text };
  }
  if (!isInNoLog(request)) {
    return { type: 'error', code: ERROR.timeout, text: `not known ${wait} whether the operation happened` };
  }
  const who = leader === null ? 'no leader was found' : `the leader ${leader} did not confirm it`;
  return {
    type: 'error',
    code: ERROR.temporarilyUnavailable,
    text: `${who} ${wait}; the operation did not happen`,
  };
}

export function answerClients({ decided }: RequestsContext): readonly RequestsEffect[] {
  return decided.answers.length === 0 ? [] : [{ type: 'answer', answers: decided.answers }];
}

export function setPatrol({ decided }: RequestsContext): readonly RequestsEffect[] {
  return decided.patrolMs === null ? [] : [{ type: 'timer.set', timer: 'patrol', ms: decided.patrolMs }];
}
