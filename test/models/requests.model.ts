import assert from 'node:assert/strict';
import type { EventFromLogic, SnapshotFrom } from 'xstate';
import type { ClientOutcome, Outcome } from '../../machines/operations.ts';
import type { ForwardedOutcome } from '../../machines/raft/events.ts';
import { forEachWaiting, type Waiting } from '../../machines/requests/batches.ts';
import type { RequestsEffect, SettledRead, Submission } from '../../machines/requests/events.ts';
import type { RequestsInput, RequestsSettings } from '../../machines/requests/pending.ts';
import { requestsMachine } from '../../machines/requests/requests.machine.ts';
import type { Model, Reference } from '../../src/testing/index.ts';
import { chartTests } from './subject.ts';

type Machine = typeof requestsMachine;
type Snapshot = SnapshotFrom<Machine>;
type Event = EventFromLogic<Machine>;

const INPUT: RequestsInput = {
  id: 'n1',
  incarnation: 2,
  settings: { maxPending: 2, maxMessageBytes: 100, deadlineMs: 880, retryMs: 300 },
};
const done: Outcome = { type: 'read_ok', value: 1 };

/** The latest moment that the node has written down: time goes on from there. */
function latestMs({ context }: Pick<Snapshot, 'context'>): number {
  return Math.max(0, ...waitingIn(context).flatMap(({ sinceMs, handedMs }) => [sinceMs, handedMs ?? 0]));
}

/** Every request that waits, with what its batch says of it. */
function waitingIn({ pending }: Snapshot['context']) {
  const all: (Waiting & { readonly number: number; readonly handedMs: number | null })[] = [];
  forEachWaiting(pending, (request, { handedMs }, number) => all.push({ ...request, number, handedMs }));
  return all;
}

function submission(sinceMs: number, minIndex: number): Submission {
  const op =
    minIndex === 0 ? ({ type: 'write', key: 'x', value: 1 } as const) : ({ type: 'read', key: 'x' } as const);
  return { client: 'c1', msgId: 1, op, bytes: 60, reader: minIndex === 0 ? null : 1, sinceMs, minIndex };
}

/** What operators ask. */
const OPERATORS: readonly Submission['op'][] = [
  { type: 'members', local: false },
  { type: 'change_members', add: [], learners: ['n4'], remove: [], ifIndex: null },
  { type: 'transfer_leadership', to: 'n2' },
  { type: 'transfer_leadership', to: 'n1' },
];

/**
 * @param maxNumber how many requests may arrive in one life of the model
 * @param operators what operators may ask besides
 */
function model(maxNumber: number, operators: readonly Submission['op'][] = []): Model<Machine> {
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
        for (const op of operators) {
          yield { type: 'requests.arrived', nowMs, requests: [{ ...write, op }, write] };
        }
      }
      yield* answers(waitingIn(snapshot.context)[0]?.number ?? nextNumber);
      if (pending.length > 0) yield { type: 'node.failed', text: 'the disk is full' };
    },
    serialize: ({ value, context }) => {
      const nowMs = latestMs({ context });
      const ages = waitingIn(context).map(({ sinceMs, handedMs, number, reachedIndex, op }) => [
        op.type,
        context.nextNumber - number,
        nowMs - sinceMs,
        handedMs === null ? null : nowMs - handedMs,
        reachedIndex ?? 0,
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
      const results = ['n1', 'n3'].map((node) => ({ origin: { node, incarnation }, ...outcome }));
      yield { type: 'results.ready', results };
    }
  }
}

type Row = { readonly request: Submission; handedMs: number | null; reached: number };

type Answer = Pick<SettledRead, 'index'> & {
  readonly reader: number | null;
  readonly outcome: ClientOutcome;
};

/** The requests of one node in plain words: a table of who waits, and what each event makes of it. */
class Table {
  readonly settings: RequestsSettings;
  leader: string | null = null;
  nextNumber = 1;
  readonly waiting = new Map<number, Row>();
  answers: Answer[] = [];
  forwarded: number[] = [];

  constructor(settings: RequestsSettings) {
    this.settings = settings;
  }

  take(event: Event): void {
    this.answers = [];
    this.forwarded = [];
    if (event.type === 'requests.arrived') this.#arrive(event.requests, event.nowMs);
    if (event.type === 'leader.changed') {
      this.leader = event.leader;
      this.#congratulate();
      for (const number of this.waiting.keys()) this.#forward(number, event.nowMs);
    }
    if (event.type === 'patrol.timeout') this.#patrol(event.nowMs);
    if (event.type === 'node.failed') this.#giveUp();
    if (event.type === 'forward.response') this.#settle([event]);
    if (event.type === 'results.ready') {
      const own = event.results.filter(({ origin }) => origin.node === this.settings.id);
      this.#settle(own.map((one) => ({ incarnation: one.origin.incarnation, outcomes: [one] })));
    }
  }

  #arrive(requests: readonly Submission[], nowMs: number): void {
    for (const request of requests) {
      if (this.waiting.size >= this.settings.maxPending) {
        this.#answer(request, { type: 'error', code: 11, text: '' });
        continue;
      }
      this.waiting.set(this.nextNumber, { request, handedMs: null, reached: 0 });
      this.#forward(this.nextNumber, nowMs);
      this.nextNumber += 1;
    }
  }

  /** Whoever wanted this node to lead has what it wanted. */
  #congratulate(): void {
    for (const [number, { request }] of this.waiting) {
      const { op } = request;
      if (op.type !== 'transfer_leadership' || op.to !== this.leader) continue;
      this.waiting.delete(number);
      this.#answer(request, { type: 'transfer_leadership_ok' });
    }
  }

  #forward(number: number, nowMs: number): void {
    const one = this.waiting.get(number);
    if (this.leader === null || one === undefined) return;
    // Nothing would make two copies of these one, so no second leader hears of them, and none a second time.
    const isOnce = ['change_members', 'transfer_leadership'].includes(one.request.op.type);
    if (isOnce && one.handedMs !== null) return;
    one.handedMs = nowMs;
    this.forwarded.push(number);
  }

  /** Whoever waits in this life of the node is answered; but a read that is too old is no answer. */
  #settle(said: readonly { incarnation: number; outcomes: readonly ForwardedOutcome[] }[]): void {
    const ofThisLife = said.filter(({ incarnation }) => incarnation === this.settings.incarnation);
    const outcomes = ofThisLife.flatMap((one) => one.outcomes);
    for (const [number, one] of this.waiting) {
      const found = outcomes.find((outcome) => outcome.number === number);
      if (found === undefined) continue;
      if (found.index < one.request.minIndex) {
        one.reached = Math.max(one.reached, found.index);
      } else {
        this.waiting.delete(number);
        this.#answer(one.request, found.outcome, found.index);
      }
    }
  }

  #patrol(nowMs: number): void {
    for (const [number, { request, handedMs, reached }] of this.waiting) {
      if (request.sinceMs + this.settings.deadlineMs <= nowMs) {
        this.waiting.delete(number);
        // A write that was handed over may stand in a log; a read stands in none.
        const code = handedMs !== null && !isRead(request) && reached === 0 ? 0 : 11;
        this.#answer(request, { type: 'error', code, text: '' });
      } else if ((handedMs ?? 0) + this.settings.retryMs <= nowMs) this.#forward(number, nowMs);
    }
  }

  #giveUp(): void {
    for (const { request, handedMs } of this.waiting.values()) {
      // A write that was handed over may happen yet; it cannot be said of a read.
      const code = handedMs !== null && !isRead(request) ? 13 : 11;
      this.#answer(request, { type: 'error', code, text: '' });
    }
    this.waiting.clear();
  }

  #answer({ reader }: Submission, outcome: Outcome, index: number | null = null): void {
    this.answers.push({ reader, outcome: withoutText(outcome), index });
  }
}

function isRead({ op }: Submission): boolean {
  return op.type === 'read' || op.type === 'members';
}

/** The words of an error are not the protocol's. */
function withoutText(outcome: ClientOutcome): ClientOutcome {
  return outcome.type === 'error' ? { ...outcome, text: '' } : outcome;
}

/** Everything that is answered, waiting reads first and without the texts of errors, and everything that is passed on. */
function told(effects: readonly RequestsEffect[]) {
  return {
    answers: effects.flatMap((one): Answer[] => {
      if (one.type === 'reads.answered') {
        return one.reads.map(({ reader, outcome, index }) => ({
          reader,
          outcome: withoutText(outcome),
          index,
        }));
      }
      if (one.type !== 'answer') return [];
      return one.answers.map(({ outcome, index }) => ({
        reader: null,
        outcome: withoutText(outcome),
        index,
      }));
    }),
    forwarded: effects
      .flatMap((one) => {
        if (one.type === 'ask') return [one.number];
        return one.type === 'forward' ? [...one.entries, ...one.reads].map(({ number }) => number) : [];
      })
      .sort((a, b) => a - b),
  };
}

/** What other nodes are to be told of their requests: only a leader tells. Sorted, as nodes are told one by one. */
function responses({ leader, settings }: Table, event: Event): string[] {
  if (event.type !== 'results.ready' || leader !== settings.id) return [];
  const others = event.results.filter(({ origin }) => origin.node !== settings.id);
  return others.map(({ origin, number }) => `${origin.node} ${origin.incarnation} ${number}`).sort();
}

function responded(effects: readonly RequestsEffect[]): string[] {
  return effects
    .flatMap((one) =>
      one.type === 'respond'
        ? one.outcomes.map(({ number }) => `${one.to} ${one.incarnation} ${number}`)
        : [],
    )
    .sort();
}

/** What the table says is what clients, leader and origins are told; and nobody waits who is not looked after. */
export const requestsReference: Reference<Machine> = (_input, first) => {
  const { settings } = first.snapshot.context;
  const table = new Table(settings);
  /** When the patrol will look again; it has to, for as long as anyone waits. */
  let patrolMs: number | null = null;
  return ({ event, after, effects }) => {
    table.take(event);
    const { answers, forwarded } = table;
    // Waiting reads hear before clients do.
    answers.sort((a, b) => Number(a.reader === null) - Number(b.reader === null));
    assert.deepEqual(told(effects), { answers, forwarded });
    assert.deepEqual(responded(effects), responses(table, event));
    for (const effect of effects) if (effect.type === 'forward') assert.equal(effect.to, table.leader);
    if (event.type === 'patrol.timeout') patrolMs = null;
    for (const effect of effects) if (effect.type === 'timer.set') patrolMs = effect.ms;
    assert.ok(patrolMs !== null || table.waiting.size === 0, 'whoever waits is patrolled');
    assert.ok(patrolMs === null || patrolMs <= settings.retryMs, 'the patrol comes in time to ask again');
    const { leader } = table;
    assert.equal(
      after.value,
      leader === null ? 'leaderless' : leader === settings.id ? 'leading' : 'following',
    );
    assert.deepEqual(
      waitingIn(after.context).map(({ number }) => number),
      [...table.waiting.keys()],
    );
  };
};

export const requestsTests = chartTests<Machine>({
  machine: requestsMachine,
  worlds: [{ model: model(2), states: 139 }],
  walks: [
    { model: model(1000), seed: 5, count: 40, steps: 80 },
    { model: model(1000, OPERATORS), seed: 5, count: 40, steps: 80 },
  ],
  reference: requestsReference,
});
