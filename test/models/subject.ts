import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AnyMachineSnapshot, AnyStateMachine, EventFromLogic } from 'xstate';
import {
  Coverage,
  coverageFaults,
  type Model,
  type MutantKind,
  mutantsOf,
  objectionTo,
  type Path,
  pathsOf,
  type Reasons,
  type Reference,
  type Row,
  stageOf,
  takePath,
  takeWalk,
} from '../../src/testing/index.ts';

type Walks<M extends AnyStateMachine> = {
  readonly model: Model<M>;
  readonly seed: number;
  readonly count: number;
  /** How long a walk may be; how long it is, is left to chance. */
  readonly steps: number;
};

/** How one chart of the house is tested from its model. */
export type Subject<M extends AnyStateMachine> = {
  readonly machine: M;
  /** Small worlds, of which every path is taken, with how many states each must have: a model must not shrink. */
  readonly worlds: readonly { readonly model: Model<M>; readonly states: number }[];
  /** Wide worlds, which are walked at random. */
  readonly walks: readonly Walks<M>[];
  readonly reference: Reference<M>;
  /** What must not happen: an assertion of the chart breaks at the last event of each of these. */
  readonly alarms?: readonly Path<M>[];
  /** What of the chart cannot be covered, each with its reason. */
  readonly uncoverable?: Reasons;
  /** Mutants that do exactly what the chart does, each with the reason. */
  readonly equivalent?: Reasons;
  /** Mutants that do something else, which is as good, each with the reason. */
  readonly harmless?: Reasons;
};

/** What became of a mutant. */
export type Verdict = {
  readonly chart: string;
  readonly mutant: string;
  readonly kind: MutantKind;
  /** Who objected, in one line; null for nobody. */
  readonly objection: string | null;
};

/** A subject, ready to be run; charts of all types fit into one list. */
export type ChartTests = {
  readonly chart: string;
  readonly machine: AnyStateMachine;
  /** How many states each small world has, and how many it should have. */
  states(): { readonly found: readonly number[]; readonly expected: readonly number[] };
  /** Takes every path and all walks. @throws Error from the first step that is wrong, with its story */
  cover(): Row & { readonly faults: readonly string[] };
  mutants(): readonly { readonly name: string; judge(): Verdict }[];
  /** Why some of the mutants need not be noticed. */
  readonly spared: Reasons;
};

export function chartTests<M extends AnyStateMachine>(subject: Subject<M>): ChartTests {
  const { machine, worlds, walks, reference, alarms = [], uncoverable = {} } = subject;
  const { equivalent = {}, harmless = {} } = subject;
  const chart = machine.id;
  const explored = once(() => worlds.map(({ model }) => pathsOf(model)));
  const paths = once(() => explored().flatMap((world) => world.paths));
  return {
    chart,
    machine,
    spared: { ...equivalent, ...harmless },
    states: () => ({
      found: explored().map(({ states }) => states),
      expected: worlds.map(({ states }) => states),
    }),
    cover: () => {
      const coverage = new Coverage(machine);
      for (const path of paths()) takePath(path, coverage, reference);
      for (const { model, steps, seed, count } of walks) {
        const property = fc.property(choices(steps), (numbers) => {
          takeWalk(model, numbers, coverage, reference);
        });
        fc.assert(property, { seed, numRuns: count });
      }
      for (const alarm of alarms) assert.equal(silence(machine, alarm), null);
      const report = coverage.report();
      const faults = coverageFaults(report, uncoverable);
      const walked = walks.reduce((sum, { count }) => sum + count, 0);
      return { report, paths: paths().length, walks: walked, reasons: uncoverable, faults };
    },
    mutants: () => {
      // Walks come by everything soonest, so most mutants end there.
      const all = once(() => [...sampleWalks(subject), ...paths()]);
      return mutantsOf(machine).map((mutant) => ({
        name: mutant.name,
        judge: () => {
          const isKnown = Object.hasOwn(equivalent, mutant.name);
          const objection =
            objectionTo(mutant.machine, all(), reference) ??
            (isKnown ? objectionTo(mutant.machine, all(), likenessTo(machine)) : null) ??
            alarms.map((alarm) => silence(mutant.machine, alarm)).find((text) => text !== null);
          const { name, kind } = mutant;
          return { chart, mutant: name, kind, objection: objection?.split('\n')[0] ?? null };
        },
      }));
    },
  };
}

/** Objects to everything in which a step is not the chart's own: state, context or effects. */
function likenessTo<M extends AnyStateMachine>(machine: M): Reference<M> {
  return (input) => {
    const life = stageOf(machine).start(input);
    return ({ event, after, effects }) => {
      const own = life.step(event);
      assert.deepEqual([plain(after), effects], [plain(own.after), own.effects]);
    };
  };
}

function plain(snapshot: AnyMachineSnapshot) {
  const { value, context, status } = snapshot;
  return { value, context, status };
}

/** Says when the last event of a path is taken without a word, which should break an assertion. */
function silence<M extends AnyStateMachine>(machine: M, { input, events }: Path<M>): string | null {
  const life = stageOf(machine).start(input);
  for (const event of events.slice(0, -1)) life.step(event);
  try {
    life.step(events.at(-1) as EventFromLogic<M>);
  } catch {
    return null;
  }
  return `no assertion breaks on ${JSON.stringify(events.at(-1))}`;
}

/** The walks that healthy charts take, as paths: a mutant is led along them too. */
function sampleWalks<M extends AnyStateMachine>({ walks, machine, reference }: Subject<M>): Path<M>[] {
  const stage = stageOf(machine);
  return walks.flatMap(({ model, steps, seed, count }) =>
    fc
      .sample(choices(steps), { seed, numRuns: count })
      .map((numbers) => takeWalk(model, numbers, stage, reference)),
  );
}

/** Numbers for a walk of at most so many steps; a failing walk is shortened as far as it still fails. */
function choices(steps: number): fc.Arbitrary<number[]> {
  return fc.array(fc.nat(), { minLength: 1, maxLength: steps + 1, size: 'max' });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
