import type { SnapshotFrom } from 'xstate';
import type { ClientAnswer } from '../../machines/maelstrom/events.ts';
import type { Operation } from '../../machines/operations.ts';
import type { Life } from '../../machines/raft/events.ts';
import { forEachWaiting } from '../../machines/requests/batches.ts';
import type {
  RequestsEffect,
  RequestsEvent,
  Result,
  SettledRead,
  Submission,
} from '../../machines/requests/events.ts';
import type { RequestsSettings } from '../../machines/requests/pending.ts';
import { requestsMachine } from '../../machines/requests/requests.machine.ts';
import { createGate } from '../../src/actors/step.ts';
import { write } from './messages.ts';

const gate = createGate(requestsMachine);

export type RequestsEffectOf<T extends RequestsEffect['type']> = Extract<RequestsEffect, { type: T }>;

/** The client requests of node `a`, in its life number 7, moved through their events only. */
export class RequestsChart {
  snapshot: SnapshotFrom<typeof requestsMachine>;
  /** Every answer to a client so far, in order; and every answer to a waiting read. */
  readonly answers: ClientAnswer[] = [];
  readonly reads: SettledRead[] = [];
  /** When the patrol fires; null while it does not run. */
  patrolAtMs: number | null = null;
  #nowMs = 0;

  constructor(settings: Partial<RequestsSettings> = {}) {
    this.snapshot = gate.start({ id: 'a', incarnation: 7, settings }).snapshot;
  }

  get pending(): readonly number[] {
    const numbers: number[] = [];
    forEachWaiting(this.snapshot.context.pending, (_request, _batch, number) => numbers.push(number));
    return numbers;
  }

  step(event: RequestsEvent): readonly RequestsEffect[] {
    if ('nowMs' in event) this.#nowMs = event.nowMs;
    if (event.type === 'patrol.timeout') this.patrolAtMs = null;
    const { snapshot, effects } = gate.step(this.snapshot, event);
    this.snapshot = snapshot;
    for (const effect of effects) {
      if (effect.type === 'answer') this.answers.push(...effect.answers);
      if (effect.type === 'reads.answered') this.reads.push(...effect.reads);
      if (effect.type === 'timer.set') this.patrolAtMs = this.#nowMs + effect.ms;
    }
    return effects;
  }

  arrive(nowMs: number, ...requests: readonly Submission[]): readonly RequestsEffect[] {
    return this.step({ type: 'requests.arrived', requests, nowMs });
  }

  lead(leader: string | null, term: number, nowMs: number): readonly RequestsEffect[] {
    return this.step({ type: 'leader.changed', leader, term, nowMs });
  }

  /** Lets time pass until `nowMs`: the patrol fires whenever it is due. */
  waitUntil(nowMs: number): readonly RequestsEffect[] {
    const effects: RequestsEffect[] = [];
    while (this.patrolAtMs !== null && this.patrolAtMs <= nowMs) {
      effects.push(...this.step({ type: 'patrol.timeout', nowMs: this.patrolAtMs }));
    }
    return effects;
  }
}

/** A client's request; a write unless said otherwise. */
export function submission(msgId: number, fields: Partial<Submission> = {}): Submission {
  const op: Operation = write(msgId);
  return { client: 'c1', msgId, op, bytes: 60, reader: null, sinceMs: 0, minIndex: 0, ...fields };
}

/** A write of node `a` that was applied, in the life 7 unless said otherwise. */
export function applied(number: number, index: number, fields: Fields = {}): Result {
  const { node = 'a', incarnation = 7, outcome = { type: 'write_ok' } } = fields;
  return { origin: { node, incarnation }, number, index, outcome };
}

type Fields = Partial<Life & Pick<Result, 'outcome'>>;

/** The numbers of all requests that are handed over, in order, but for those that are asked once. */
export function forwarded(effects: readonly RequestsEffect[]): number[] {
  return ofType(effects, 'forward')
    .flatMap(({ entries, reads }) => [...entries, ...reads])
    .map(({ number }) => number)
    .sort((a, b) => a - b);
}

export function ofType<T extends RequestsEffect['type']>(
  effects: readonly RequestsEffect[],
  type: T,
): RequestsEffectOf<T>[] {
  return effects.filter((effect): effect is RequestsEffectOf<T> => effect.type === type);
}
