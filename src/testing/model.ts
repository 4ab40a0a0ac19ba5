import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  EmittedFrom,
  EventFromLogic,
  InputFrom,
  SnapshotFrom,
} from 'xstate';
import { createGate, type Step } from '../actors/step.ts';

/** What may happen to a chart, and how to tell its states apart: all that tests are made from. */
export type Model<M extends AnyStateMachine> = {
  readonly machine: M;
  /** The ways in which a life of the chart may begin; `[undefined]` for a chart that takes no input. Not empty. */
  readonly inputs: readonly InputFrom<M>[];
  /** What may happen in this state; a generator function will do. Nothing ends the walk. */
  readonly events: (snapshot: SnapshotFrom<M>) => Iterable<EventFromLogic<M>>;
  /**
   * Everything of a state that decides what it does next, as one text. To walk every path there must be finitely
   * many of these; leave out counters, or end `events` where a counter has gone far enough.
   */
  readonly serialize: (snapshot: SnapshotFrom<M>) => string;
};

/** One step of a chart, as whoever judges it sees it. */
export type Look<M extends AnyStateMachine> = {
  readonly before: SnapshotFrom<M>;
  readonly event: EventFromLogic<M>;
  readonly after: SnapshotFrom<M>;
  /** What the chart emitted, in order. */
  readonly effects: readonly EmittedFrom<M>[];
};

/**
 * What the chart should do, said in other words than the chart's: a plain map for a register, a number for a
 * session. It is begun anew for every life, may remember what it likes of it, and throws when a step is wrong.
 *
 * @param input how this life began
 * @param first the state in which it began, and the effects of entering it
 */
export type Reference<M extends AnyStateMachine> = (
  input: InputFrom<M>,
  first: Step<M>,
) => (look: Look<M>) => void;

/** One life of a chart. */
export type Life<M extends AnyStateMachine> = {
  readonly first: Step<M>;
  /** @throws Error when the chart declares no such event, or when one of its assertions is broken */
  step(event: EventFromLogic<M>): Look<M>;
};

/** Where a chart lives while it is tested. Charts are pure, so it can live there as often as one likes. */
export type Stage<M extends AnyStateMachine> = {
  /** @throws Error when something goes wrong on entering the first state */
  start(input: InputFrom<M>): Life<M>;
};

/** The chart behind the gate through which nodes run it, and nothing else. */
export function stageOf<M extends AnyStateMachine>(machine: M): Stage<M> {
  const gate = createGate(machine);
  return {
    start(input) {
      const first = gate.start(input);
      // What goes wrong on entering the first state is not thrown by XState, as everything later is, but kept.
      const { status, error } = first.snapshot as AnyMachineSnapshot;
      if (status === 'error') throw error;
      let before = first.snapshot;
      return {
        first,
        step(event) {
          const { snapshot: after, effects } = gate.step(before, event);
          const look = { before, event, after, effects };
          before = after;
          return look;
        },
      };
    },
  };
}
