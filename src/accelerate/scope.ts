import { type AnyActorScope, type AnyStateMachine, createActor, type EmittedFrom } from 'xstate';

/** A scope in which carrying out an action means calling it, and nobody inspects. */
export class DirectScope {
  readonly self: AnyActorScope['self'];
  readonly system: AnyActorScope['system'];
  readonly id: string;
  readonly sessionId: string;
  readonly emit: (event: never) => void;
  /** The same for all that one action emits. */
  readonly emitAll: (events: readonly never[]) => void;
  readonly logger = () => {};
  readonly stopChild = () => {};
  readonly defer = (task: () => void) => task();
  readonly actionExecutor = ({ exec, info, params }: ExecutableAction) => exec?.(info, params);

  constructor(
    machine: AnyStateMachine,
    emit: (event: never) => void,
    emitAll: ((events: readonly never[]) => void) | undefined,
  ) {
    this.self = createActor(machine);
    this.system = this.self.system;
    this.id = machine.id;
    this.sessionId = machine.id;
    this.emit = emit;
    this.emitAll =
      emitAll ??
      ((events) => {
        for (let i = 0; i < events.length; i++) emit(events[i] as never);
      });
  }
}

type ExecutableAction = { exec?: (info: unknown, params: unknown) => void; info: unknown; params: unknown };

/**
 * What XState's `machine.transition(snapshot, event, scope)` needs, made once and used for every step: the cheapest way
 * to step a machine without an actor. Actions are carried out at once, and what the machine emits goes to `emit`.
 * An accelerated machine recognizes such a scope, and spares what XState does for inspectors.
 *
 * @param machine the machine to be stepped; its actions get a `self` that was never started
 * @param emitAll takes, instead of `emit`, a list of events that a marked action has returned; it may keep the list, and
 *   does not change it
 */
export function createScope<M extends AnyStateMachine>(
  machine: M,
  emit: (event: EmittedFrom<M>) => void,
  emitAll?: (events: readonly EmittedFrom<M>[]) => void,
): AnyActorScope {
  return new DirectScope(machine, emit as never, emitAll as never) as unknown as AnyActorScope;
}

/** Whether a scope was made by `createScope`. */
export function isDirect(scope: AnyActorScope): scope is AnyActorScope & DirectScope {
  return (scope as unknown) instanceof DirectScope;
}
