import type { AnyStateMachine, EmittedFrom, EventFromLogic, InputFrom, SnapshotFrom } from 'xstate';
import { accelerate, createScope } from '../accelerate/index.ts';

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

/** Whether charts are stepped by XState itself. For comparison: the outcome is the same, the time is not. */
let stock = false;

/** From here on, all gates of this process step with XState itself, or no longer do. */
export function stepWithStockXState(yes: boolean): void {
  stock = yes;
}

/**
 * A gate for one chart. It steps an accelerated copy of the chart, to which the snapshots belong, with one scope that
 * it uses again for every step.
 */
export function createGate<M extends AnyStateMachine>(chart: M): Gate<M> {
  const machine = accelerate(chart);
  const declared = new Set<string>(machine.events);
  let effects: EmittedFrom<M>[] = [];
  // Charts are promised a `self` and a `system`, and ours ignore both.
  const scope = createScope(machine, (effect) => {
    effects.push(effect);
  });

  function finish(snapshot: unknown): Step<M> {
    const done = { snapshot: snapshot as SnapshotFrom<M>, effects };
    effects = [];
    return done;
  }

  return {
    machine,
    start(input) {
      effects = [];
      return finish(machine.getInitialSnapshot(scope, input));
    },
    step(snapshot, event) {
      if (!declared.has(event.type)) {
        throw new Error(
          `the chart ${machine.id} declares no event "${event.type}"; it knows ${[...declared].join(', ')}`,
        );
      }
      // An earlier step may have thrown half-way.
      if (effects.length > 0) effects = [];
      return finish((stock ? chart : machine).transition(snapshot, event, scope));
    },
  };
}
