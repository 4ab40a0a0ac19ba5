import type { EventObject } from 'xstate';
import { DONE, type EventTemplate, Operation, OUTPUT, Slot } from './operations.ts';
import type { ActionArgs, BuiltIn, UserFunction } from './xstate.ts';

/** What XState does within one microstep of a twin, in order. */
export class Recording {
  readonly operations: Operation[] = [];
  /** The event for which XState steps; any other that an output is asked about is one of XState's own. */
  readonly #event: EventObject;
  #slots = 0;
  /** XState's queue of internal events. On a twin only XState itself adds to it: events of states that are done. */
  #queue: readonly EventTemplate[] = [];
  #seen = 0;

  constructor(event: EventObject) {
    this.#event = event;
  }

  /** The turn of an action has come, with XState's queue as it is then. */
  act(operation: Operation, queue: readonly EventTemplate[]): void {
    this.watch(queue);
    this.operations.push(operation);
  }

  /** XState asks for the output of a final state, or of the machine. */
  output(configured: unknown, event: EventObject): Slot {
    this.notice();
    const slot = new Slot(this.#slots);
    this.#slots += 1;
    const own = event === this.#event ? null : (event as EventTemplate);
    this.operations.push(new Operation(OUTPUT, 'output', { does: configured, event: own }));
    return slot;
  }

  /** Looks for events that XState has queued since. */
  notice(): void {
    for (const event of this.#queue.slice(this.#seen)) {
      this.operations.push(new Operation(DONE, event.type, { event }));
    }
    this.#seen = this.#queue.length;
  }

  /** From here on events are looked for in this queue. */
  watch(queue: readonly EventTemplate[]): void {
    this.#queue = queue;
    this.notice();
  }
}

/** An action for a twin: XState resolves it like one of its own, and it does nothing but tell. */
export function tellingAction(tell: (queue: readonly EventTemplate[]) => void): UserFunction {
  const resolve: BuiltIn['resolve'] = (_scope, snapshot, _args, _params, _action, { internalQueue }) => {
    tell(internalQueue);
    return [snapshot, undefined, undefined];
  };
  return Object.assign(() => {}, { resolve });
}

/** An output for a twin. */
export function tellingOutput(tell: (event: EventObject) => Slot): (args: ActionArgs) => Slot {
  return ({ event }) => tell(event);
}
