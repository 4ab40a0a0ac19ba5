import {
  type AnyActorScope,
  type AnyStateMachine,
  createActor,
  type EmittedFrom,
  type EventFromLogic,
  type InputFrom,
  type SnapshotFrom,
} from 'xstate';

/** What one event made of a chart: where it is now, and what it wants done, in order. */
export type Step<M extends AnyStateMachine> = {
  readonly snapshot: SnapshotFrom<M>;
  readonly effects: readonly EmittedFrom<M>[];
};

/** The only way in which a chart is advanced, live, simulated or explored. */
export type Gate<M extends AnyStateMachine> = {
  readonly machine: M;
  /** The first snapshot, and the effects of entering it. */
  start(input: InputFrom<M>): Step<M>;
  /**
   * @throws Error when the chart declares no such event (XState would pass over it in silence), or when one of
   *   its assertions is broken
   */
  step(snapshot: SnapshotFrom<M>, event: EventFromLogic<M>): Step<M>;
};

/**
 * A gate for one chart. It calls the chart's own `transition` with one scope that it uses again for every step,
 * which costs a fifth of XState's `transition()`, because that builds an actor for each call.
 */
export function createGate<M extends AnyStateMachine>(machine: M): Gate<M> {
  const declared = new Set<string>(machine.events);
  let effects: EmittedFrom<M>[] = [];
  // An actor that is never started: charts are promised a `self` and a `system`, and ours ignore both.
  const self = createActor(machine as AnyStateMachine);
  const scope = {
    self,
    system: self.system,
    id: machine.id,
    sessionId: machine.id,
    logger: () => {},
    stopChild: () => {},
    defer: (task: () => void) => task(),
    emit: (effect: EmittedFrom<M>) => {
      effects.push(effect);
    },
    actionExecutor: ({ exec, info, params }: ExecutableAction) => exec?.(info, params),
  } as unknown as AnyActorScope;

  function run(advance: () => unknown): Step<M> {
    effects = [];
    const snapshot = advance() as SnapshotFrom<M>;
    const done = { snapshot, effects };
    effects = [];
    return done;
  }

  return {
    machine,
    start: (input) => run(() => machine.getInitialSnapshot(scope, input)),
    step(snapshot, event) {
      if (!declared.has(event.type)) {
        throw new Error(
          `the chart ${machine.id} declares no event "${event.type}"; it knows ${[...declared].join(', ')}`,
        );
      }
      return run(() => machine.transition(snapshot, event, scope));
    },
  };
}

type ExecutableAction = { exec?: (info: unknown, params: unknown) => void; info: unknown; params: unknown };
