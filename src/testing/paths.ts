import type { AnyStateMachine, EventFromLogic, InputFrom, SnapshotFrom } from 'xstate';
import { createTestModel, getShortestPaths } from 'xstate/graph';
import type { Model, Reference, Stage } from './model.ts';

/** How a life begins, and what happens in it. */
export type Path<M extends AnyStateMachine> = {
  readonly input: InputFrom<M>;
  readonly events: readonly EventFromLogic<M>[];
};

/** Every way through a small world. */
export type Paths<M extends AnyStateMachine> = {
  /** How many states can be reached, over all inputs. */
  readonly states: number;
  readonly paths: readonly Path<M>[];
};

/** XState's own explorer, in the types of one chart; its generic ones lose the chart's. */
type Shortest<M extends AnyStateMachine> = (
  machine: M,
  options: {
    readonly input: InputFrom<M>;
    readonly events: (snapshot: SnapshotFrom<M>) => readonly EventFromLogic<M>[];
    readonly serializeState: Model<M>['serialize'];
  },
) => readonly {
  readonly state: SnapshotFrom<M>;
  readonly steps: readonly { readonly event: EventFromLogic<M> }[];
}[];

/**
 * Every path of a model: for each state that `getShortestPaths` of `xstate/graph` finds, and for each event that may
 * happen there, the shortest way to the state and then the event.
 *
 * @throws Error from `createTestModel` for a chart that invokes actors or waits by `after`
 */
export function pathsOf<M extends AnyStateMachine>({
  machine,
  inputs,
  events,
  serialize,
}: Model<M>): Paths<M> {
  createTestModel(machine);
  const shortest = getShortestPaths as unknown as Shortest<M>;
  const paths: Path<M>[] = [];
  let states = 0;
  for (const input of inputs) {
    const found = shortest(machine, {
      input,
      events: (snapshot) => [...events(snapshot)],
      serializeState: (snapshot) => serialize(snapshot),
    });
    states += found.length;
    for (const { state, steps } of found) {
      // The first of XState's steps is the start.
      const way = steps.slice(1).map(({ event }) => event);
      for (const event of events(state)) paths.push({ input, events: [...way, event] });
    }
  }
  return { states, paths };
}

/**
 * Takes a path, and asks the reference about every step.
 *
 * @throws Error with what the reference or the chart objected to, and everything that had happened until then
 */
export function takePath<M extends AnyStateMachine>(
  { input, events }: Path<M>,
  stage: Stage<M>,
  reference: Reference<M>,
): void {
  const happened: EventFromLogic<M>[] = [];
  telling(input, happened, () => {
    const { first, step } = stage.start(input);
    const judge = reference(input, first);
    for (const event of events) {
      happened.push(event);
      judge(step(event));
    }
  });
}

/**
 * Takes a walk at random. The chance comes from outside, as numbers: let a library draw them that can shrink them,
 * such as fast-check with `fc.array(fc.nat())`.
 *
 * @param choices natural numbers; the first chooses among the inputs, each other one among what may happen where the
 *   walk has come to
 * @returns the path that was taken
 * @throws Error with what the reference or the chart objected to, and everything that had happened until then
 */
export function takeWalk<M extends AnyStateMachine>(
  model: Model<M>,
  choices: readonly number[],
  stage: Stage<M>,
  reference: Reference<M>,
): Path<M> {
  const { inputs } = model;
  const [begin = 0, ...rest] = choices;
  const input = inputs[begin % inputs.length] as InputFrom<M>;
  const happened: EventFromLogic<M>[] = [];
  telling(input, happened, () => {
    const { first, step } = stage.start(input);
    const judge = reference(input, first);
    let { snapshot } = first;
    for (const choice of rest) {
      const possible = [...model.events(snapshot)];
      const event = possible[choice % possible.length];
      if (event === undefined) return;
      happened.push(event);
      const look = step(event);
      judge(look);
      snapshot = look.after;
    }
  });
  return { input, events: happened };
}

/** A failure without its story is hard to understand. */
function telling(input: unknown, happened: readonly unknown[], run: () => void): void {
  try {
    run();
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    const story = [`input ${JSON.stringify(input)}`, ...happened.map((event) => JSON.stringify(event))];
    throw new Error(`${said}\nafter:\n  ${story.join('\n  ')}`, { cause });
  }
}
