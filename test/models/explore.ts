import fc from 'fast-check';
import { expect } from 'vitest';
import type { AnyStateMachine, EmittedFrom, EventFromLogic, InputFrom, SnapshotFrom } from 'xstate';
import * as graph from 'xstate/graph';
import type { Coverage, Run } from './coverage.ts';

/** How a chart is explored: what may happen in a state, and which states count as one. */
export type Domain<M extends AnyStateMachine> = {
  readonly machine: M;
  /** What may happen in this state. Empty ends a walk. */
  readonly events: (snapshot: SnapshotFrom<M>) => readonly EventFromLogic<M>[];
  /** Everything of a state that decides what it does next, in one text; finitely many of them. */
  readonly serialize: (snapshot: SnapshotFrom<M>) => string;
};

/** XState's own explorers, in the types of one chart; their generic ones lose the chart's. */
type Graph<M extends AnyStateMachine> = {
  getAdjacencyMap(machine: M, options: Options<M>): graph.AdjacencyMap<SnapshotFrom<M>, EventFromLogic<M>>;
  getShortestPaths(
    machine: M,
    options: Options<M>,
  ): readonly {
    readonly state: SnapshotFrom<M>;
    readonly steps: readonly { readonly event: EventFromLogic<M> }[];
  }[];
};
type Options<M extends AnyStateMachine> = {
  readonly input: InputFrom<M>;
  readonly events: Domain<M>['events'];
  readonly serializeState: Domain<M>['serialize'];
};

/**
 * Walks the shortest path to every state of XState's own model of the chart, and checks at its end, and after every
 * event that may happen there, that the chart behind the gate is where the model says.
 *
 * @param check what must hold of the state at the end of every path
 * @returns how many states and how many transitions the model has
 */
export function takeEveryPath<M extends AnyStateMachine>(
  { machine, events, serialize }: Domain<M>,
  coverage: Coverage<M>,
  input: InputFrom<M>,
  check: (run: Run<M>) => void = () => {},
): { readonly states: number; readonly edges: number } {
  // XState refuses here what a model cannot be made of: invoked actors and delayed transitions.
  graph.createTestModel(machine);
  const { getAdjacencyMap, getShortestPaths } = graph as unknown as Graph<M>;
  const options = { input, events, serializeState: serialize };
  const adjacency = getAdjacencyMap(machine, options);
  const paths = getShortestPaths(machine, options);
  let edges = 0;
  for (const path of paths) {
    const walked = path.steps.slice(1).map(({ event }) => event);
    const run = coverage.start(input);
    for (const event of walked) run.step(event);
    const at = serialize(run.snapshot);
    expect(at).toBe(serialize(path.state));
    check(run);
    for (const { event, state } of Object.values(
      adjacency[at as graph.SerializedSnapshot]?.transitions ?? {},
    )) {
      edges += 1;
      const branch = coverage.startFrom(run);
      branch.step(event);
      if (serialize(branch.snapshot) !== serialize(state)) {
        expect(serialize(branch.snapshot), JSON.stringify([...walked, event])).toBe(serialize(state));
      }
      check(branch);
    }
  }
  return { states: paths.length, edges };
}

/** Long random walks: each number chooses among what may happen in the state where the walk has come. */
export function walkAtRandom<M extends AnyStateMachine>(
  { events }: Domain<M>,
  coverage: Coverage<M>,
  inputs: readonly InputFrom<M>[],
  { seed, walks, steps }: { readonly seed: number; readonly walks: number; readonly steps: number },
  check: (run: Run<M>, effects: readonly EmittedFrom<M>[]) => void = () => {},
): void {
  const choices = fc.array(fc.nat(), { minLength: steps, maxLength: steps, size: 'max' });
  fc.assert(
    fc.property(fc.constantFrom(...inputs), choices, (input, numbers) => {
      const run = coverage.start(input);
      check(run, []);
      for (const number of numbers) {
        const possible = events(run.snapshot);
        const event = possible[number % possible.length];
        if (event === undefined) break;
        check(run, run.step(event));
      }
    }),
    { seed, numRuns: walks },
  );
}
