import { isDeepStrictEqual } from 'node:util';
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  createActor,
  type EmittedFrom,
  type EventFromLogic,
  type InputFrom,
  type SnapshotFrom,
} from 'xstate';
import { createGate, type Gate, type Step } from '../../src/actors/step.ts';

/** Which transitions of a chart were taken, and which guards were seen true and false. */
export type Report = {
  readonly chart: string;
  readonly transitions: number;
  /** Transitions that no run has taken, in the order of the chart. */
  readonly untaken: readonly string[];
  readonly guards: number;
  /** Guards that were not seen with both answers, and which answer is missing. */
  readonly oneSided: readonly string[];
  readonly events: number;
};

/** The functions by which XState evaluates named guards. */
type GuardFunction = (args: unknown, params: unknown) => boolean;

/**
 * Runs a chart twice over the same events: through the gate, as the node does, and as a stock XState actor with its
 * inspector, which tells which transitions were taken. Both must agree after every event, so that the coverage of
 * the one is the coverage of the other.
 */
export class Coverage<M extends AnyStateMachine> {
  readonly #gate: Gate<M>;
  /** The chart itself, but for guards that write down what they said. */
  readonly #observed: AnyStateMachine;
  readonly #names = new Map<unknown, string>();
  readonly #taken = new Set<unknown>();
  readonly #said = new Map<string, Set<boolean>>();
  #events = 0;

  constructor(machine: M) {
    this.#gate = createGate(machine);
    const guards = machine.implementations.guards as { readonly [name: string]: GuardFunction };
    this.#observed = machine.provide({
      guards: Object.fromEntries(
        Object.entries(guards).map(([name, guard]) => [name, this.#watch(name, guard)]),
      ),
    } as Parameters<M['provide']>[0]);
    this.#nameAll(this.#observed.root);
  }

  #watch(name: string, guard: GuardFunction): GuardFunction {
    const said = new Set<boolean>();
    this.#said.set(name, said);
    return (args, params) => {
      const answer = guard(args, params);
      said.add(answer);
      return answer;
    };
  }

  /** A transition is called by its state, its event, and its place among those of the same event. */
  #nameAll(node: AnyStateNode): void {
    const state = node.path.length === 0 ? '(root)' : node.path.join('.');
    const name = (event: string, transition: { readonly guard?: unknown }, i: number, of: number) => {
      const place = of === 1 ? '' : ` #${i + 1}`;
      const guard = typeof transition.guard === 'string' ? ` [${transition.guard}]` : '';
      this.#names.set(transition, `${state} ${event}${place}${guard}`);
    };
    for (const [event, transitions] of node.transitions) {
      transitions.forEach((transition, i) => void name(event, transition, i, transitions.length));
    }
    node.always?.forEach((transition, i, all) => void name('(always)', transition, i, all.length));
    for (const child of Object.values(node.states)) this.#nameAll(child);
  }

  /** The chart's first state. */
  start(input: InputFrom<M>): Run<M> {
    const first = this.#gate.start(input);
    const twin = this.#twin({ input });
    twin.agree('the start', first);
    return this.#run(first, twin);
  }

  /** Another life that begins where this one is; the first is not touched. */
  startFrom(run: Run<M>): Run<M> {
    const { snapshot } = run;
    return this.#run({ snapshot, effects: [] }, this.#twin({ snapshot }));
  }

  #run(first: Step<M>, { send, agree }: Twin<M>): Run<M> {
    let { snapshot } = first;
    return {
      get snapshot() {
        return snapshot;
      },
      step: (event) => {
        this.#events += 1;
        const step = this.#gate.step(snapshot, event);
        snapshot = step.snapshot;
        send(event);
        agree(event.type, step);
        return step.effects;
      },
    };
  }

  /** The stock actor, and its say on each step of the gate. */
  #twin(options: { readonly input: InputFrom<M> } | { readonly snapshot: SnapshotFrom<M> }): Twin<M> {
    let effects: unknown[] = [];
    let failure: unknown = null;
    const actor = createActor(this.#observed, {
      ...options,
      inspect: (inspected) => {
        if (inspected.type !== '@xstate.microstep') return;
        for (const transition of inspected._transitions) this.#taken.add(transition);
      },
    });
    actor.on('*', (effect) => effects.push(effect));
    actor.subscribe({
      error: (error) => {
        failure = error;
      },
    });
    actor.start();
    return {
      send: (event: EventFromLogic<M>) => actor.send(event),
      agree: (after: string, ours: Step<M>) => {
        if (failure !== null) throw failure;
        const { value, context, status } = actor.getSnapshot();
        const gate = ours.snapshot as AnyMachineSnapshot;
        const ourLook = {
          effects: ours.effects,
          value: gate.value,
          context: gate.context,
          status: gate.status,
        };
        const theirLook = { effects, value, context, status };
        effects = [];
        if (!isDeepStrictEqual(ourLook, theirLook)) {
          throw new Error(`the gate and stock XState disagree after ${after}`);
        }
      },
    };
  }

  report(): Report {
    // A transition without target and actions says that an event is known and needs nothing.
    const names = [...this.#names].filter(([transition]) => !isIdle(transition));
    const oneSided = [...this.#said].flatMap(([name, said]) =>
      [true, false].filter((answer) => !said.has(answer)).map((answer) => `${name} is never ${answer}`),
    );
    return {
      chart: this.#observed.id,
      transitions: names.length,
      untaken: names.filter(([transition]) => !this.#taken.has(transition)).map(([, name]) => name),
      guards: this.#said.size,
      oneSided,
      events: this.#events,
    };
  }
}

type Twin<M extends AnyStateMachine> = {
  send(event: EventFromLogic<M>): void;
  /** @throws Error when the stock actor is not where this step of the gate is, or has failed */
  agree(after: string, ours: Step<M>): void;
};

/** One life of a chart, observed. */
export type Run<M extends AnyStateMachine> = {
  readonly snapshot: SnapshotFrom<M>;
  /** @throws Error when the gate and stock XState disagree, or when an assertion of the chart is broken */
  step(event: EventFromLogic<M>): readonly EmittedFrom<M>[];
};

function isIdle(transition: unknown): boolean {
  const { target, actions } = transition as { target?: readonly unknown[]; actions: readonly unknown[] };
  return target === undefined && actions.length === 0;
}

/** What may stay uncovered, each with its reason. */
export type Reasons = { readonly [what: string]: string };

/**
 * The coverage as a short table, and everything that should be covered and is not. A reason for something that is
 * covered after all is a fault too: lists of excuses must not outlive what they excuse.
 */
export function judge(
  report: Report,
  reasons: Reasons = {},
): { readonly table: string; readonly faults: readonly string[] } {
  const { chart, transitions, untaken, guards, oneSided, events } = report;
  const missing = [...untaken.map((name) => `never taken: ${name}`), ...oneSided];
  const excused = missing.filter((what) => what in reasons);
  const faults = [
    ...missing.filter((what) => !(what in reasons)),
    ...Object.keys(reasons)
      .filter((what) => !missing.includes(what))
      .map((what) => `is covered and needs no excuse any more: ${what}`),
  ];
  const bothWays = guards - new Set(oneSided.map((text) => text.split(' ')[0])).size;
  const table = [
    '| chart | events | transitions taken | guards both ways | excused |',
    '|---|---:|---:|---:|---:|',
    `| ${chart} | ${events} | ${transitions - untaken.length} of ${transitions} | ${bothWays} of ${guards} | ${excused.length} |`,
    ...excused.map((what) => `  excused: ${what} (${reasons[what]})`),
  ].join('\n');
  return { table, faults };
}
