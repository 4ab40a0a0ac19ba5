import { isDeepStrictEqual } from 'node:util';
import {
  type Actor,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type EventObject,
  type StateValue,
} from 'xstate';
import type { Log } from '../../machines/raft/log.ts';
import { createScope } from '../../src/accelerate/index.ts';
import { createGate } from '../../src/actors/step.ts';
import type { Case, Moment } from './cases.ts';
import type { Way } from './task.ts';

/** What a step made of its moment, for a comparison before anything is timed. */
export type Outcome = {
  readonly value: StateValue;
  readonly context: object;
  readonly effects: readonly EventObject[];
};

/** A case, ready to be stepped in one way. */
export type Stepper = {
  /** How often all moments can be stepped from, once prepared. */
  readonly passes: number;
  prepare(): void;
  /** Steps from the moment of this number. The return value keeps the work from being optimized away. */
  step(moment: number): unknown;
  /** The same, with what came of it. */
  outcome(moment: number): Outcome;
};

/** So often that looking at the clock in between does not show. */
const PASSES = 16;

export function stepperOf(way: Way, { machine, moments, reduce }: Case): Stepper {
  const contexts = moments.map(({ context }) => context);
  const values = moments.map(({ value }) => value);
  const events = moments.map(({ event }) => event);
  if (way === 'reducer') {
    const step = (i: number) =>
      reduce(values[i] as StateValue, restored(contexts[i] as object), events[i] as EventObject);
    return { passes: PASSES, prepare: () => {}, step, outcome: step };
  }
  if (way === 'send') return senderOf(machine, values, contexts, events);
  return way === 'scope' ? scopedOf(machine, values, contexts, events) : gatedOf(machine, moments);
}

/**
 * A log is a window onto an array that only grows. A step that appends finds its window to end where the array ends,
 * as in a life that is lived once; so what an earlier step appended is taken away.
 */
function restored(context: object): object {
  const { log } = context as { readonly log?: Log };
  if (log === undefined) return context;
  const { entries } = log;
  const own = log.length - log.base.index;
  // In the way that costs V8 less: to set an array's length takes as long as some of the steps that are measured, and
  // one by one many entries take as long as to append them.
  if (entries.length - own > 16) entries.length = own;
  else while (entries.length > own) entries.pop();
  return context;
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
    restored(contexts[i] as object);
    return machine.transition(snapshots[i] as AnyMachineSnapshot, events[i] as EventObject, scope);
  };
  return {
    passes: PASSES,
    prepare: () => {},
    step,
    outcome(i) {
      const { value, context } = step(i);
      return { value, context, effects };
    },
  };
}

/** The gate, as a node has it. */
function gatedOf(machine: AnyStateMachine, moments: readonly Moment[]): Stepper {
  const gate = createGate(machine);
  const snapshots = moments.map((moment) => ({ ...reached(gate, moment), context: moment.context }));
  const step = (i: number) => {
    const { context, event } = moments[i] as Moment;
    restored(context);
    return gate.step(snapshots[i] as AnyMachineSnapshot, event);
  };
  return {
    passes: PASSES,
    prepare: () => {},
    step,
    outcome(i) {
      const { snapshot, effects } = step(i);
      return { value: snapshot.value, context: snapshot.context, effects };
    },
  };
}

/**
 * The moment's state, as the gate itself leaves it: a snapshot that was restored and not stepped to is looked at more
 * closely, which in a run happens once.
 */
function reached(gate: ReturnType<typeof createGate>, moment: Moment): AnyMachineSnapshot {
  const entered = enter(gate, moment);
  const { event, before } = moment;
  const roads = [
    { from: entered, events: [event, event] },
    ...(before === null ? [] : [{ from: enter(gate, before), events: [before.event] }]),
  ];
  for (const { from, events } of roads) {
    let snapshot = from;
    for (const next of events) {
      if (snapshot.status !== 'active') break;
      snapshot = gate.step(snapshot, next).snapshot as AnyMachineSnapshot;
      if (snapshot !== from && isDeepStrictEqual(snapshot.value, moment.value)) return snapshot;
    }
  }
  return entered;
}

function enter(gate: ReturnType<typeof createGate>, { value, context }: Moment): AnyMachineSnapshot {
  return gate.machine.resolveState({ value, context });
}

type Sender = Actor<AnyStateMachine>;

/**
 * An actor for each moment, put back to it before every step: through the field in which XState keeps the snapshot, or,
 * when the step ends its chart, by another actor in good time.
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
  const isOver = (actor: Sender) => actor.getSnapshot().status !== 'active';
  const prepare = () => {
    for (const [i, actor] of actors.entries()) {
      if (isOver(actor)) actors[i] = begin(snapshots[i] as AnyMachineSnapshot);
    }
  };
  const step = (i: number) => {
    const actor = actors[i] as Sender;
    restored(contexts[i] as object);
    effects = [];
    (actor as unknown as { _snapshot: AnyMachineSnapshot })._snapshot = snapshots[i] as AnyMachineSnapshot;
    actor.send(events[i] as EventObject);
    return actor;
  };
  return {
    passes: isOver(step(0)) ? 1 : PASSES,
    prepare,
    step,
    outcome(i) {
      prepare();
      const { value, context } = step(i).getSnapshot();
      return { value, context, effects };
    },
  };
}
