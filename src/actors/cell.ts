import type { Observer, Subject } from 'rxjs';
import type { AnyStateMachine, EmittedFrom, EventFromLogic, InputFrom, SnapshotFrom } from 'xstate';
import { Line } from './bus.ts';
import { Mailbox } from './mailbox.ts';
import type { Gate } from './step.ts';

/** What an observer is told of every step of a cell. */
export type CellStep = {
  readonly cell: string;
  /** The id of its chart. */
  readonly chart: string;
  readonly event: { readonly type: string };
  /** The snapshot that an observer was told of last; null when it is told of this actor for the first time. */
  readonly before: unknown;
  readonly snapshot: unknown;
  readonly effects: readonly { readonly type: string }[];
};

/** An actor: an inbox, a snapshot, an outlet. Its chart decides; the cell only carries. */
export class Cell<M extends AnyStateMachine> {
  readonly name: string;
  /** Where events go in. They are handled in order, each after the one before it is wholly handled. */
  readonly inbox: Pick<Observer<EventFromLogic<M>>, 'next'>;
  /** Where effects come out, in the order in which the chart emitted them. */
  readonly outlet = new Line<EmittedFrom<M>>();
  readonly #gate: Gate<M>;
  readonly #steps: Subject<CellStep> | undefined;
  #snapshot: SnapshotFrom<M> | undefined;
  /** The latest snapshot that an observer knows. */
  #told: SnapshotFrom<M> | null = null;

  /** @param steps tells an observer of every step; costs nothing while nobody listens */
  constructor(name: string, gate: Gate<M>, steps?: Subject<CellStep>) {
    this.name = name;
    this.#gate = gate;
    this.#steps = steps;
    const mailbox = new Mailbox<EventFromLogic<M>>((event) => this.#take(event));
    this.inbox = { next: (event) => mailbox.post(event) };
  }

  get snapshot(): SnapshotFrom<M> {
    if (this.#snapshot === undefined) throw new Error(`the cell ${this.name} has not been started`);
    return this.#snapshot;
  }

  /** Takes up from a snapshot: a virtual actor is brought to life again. */
  resume(snapshot: SnapshotFrom<M>): void {
    this.#snapshot = snapshot;
  }

  /** Enters the first state. Subscribe to the outlet before: entering may have effects. */
  start(input: InputFrom<M>): void {
    const { snapshot, effects } = this.#gate.start(input);
    this.#become({ type: 'started' }, snapshot, effects);
  }

  #take(event: EventFromLogic<M>): void {
    const { snapshot, effects } = this.#gate.step(this.snapshot, event);
    this.#become(event, snapshot, effects);
  }

  #become(event: { type: string }, snapshot: SnapshotFrom<M>, effects: readonly EmittedFrom<M>[]): void {
    this.#snapshot = snapshot;
    if (this.#steps?.observed) this.#tell(this.#steps, event, effects);
    for (const effect of effects) this.outlet.next(effect);
  }

  #tell(steps: Subject<CellStep>, event: { type: string }, effects: readonly EmittedFrom<M>[]): void {
    const before = this.#told;
    const snapshot = this.snapshot;
    this.#told = snapshot;
    steps.next({ cell: this.name, chart: this.#gate.machine.id, event, before, snapshot, effects });
  }
}
