import type { HistoryEvent, Json } from '../verify/index.ts';
import { type ClientOperation, isServed, type Outcome, type Service } from './operation.ts';
import type { Observer } from './workers.ts';

/** An operation as statistics see it. */
export type Sample = {
  readonly f: string;
  readonly beganMs: number;
  readonly latencyMs: number;
  readonly type: Outcome['type'];
  /** It happened, or the register itself refused it. */
  readonly served: boolean;
  readonly error?: string;
  /** Of a ryw_read that was ok. */
  readonly service?: Service;
};

/** Writes down what clients did and learned and what was done to the cluster: a history, in order. */
export class Recorder implements Observer {
  readonly events: HistoryEvent[] = [];
  readonly samples: Sample[] = [];
  readonly #sinceStartMs: () => number;

  /** @param sinceStartMs milliseconds since the run began */
  constructor(sinceStartMs: () => number) {
    this.#sinceStartMs = sinceStartMs;
  }

  began(process: number, operation: ClientOperation, node: string, session?: string): void {
    if (operation.f === 'echo') return;
    const value = argumentOf(operation);
    this.#add({
      process,
      type: 'invoke',
      f: operation.f,
      key: operation.key,
      ...(value === undefined ? {} : { value }),
      ...(operation.f === 'cas' && operation.creates ? { createIfNotExists: true } : {}),
      node,
      ...(session === undefined ? {} : { session }),
      ...(operation.f === 'ryw_read' && operation.token !== undefined ? { token: operation.token } : {}),
    });
  }

  ended(
    process: number,
    operation: ClientOperation,
    node: string,
    outcome: Outcome,
    latencyMs: number,
  ): void {
    const { f } = operation;
    const beganMs = this.#sinceStartMs() - latencyMs;
    const sample = { f, beganMs, latencyMs, type: outcome.type, served: isServed(outcome) };
    this.samples.push({ ...sample, ...detailsOf(outcome) });
    if (operation.f === 'echo') return;
    const value = outcome.type === 'ok' && isRead(f) ? (outcome.value as Json) : argumentOf(operation);
    this.#add({
      process,
      type: outcome.type,
      f,
      key: operation.key,
      ...(value === undefined ? {} : { value }),
      node,
      ...evidenceOf(outcome),
    });
  }

  /** What was done to the cluster. */
  nemesis(f: string, value: Json): void {
    this.#add({ process: 'nemesis', type: 'info', f, value });
  }

  #add(event: Omit<HistoryEvent, 'index' | 'timeMs'>): void {
    this.events.push({ index: this.events.length, timeMs: this.#sinceStartMs(), ...event });
  }
}

function isRead(f: string): boolean {
  return f === 'read' || f === 'ryw_read';
}

function detailsOf(outcome: Outcome): Pick<Sample, 'error' | 'service'> {
  if (outcome.type !== 'ok') return { error: outcome.error };
  return outcome.service === undefined ? {} : { service: outcome.service };
}

function evidenceOf(outcome: Outcome): Pick<HistoryEvent, 'error' | 'shownIndex' | 'servedBy'> {
  if (outcome.type !== 'ok') return { error: outcome.error };
  const { shownIndex, service } = outcome;
  return {
    ...(shownIndex === undefined ? {} : { shownIndex }),
    ...(service === undefined ? {} : { servedBy: service.servedBy }),
  };
}

function argumentOf(operation: ClientOperation): Json | undefined {
  if (operation.f === 'write') return operation.value;
  if (operation.f === 'cas') return [operation.from, operation.to];
  return undefined;
}
