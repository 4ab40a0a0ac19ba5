import type { HistoryEvent, Json } from '../verify/index.ts';
import { type ClientOperation, isServed, type Outcome } from './operation.ts';
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

  began(process: number, operation: ClientOperation, node: string): void {
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
    this.samples.push(outcome.type === 'ok' ? sample : { ...sample, error: outcome.error });
    if (operation.f === 'echo') return;
    const value = f === 'read' && outcome.type === 'ok' ? (outcome.value as Json) : argumentOf(operation);
    this.#add({
      process,
      type: outcome.type,
      f,
      key: operation.key,
      ...(value === undefined ? {} : { value }),
      node,
      ...(outcome.type === 'ok' ? {} : { error: outcome.error }),
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

function argumentOf(operation: ClientOperation): Json | undefined {
  if (operation.f === 'write') return operation.value;
  if (operation.f === 'cas') return [operation.from, operation.to];
  return undefined;
}
