import type { AnyActorScope, EventObject } from 'xstate';
import { Computed, type Questions, questioning, Test } from './guards.ts';
import { type ActionReference, compileAction, type Operation } from './operations.ts';
import { Recording, tellingAction, tellingOutput } from './recording.ts';
import { Place } from './refusal.ts';
import type { Machine, Snapshot, StateNode, Transition, UserFunction } from './xstate.ts';

/** What XState chose, or the predicate whose answer it needs first. */
export type Selection =
  | { readonly test: Test; readonly transitions: null }
  | { readonly test: null; readonly transitions: readonly Transition[] };

/** A microstep as XState took it: what it did, in order, and where that led. */
export type Microstep = { readonly operations: readonly Operation[]; readonly snapshot: Snapshot };

/** Leaves XState in the middle of a step, once what was to be learnt is known. */
const ENOUGH = new Error('enough was learnt');
/** A type that XState gives no meaning to. Which transitions a microstep takes is settled before it. */
const ANY_EVENT: EventObject = { type: '' };
/** XState selects no transition for this event itself, and goes on to the eventless ones. */
const ONLY_EVENTLESS: EventObject = { type: 'xstate.init' };

/**
 * A copy of a machine that calls none of the user's functions: its guards answer from a script, and its actions and
 * outputs write down that their turn came. So XState can be asked what it would do, as often as needed, without
 * consequences. All knowledge of how a statechart steps comes from here.
 */
export class Twin {
  readonly #machine: Machine;
  readonly #nodes: readonly StateNode[];
  readonly #numbers = new Map<Transition, number>();
  readonly #scope: AnyActorScope;
  /** What the predicates say, in the order in which they are asked; and what the one after these throws. */
  #script: readonly boolean[] = [];
  #failure: { readonly error: unknown } | null = null;
  #asked = 0;
  #computed = 0;
  #question: Test | null = null;
  #recording = new Recording(ANY_EVENT);
  #stopsAfterStep = true;
  #stepped: { readonly snapshot: Snapshot; readonly transitions: readonly Transition[] } | null = null;

  /**
   * @param machine a machine that nobody else knows; it is changed
   * @throws CannotAccelerate when something in it cannot be done exactly
   */
  constructor(machine: Machine) {
    this.#machine = machine;
    this.#nodes = [...machine.idMap.values()];
    this.#scope = scopeOf((snapshot, transitions) => {
      if (!this.#stopsAfterStep) return;
      this.#stepped = { snapshot, transitions };
      throw ENOUGH;
    });
    machine.options = { maxIterations: Number.POSITIVE_INFINITY };
    for (const node of this.#nodes) this.#prepare(node);
    this.#prepareGuards();
  }

  /** A snapshot of the twin in which the nodes of these numbers are active, in this order. */
  snapshotAt(like: Snapshot, orders: readonly number[], value: unknown): Snapshot {
    const nodes = orders.map((order) => this.#nodes[order] as StateNode);
    const own = { machine: this.#machine, _nodes: nodes, value, context: {}, children: {}, historyValue: {} };
    return { ...like, ...own, status: 'active', output: undefined, error: undefined };
  }

  /** The snapshot once more, with all that follows from its nodes computed by XState. */
  recomputed(snapshot: Snapshot): Snapshot {
    this.#begin([], null, ANY_EVENT);
    this.#stopsAfterStep = false;
    // XState answers a stop with a copy of the snapshot; there is nothing else that it could do here.
    return this.#machine.transition(snapshot, { type: 'xstate.stop' }, this.#scope);
  }

  /**
   * Which transitions XState selects.
   *
   * @param type an event's type, or null for the eventless transitions
   * @param answers what the predicates say, as far as it is known
   * @throws whatever XState throws
   */
  select(snapshot: Snapshot, type: string | null, answers: readonly boolean[]): Selection {
    this.#begin(answers, null, ONLY_EVENTLESS);
    try {
      return { test: null, transitions: this.#selected(snapshot, type) };
    } catch (error) {
      if (this.#question === null) throw error;
      return { test: this.#question, transitions: null };
    }
  }

  /** What XState throws when the predicate that is asked after these answers throws `error`. */
  errorOf(snapshot: Snapshot, type: string | null, answers: readonly boolean[], error: unknown): unknown {
    this.#begin(answers, { error }, ONLY_EVENTLESS);
    try {
      this.#selected(snapshot, type);
    } catch (thrown) {
      return thrown;
    }
    return error;
  }

  /** What XState does when these transitions are taken. */
  take(snapshot: Snapshot, transitions: readonly Transition[]): Microstep {
    this.#begin([], null, ANY_EVENT);
    this.#stepWith(snapshot, transitions);
    if (this.#stepped === null) throw new Error('XState took no microstep');
    this.#recording.notice();
    return { operations: this.#recording.operations, snapshot: this.#stepped.snapshot };
  }

  /** What XState throws when a machine has taken more microsteps than `limit` and has not come to rest. */
  limitError(snapshot: Snapshot, limit: number): unknown {
    const { options } = this.#machine;
    // A limit that is exceeded at once, and that reads like the one given.
    const maxIterations = { valueOf: () => -1, toString: () => String(limit) } as unknown as number;
    this.#machine.options = { maxIterations };
    this.#begin([], null, ANY_EVENT);
    this.#stopsAfterStep = false;
    try {
      this.#stepWith(snapshot, []);
    } catch (error) {
      return error;
    } finally {
      this.#machine.options = options;
    }
    throw new Error('XState set no limit');
  }

  /** A name for these transitions in this order. */
  nameOf(transitions: readonly Transition[]): string {
    return transitions.map((transition) => this.#numbers.get(transition)).join();
  }

  #begin(script: readonly boolean[], failure: { readonly error: unknown } | null, event: EventObject): void {
    this.#script = script;
    this.#failure = failure;
    this.#asked = 0;
    this.#computed = 0;
    this.#question = null;
    this.#recording = new Recording(event);
    this.#stopsAfterStep = true;
    this.#stepped = null;
  }

  #selected(snapshot: Snapshot, type: string | null): readonly Transition[] {
    if (type !== null) return this.#machine.getTransitionData(snapshot, { type });
    this.#run(snapshot, ONLY_EVENTLESS);
    return this.#stepped?.transitions ?? [];
  }

  #stepWith(snapshot: Snapshot, transitions: readonly Transition[]): void {
    const machine: { getTransitionData?: Machine['getTransitionData'] } = this.#machine;
    machine.getTransitionData = () => transitions;
    try {
      this.#run(snapshot, ANY_EVENT);
    } finally {
      // The method of the class shows again.
      delete machine.getTransitionData;
    }
  }

  #run(snapshot: Snapshot, event: EventObject): void {
    try {
      this.#machine.transition(snapshot, event, this.#scope);
    } catch (error) {
      if (error !== ENOUGH || this.#stepped === null) throw error;
    }
  }

  readonly #questions: Questions = {
    ask: (predicate, params) => this.#answer(predicate, params, false),
    compute: (params) => {
      this.#answer(params, undefined, true);
      this.#computed += 1;
      return new Computed(this.#computed - 1);
    },
  };

  #answer(call: UserFunction, params: unknown, computes: boolean): boolean {
    const answer = this.#script[this.#asked];
    this.#asked += 1;
    if (answer !== undefined) return answer;
    if (this.#failure !== null) throw this.#failure.error;
    this.#question = new Test(call, params, computes);
    throw ENOUGH;
  }

  #prepare(node: StateNode): void {
    const place = new Place(this.#machine.id, `state "${node.id}"`);
    if (node.invoke.length > 0) place.refuse(`it invokes "${String(node.invoke[0]?.src)}"`);
    if (node.config.after !== undefined) place.refuse('`after` needs a timer, which outlives the snapshot');
    if (node.type === 'history') place.refuse('history states are not supported');
    const noteQueue = tellingAction((queue) => this.#recording.watch(queue));
    node.entry = [...this.#telling(node.entry, place.at('entry')), noteQueue];
    node.exit = this.#telling(node.exit, place.at('exit'));
    node.initial.actions = this.#telling(node.initial.actions, place.at('initial'));
    if (node.output !== undefined) {
      const configured = node.output;
      if (hasFunctions(configured)) place.refuse('functions within an output: make the output a function');
      node.output = tellingOutput((event) => this.#recording.output(configured, event));
    }
    for (const [type, transitions] of node.transitions) {
      for (const transition of transitions) this.#prepareTransition(transition, place.at(`on "${type}"`));
    }
    for (const transition of node.always ?? []) this.#prepareTransition(transition, place.at('always'));
  }

  #prepareTransition(transition: Transition, place: Place): void {
    this.#numbers.set(transition, this.#numbers.size);
    transition.actions = this.#telling(transition.actions, place);
    transition.guard = this.#questioning(transition.guard, place);
  }

  #prepareGuards(): void {
    const place = new Place(this.#machine.id, 'its guards');
    const { actions, guards } = this.#machine.implementations;
    const asking = Object.entries(guards).map(([name, guard]) => [
      name,
      this.#questioning(guard, place.at(`"${name}"`)),
    ]);
    this.#machine.implementations = { actions, guards: Object.fromEntries(asking) };
  }

  #questioning(guard: unknown, place: Place): unknown {
    return questioning(guard, this.#machine.implementations.guards, this.#questions, place);
  }

  #telling(actions: readonly unknown[], place: Place): readonly unknown[] {
    return actions.map((action) => {
      const { actions: named } = this.#machine.implementations;
      const operation = compileAction(action as ActionReference, named, place, true);
      return tellingAction((queue) => this.#recording.act(operation, queue));
    });
  }
}

/** What XState needs of an actor in order to step. It tells of the first microstep. */
function scopeOf(onStep: (snapshot: Snapshot, transitions: readonly Transition[]) => void): AnyActorScope {
  type Inspected = { readonly snapshot: Snapshot; readonly _transitions: readonly Transition[] };
  const system = {
    _sendInspectionEvent: ({ snapshot, _transitions }: Inspected) => onStep(snapshot, _transitions),
  };
  return { self: {}, system, actionExecutor: () => {} } as unknown as AnyActorScope;
}

function hasFunctions(output: unknown): boolean {
  if (typeof output !== 'object' || output === null) return false;
  return Object.values(output).some((value) => typeof value === 'function');
}
