import {
  type Actor,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type EventObject,
  type StateValue,
} from 'xstate';
import { createScope } from '../../src/accelerate/index.ts';
import { createGate } from '../../src/actors/step.ts';
import type { Case } from './cases.ts';
import type { Way } from './task.ts';

/** What a step made of its moment, for a comparison before anything is timed. */
export type Outcome = {
  readonly value: StateValue;
  readonly context: object;
  readonly effects: readonly EventObject[];
};

/** A case, ready to be stepped in one way. */
export type Stepper = {
  /** Puts everything back, so that each moment can be stepped from once more. */
  prepare(): void;
  /** Steps from the moment of this number. The return value keeps the work from being optimized away. */
  step(moment: number): unknown;
  /** The same, with what came of it. */
  outcome(moment: number): Outcome;
};

export function stepperOf(way: Way, { machine, moments, reduce }: Case): Stepper {
  const contexts = moments.map(({ context }) => context);
  const values = moments.map(({ value }) => value);
  const events = moments.map(({ event }) => event);
  if (way === 'reducer') {
    const step = (i: number) =>
      reduce(values[i] as StateValue, contexts[i] as object, events[i] as EventObject);
    return { prepare: () => {}, step, outcome: step };
  }
  if (way === 'send') return senderOf(machine, values, contexts, events);
  return way === 'scope'
    ? scopedOf(machine, values, contexts, events)
    : gatedOf(machine, values, contexts, events);
}

/** Stock XState, with one scope for all steps. */
function scopedOf(
  machine: AnyStateMachine,
  values: readonly StateValue[],
  contexts: readonly object[],
  events: readonly EventObject[],
): Stepper {
  const snapshots = values.map((value, i) => machine.resolveState({ value, context: contexts[i] }));
  let effects: EventObject[] = [];
  const scope = createScope(machine, (effect) => {
    effects.push(effect as EventObject);
  });
  const step = (i: number) => {
    effects = [];
    return machine.transition(snapshots[i] as AnyMachineSnapshot, events[i] as EventObject, scope);
  };
  return {
    prepare: () => {},
    step,
    outcome(i) {
      const { value, context } = step(i);
      return { value, context, effects };
    },
  };
}

/** The gate, as a node has it. */
function gatedOf(
  machine: AnyStateMachine,
  values: readonly StateValue[],
  contexts: readonly object[],
  events: readonly EventObject[],
): Stepper {
  const gate = createGate(machine);
  const snapshots = values.map((value, i) => gate.machine.resolveState({ value, context: contexts[i] }));
  const step = (i: number) => gate.step(snapshots[i] as AnyMachineSnapshot, events[i] as EventObject);
  return {
    prepare: () => {},
    step,
    outcome(i) {
      const { snapshot, effects } = step(i);
      return { value: snapshot.value, context: snapshot.context, effects };
    },
  };
}

type Sender = Actor<AnyStateMachine>;

/**
 * An actor for each moment, put back to it before every turn: through the field in which XState keeps the snapshot, or,
 * when its chart has ended, by another actor.
 */
function senderOf(
  machine: AnyStateMachine,
  values: readonly StateValue[],
  contexts: readonly object[],
  events: readonly EventObject[],
): Stepper {
  const snapshots = values.map((value, i) => machine.resolveState({ value, context: contexts[i] }));
  let effects: EventObject[] = [];
  const begin = (snapshot: AnyMachineSnapshot) => {
    const actor = createActor(machine, { snapshot: snapshot as never });
    actor.on('*', (effect: EventObject) => {
      effects.push(effect);
    });
    return actor.start();
  };
  const actors = snapshots.map(begin);
  const putBack = (snapshot: AnyMachineSnapshot, i: number): void => {
    const actor = actors[i] as Sender;
    if (actor.getSnapshot().status === 'active') {
      (actor as unknown as { _snapshot: AnyMachineSnapshot })._snapshot = snapshot;
    } else actors[i] = begin(snapshot);
  };
  return {
    prepare: () => snapshots.forEach(putBack),
    step(i) {
      effects = [];
      (actors[i] as Sender).send(events[i] as EventObject);
      return effects;
    },
    outcome(i) {
      putBack(snapshots[i] as AnyMachineSnapshot, i);
      this.step(i);
      const { value, context } = (actors[i] as Sender).getSnapshot();
      return { value, context, effects };
    },
  };
}
