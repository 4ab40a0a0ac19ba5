import assert from 'node:assert/strict';
import type { EventFromLogic, SnapshotFrom } from 'xstate';
import type { Outcome } from '../../machines/operations.ts';
import type { RequestsEffect, Settled, Submission } from '../../machines/requests/events.ts';
import type { RequestsInput } from '../../machines/requests/pending.ts';
import { requestsMachine } from '../../machines/requests/requests.machine.ts';
import type { Model, Reference } from '../../src/testing/index.ts';
import { chartTests } from './subject.ts';

type Machine = typeof requestsMachine;
type Snapshot = SnapshotFrom<Machine>;
type Event = EventFromLogic<Machine>;

const MAX_PENDING = 2;
const DEADLINE_MS = 880;
const RETRY_MS = 300;
const INPUT: RequestsInput = {
  id: 'n1',
  incarnation: 2,
  settings: { maxPending: MAX_PENDING, maxMessageBytes: 100, deadlineMs: DEADLINE_MS, retryMs: RETRY_MS },
};
const done: Outcome = { type: 'read_ok', value: 1 };

/** The latest moment that the node has written down: time goes on from there. */
function latestMs({ context }: Pick<Snapshot, 'context'>): number {
  return Math.max(0, ...context.pending.flatMap(({ sinceMs, handedMs }) => [sinceMs, handedMs ?? 0]));
}

function submission(sinceMs: number, minIndex: number): Submission {
  const op =
    minIndex === 0 ? ({ type: 'write', key: 'x', value: 1 } as const) : ({ type: 'read', key: 'x' } as const);
  return { client: 'c1', msgId: 1, op, bytes: 60, reader: minIndex === 0 ? null : 1, sinceMs, minIndex };
}

/** @param maxNumber how many requests may arrive in one life of the model */
function model(maxNumber: number): Model<Machine> {
  return {
    machine: requestsMachine,
    inputs: [INPUT],
    *events(snapshot) {
      const { nextNumber, pending } = snapshot.context;
      const nowMs = latestMs(snapshot);
      for (const leader of [null, 'n1', 'n2']) yield { type: 'leader.changed', leader, term: 1, nowMs };
      for (const later of [100, 300, 900]) yield { type: 'patrol.timeout', nowMs: nowMs + later };
      if (nextNumber <= maxNumber) {
        const [write, read] = [submission(nowMs, 0), submission(nowMs, 5)];
        yield { type: 'requests.arrived', nowMs, requests: [write] };
        yield { type: 'requests.arrived', nowMs, requests: [write, read, write] };
      }
      yield* answers(pending[0]?.number ?? nextNumber);
    },
    serialize: ({ value, context }) => {
      const nowMs = latestMs({ context });
      const ages = context.pending.map(({ sinceMs, handedMs, number, reachedIndex, op }) => [
        op.type,
        context.nextNumber - number,
        nowMs - sinceMs,
        handedMs === null ? null : nowMs - handedMs,
        reachedIndex,
      ]);
      const { leader, term, nextNumber, patrolAtMs } = context;
      return JSON.stringify([value, leader, term, nextNumber, patrolAtMs !== null, ages]);
    },
  };
}

/** What the leader, or this node's own registers, may say about a request; of another life of the node, too. */
function* answers(number: number): Iterable<Event> {
  for (const index of [4, 5]) {
    for (const incarnation of [1, 2]) {
      const outcome = { number, index, outcome: done };
      yield { type: 'forward.response', from: 'n2', term: 1, incarnation, outcomes: [outcome] };
      const results = ['n1', 'n3'].map((node) => ({ node, incarnation, ...outcome }));
      yield { type: 'results.ready', results };
    }
  }
}

type Waiting = { readonly request: Submission; handedMs: number | null; reached: number };

/** The requests of one node in plain words: a table of who waits, and what each event makes of it. */
class Table {
  leader: string | null = null;
  nextNumber = 1;
  readonly waiting = new Map<number, Waiting>();
  answers: Pick<Settled, 'reader' | 'outcome' | 'index'>[] = [];
  forwarded: number[] = [];

  take(event: Event): void {
    this.answers = [];
    this.forwarded = [];
    if (event.type === 'requests.arrived') this.#arrive(event.requests, event.nowMs);
    if (event.type === 'leader.changed') {
      this.leader = event.leader;
      for (const number of this.waiting.keys()) this.#forward(number, event.nowMs);
    }
    if (event.type === 'patrol.timeout') this.#patrol(event.nowMs);
    const outcomes =
      event.type === 'forward.response'
        ? event.outcomes.filter(() => event.incarnation === INPUT.incarnation)
        : event.type === 'results.ready'
          ? event.results.filter((one) => one.node === INPUT.id && one.incarnation === INPUT.incarnation)
          : [];
    for (const { number, index } of outcomes) this.#settle(number, index);
  }

  #arrive(requests: readonly Submission[], nowMs: number): void {
    for (const request of requests) {
      if (this.waiting.size >= MAX_PENDING) {
        this.#answer(request, { type: 'error', code: 11, text: '' });
        continue;
      }
      this.waiting.set(this.nextNumber, { request, handedMs: null, reached: 0 });
      this.#forward(this.nextNumber, nowMs);
      this.nextNumber += 1;
    }
  }

  #forward(number: number, nowMs: number): void {
    const one = this.waiting.get(number);
    if (this.leader === null || one === undefined) return;
    one.handedMs = nowMs;
    this.forwarded.push(number);
  }

  #settle(number: number, index: number): void {
    const one = this.waiting.get(number);
    if (one === undefined) return;
    if (index < one.request.minIndex) {
      one.reached = index;
      return;
    }
    this.waiting.delete(number);
    this.#answer(one.request, done, index);
  }

  #patrol(nowMs: number): void {
    for (const [number, { request, handedMs, reached }] of this.waiting) {
      if (request.sinceMs + DEADLINE_MS <= nowMs) {
        this.waiting.delete(number);
        // A write that was handed over may stand in a log; a read stands in none.
        const code = handedMs !== null && request.op.type === 'write' && reached === 0 ? 0 : 11;
        this.#answer(request, { type: 'error', code, text: '' });
      } else if ((handedMs ?? 0) + RETRY_MS <= nowMs) this.#forward(number, nowMs);
    }
  }

  #answer({ reader }: Submission, outcome: Outcome, index: number | null = null): void {
    this.answers.push({ reader, outcome, index });
  }
}

/** Everything that is answered or passed on, in order, without the texts of errors. */
function told(effects: readonly RequestsEffect[]) {
  const plain = (outcome: Outcome) => (outcome.type === 'error' ? { ...outcome, text: '' } : outcome);
  return {
    answers: effects.flatMap((one) =>
      one.type === 'answer'
        ? one.answers.map(({ reader, outcome, index }) => ({ reader, outcome: plain(outcome), index }))
        : [],
    ),
    forwarded: effects.flatMap((one) =>
      one.type === 'forward' ? one.requests.map(({ number }) => number) : [],
    ),
  };
}

/** Which nodes are told what became of their requests: only a leader tells. */
function responses(table: Table, event: Event): string[] {
  if (event.type !== 'results.ready' || table.leader !== INPUT.id) return [];
  return event.results.filter(({ node }) => node !== INPUT.id).map(({ node }) => node);
}

const reference: Reference<Machine> = () => {
  const table = new Table();
  /** When the patrol will look again; it has to, for as long as anyone waits. */
  let patrolMs: number | null = null;
  return ({ event, after, effects }) => {
    table.take(event);
    const { answers, forwarded } = table;
    assert.deepEqual(told(effects), { answers, forwarded });
    assert.deepEqual(
      effects.flatMap((one) => (one.type === 'respond' ? [one.to] : [])),
      responses(table, event),
    );
    for (const effect of effects) if (effect.type === 'forward') assert.equal(effect.to, table.leader);
    if (event.type === 'patrol.timeout') patrolMs = null;
    for (const effect of effects) if (effect.type === 'timer.set') patrolMs = effect.ms;
    assert.ok(patrolMs !== null || table.waiting.size === 0, 'whoever waits is patrolled');
    assert.ok(patrolMs === null || patrolMs <= RETRY_MS, 'the patrol comes in time to ask again');
    const { leader } = table;
    assert.equal(after.value, leader === null ? 'leaderless' : leader === INPUT.id ? 'leading' : 'following');
    assert.deepEqual(
      after.context.pending.map(({ number }) => number),
      [...table.waiting.keys()],
    );
  };
};

export const requestsTests = chartTests<Machine>({
  machine: requestsMachine,
  worlds: [{ model: model(2), states: 139 }],
  walks: [{ model: model(1000), seed: 5, count: 40, steps: 80 }],
  reference,
});
