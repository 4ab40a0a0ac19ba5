import { type AnyActorScope, type EventObject, sendParent, sendTo } from 'xstate';
import { type ActionReference, ASSIGN, BUILT_IN, compileAction, Operation, RESOLVERS } from './operations.ts';
import { Place } from './refusal.ts';
import type { ActionArgs, BuiltIn, Machine, Snapshot, UserFunction } from './xstate.ts';

type Collect = (args: object, params: unknown) => void;
type RaiseOptions = { readonly id?: string; readonly delay?: unknown };

/**
 * The `enqueue` of `enqueueActions`. XState makes a new one, and a new action for each thing enqueued, at every call;
 * here one serves all calls, and what is enqueued is carried out by XState's own resolvers.
 */
export class Enqueuer {
  readonly #machine: Machine;
  readonly #enqueue: object;
  /** Operations of the call that is going on; null when none is, and then nothing is enqueued, as in XState. */
  #list: Operation[] | null = null;
  #place: Place;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#place = new Place(machine.id, 'enqueueActions');
    this.#enqueue = this.#makeEnqueue();
  }

  /**
   * Calls the user's function, and returns what it enqueued.
   *
   * @param snapshot the machine as it is at this action, for `check`
   */
  collect(
    type: string,
    collect: Collect,
    args: ActionArgs,
    params: unknown,
    scope: AnyActorScope,
    snapshot: Snapshot,
  ): readonly Operation[] {
    const [outerList, outerPlace] = [this.#list, this.#place];
    const list: Operation[] = [];
    this.#list = list;
    this.#place = new Place(this.#machine.id, `action "${type}", which enqueues actions`);
    try {
      const { context, event, self, system } = args;
      const check = (guard: unknown) => checked(guard, args, scope, snapshot);
      collect({ context, event, enqueue: this.#enqueue, check, self, system }, params);
    } finally {
      // The function may have stepped another actor of the same machine.
      this.#list = outerList;
      this.#place = outerPlace;
    }
    return list;
  }

  #makeEnqueue(): object {
    const add = (action: unknown) => {
      const { actions } = this.#machine.implementations;
      this.#list?.push(compileAction(action as ActionReference, actions, this.#place, false));
    };
    const refuse = (what: string) => () =>
      this.#list && this.#place.refuse(`${what} changes or outlives the snapshot`);
    return Object.assign(add, {
      assign: (assignment: unknown) => {
        const place = this.#place;
        const spawn = () => place.refuse('xstate.assign spawns an actor');
        this.#list?.push(new Operation(ASSIGN, 'xstate.assign', { action: { assignment }, spawn }));
      },
      cancel: refuse('xstate.cancel'),
      raise: (event: EventObject, options?: RaiseOptions) => {
        if (options?.delay !== undefined)
          this.#place.refuse('its event is delayed, and a timer outlives the snapshot');
        const { type, resolve, execute } = RESOLVERS.raise;
        this.#push({ type, event, id: options?.id, delay: undefined, resolve, execute });
      },
      sendTo: (...args: unknown[]) => add((sendTo as UserFunction)(...(args as never[]))),
      sendParent: (...args: unknown[]) => add((sendParent as UserFunction)(...(args as never[]))),
      spawnChild: refuse('xstate.spawnChild'),
      stopChild: refuse('xstate.stopChild'),
      emit: (event: EventObject) => {
        const { type, resolve, execute } = RESOLVERS.emit;
        this.#push({ type, event, resolve, execute });
      },
    });
  }

  #push(action: BuiltIn & { readonly [property: string]: unknown }): void {
    this.#list?.push(new Operation(BUILT_IN, action.type, { action }));
  }
}

/** What XState's own `check` says, which hands on what the predicate returned, whatever that is. */
function checked(guard: unknown, args: ActionArgs, scope: AnyActorScope, snapshot: Snapshot): unknown {
  let answer: unknown;
  const collect = ({ check }: { check: (guard: unknown) => unknown }) => {
    answer = check(guard);
  };
  const extra = { internalQueue: [], deferredActorIds: undefined };
  RESOLVERS.enqueueActions(scope, snapshot, args, undefined, { collect }, extra);
  return answer;
}
