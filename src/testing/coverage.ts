import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type EmittedFrom,
  type InputFrom,
} from 'xstate';
import type { Step } from '../actors/step.ts';
import { build, configOf, setTransitions, stateConfig, transitionList } from './config.ts';
import { isSame } from './is-same.ts';
import { type Life, type Stage, stageOf } from './model.ts';
import { isIdle, stateName, statesOf, transitionsOf, typeName } from './names.ts';

/** What of a chart was seen. */
export type Report = {
  readonly chart: string;
  readonly lives: number;
  readonly steps: number;
  readonly states: number;
  /** States that no life has entered, in the order of the chart. */
  readonly unentered: readonly string[];
  readonly transitions: number;
  /** Transitions that no life has taken. */
  readonly untaken: readonly string[];
  /** Guards by place: the same one in two transitions counts twice. */
  readonly guards: number;
  /** Guards that were not seen with both answers where they stand, and which answer is missing. */
  readonly oneSided: readonly string[];
};

/** The functions by which XState evaluates named guards. */
type GuardFunction = (args: unknown, params: unknown) => boolean;

/**
 * Lets a chart live twice through the same events: behind the gate, as in a node, and as a stock XState actor whose
 * inspector tells which transitions are taken. Both must agree after every event, so the coverage of the one is
 * the coverage of the other.
 */
export class Coverage<M extends AnyStateMachine> implements Stage<M> {
  readonly #behindGate: Stage<M>;
  /** The chart itself, but for guards that write down what they say, each at its place. */
  readonly #observed: AnyStateMachine;
  readonly #entered = new Set<unknown>();
  readonly #taken = new Set<unknown>();
  readonly #said = new Map<string, Set<boolean>>();
  #lives = 0;
  #steps = 0;

  constructor(machine: M) {
    this.#behindGate = stageOf(machine);
    this.#observed = this.#observe(machine);
  }

  /** @throws Error when the gate and stock XState disagree on how the chart begins */
  start(input: InputFrom<M>): Life<M> {
    this.#lives += 1;
    const { first, step } = this.#behindGate.start(input);
    const twin = this.#twin(input);
    twin.agree('the start', first);
    return {
      first,
      step: (event) => {
        this.#steps += 1;
        const look = step(event);
        twin.send(event);
        twin.agree(event.type, { snapshot: look.after, effects: look.effects });
        return look;
      },
    };
  }

  report(): Report {
    const states = statesOf(this.#observed.root);
    const transitions = transitionsOf(this.#observed.root).filter(({ transition }) => !isIdle(transition));
    return {
      chart: this.#observed.id,
      lives: this.#lives,
      steps: this.#steps,
      states: states.length,
      unentered: states.filter((node) => !this.#entered.has(node)).map(stateName),
      transitions: transitions.length,
      untaken: transitions
        .filter(({ transition }) => !this.#taken.has(transition))
        .map(({ name }) => plain(name)),
      guards: this.#said.size,
      oneSided: [...this.#said].flatMap(([name, said]) =>
        [true, false].filter((answer) => !said.has(answer)).map((answer) => `${name} is never ${answer}`),
      ),
    };
  }

  /** A copy of the chart in which each guard has a name for each of its places. */
  #observe(machine: M): AnyStateMachine {
    const config = configOf(machine);
    const known = machine.implementations.guards as { readonly [name: string]: GuardFunction };
    const guards: { [name: string]: GuardFunction } = { ...known };
    for (const { name, node, event, place } of transitionsOf(machine.root)) {
      const state = stateConfig(config, node);
      const list = transitionList(state, event);
      const transition = list[place];
      const guard = typeName(transition?.guard);
      if (transition === undefined || guard === null) continue;
      const params = typeof transition.guard === 'object' ? transition.guard : {};
      list[place] = { ...transition, guard: { ...params, type: `${guard}${AT}${name}` } };
      guards[`${guard}${AT}${name}`] = this.#listen(name, known[guard]);
      setTransitions(state, event, list);
    }
    return build(config, machine, guards);
  }

  #listen(place: string, guard: GuardFunction | undefined): GuardFunction {
    const said = new Set<boolean>();
    this.#said.set(place, said);
    return (args, params) => {
      if (guard === undefined) throw new Error(`the guard of ${place} has no implementation`);
      const answer = guard(args, params);
      said.add(answer);
      return answer;
    };
  }

  #see(snapshot: unknown): void {
    for (const node of (snapshot as AnyMachineSnapshot)._nodes) this.#entered.add(node);
  }

  /** The stock actor, and its say on each step of the gate. */
  #twin(input: InputFrom<M>): Twin<M> {
    let effects: unknown[] = [];
    let failure: unknown = null;
    const actor = createActor(this.#observed, {
      input,
      inspect: (inspected) => {
        if (inspected.type !== '@xstate.microstep') return;
        for (const transition of inspected._transitions) this.#taken.add(transition);
        this.#see(inspected.snapshot);
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
      send: (event) => actor.send(event),
      agree: (after, ours) => {
        if (failure !== null) throw failure;
        const theirs = actor.getSnapshot();
        this.#see(theirs);
        if (!isSame(look(ours.snapshot, ours.effects), look(theirs, effects))) {
          throw new Error(`the gate and stock XState disagree after ${after}`);
        }
        effects = [];
      },
    };
  }
}

type Twin<M extends AnyStateMachine> = {
  send(event: { readonly type: string }): void;
  /** @throws Error when the stock actor is not where this step of the gate is, or has failed */
  agree(after: string, ours: Step<M>): void;
};

/** Between a guard's name and its place. */
const AT = ' at ';

/** A transition's name without the place that was put into its guard's. */
function plain(name: string): string {
  return name.replace(/ \[(.*?) at .*\]$/, ' [$1]');
}

function look(snapshot: unknown, effects: readonly EmittedFrom<AnyStateMachine>[]) {
  const { value, context, status } = snapshot as AnyMachineSnapshot;
  return { value, context, status, effects };
}
