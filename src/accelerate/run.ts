import type { AnyActorScope, EventObject } from 'xstate';
import type { Enqueuer } from './enqueue.ts';
import { Computed } from './guards.ts';
import {
  ASSIGN,
  BUILT_IN,
  DONE,
  EFFECTS,
  ENQUEUE,
  type EventTemplate,
  type Operation,
  OUTPUT,
  PATCH,
  RESOLVERS,
  Slot,
} from './operations.ts';
import { type Choice, type Configuration, outputOf, type Plan, type Plans } from './plans.ts';
import { type DirectScope, isDirect } from './scope.ts';
import { noteShape } from './shapes.ts';
import type { ActionArgs, BuiltIn, Snapshot } from './xstate.ts';

type Pure<T> = (context: object, event: EventObject) => T;
type ParamsOf = (args: { context: object; event: EventObject }) => unknown;
type Enqueues = { readonly collect: (args: object, params: unknown) => void };
type Custom = (args: ActionArgs, params: unknown) => void;
type Assignment = (args: object, params: unknown) => object;
type Assigns = { readonly assignment: Assignment | { readonly [key: string]: unknown } };
type OutputFunction = (args: Omit<ActionArgs, 'system'>) => unknown;
type Predicate = (args: { context: object; event: EventObject }, params: unknown) => unknown;

const NONE: readonly unknown[] = [];

/** One event on its way through a machine: all microsteps until the machine is at rest. */
export class Run {
  readonly #plans: Plans;
  readonly #enqueuer: Enqueuer;
  readonly #first: Snapshot;
  readonly #scope: AnyActorScope;
  readonly #direct: boolean;
  #configuration: Configuration;
  #context: object;
  #event: EventObject;
  #status: Snapshot['status'] = 'active';
  #output: unknown;
  /** Events that were raised, or that tell of states that are done, and still have their turn to come. */
  #queue: EventObject[] = [];
  #slots: unknown[] | null = null;
  #assigned = false;

  constructor(
    plans: Plans,
    enqueuer: Enqueuer,
    configuration: Configuration,
    snapshot: Snapshot,
    event: EventObject,
    scope: AnyActorScope,
  ) {
    this.#plans = plans;
    this.#enqueuer = enqueuer;
    this.#configuration = configuration;
    this.#first = snapshot;
    this.#context = snapshot.context;
    this.#output = snapshot.output;
    this.#event = event;
    this.#scope = scope;
    this.#direct = isDirect(scope);
  }

  /**
   * The snapshot in which the machine comes to rest.
   *
   * This loop is the one thing that stands both here and in XState: eventless transitions come first, and are looked
   * for again as long as taking them changes something; then the queue; and there is a limit to it all.
   */
  complete(): Snapshot {
    return this.proceed(this.#plans.choice(this.#configuration, this.#event.type));
  }

  /** The same, where a program has come as far as this choice. */
  proceed(from: Choice): Snapshot {
    return this.#settle(this.#step(this.#choose(from)), null, 1);
  }

  /**
   * The same, where a program has taken the first microstep.
   *
   * @param isNew whether there is to be a new snapshot
   * @param from where the selection of eventless transitions has come to; null when it has to begin
   * @param microsteps how many have been taken
   */
  settle(
    reached: Configuration,
    context: object,
    isNew: boolean,
    from: Choice | null,
    microsteps: number,
  ): Snapshot {
    this.#configuration = reached;
    this.#context = context;
    return this.#settle(isNew, from, microsteps);
  }

  #settle(changedAlready: boolean, from: Choice | null, microsteps: number): Snapshot {
    const plans = this.#plans;
    let isNew = changedAlready;
    let begun = from;
    let asksEventless = true;
    const limit = plans.machine.options?.maxIterations ?? Number.POSITIVE_INFINITY;
    for (let iteration = microsteps; this.#status === 'active'; iteration++) {
      if (iteration > limit) throw plans.limitError(this.#configuration, limit);
      const eventless: Plan | null = asksEventless
        ? this.#choose(begun ?? plans.eventlessChoice(this.#configuration))
        : null;
      begun = null;
      let plan = eventless;
      if (plan === null) {
        if (this.#queue.length === 0) break;
        this.#event = this.#queue.shift() as EventObject;
        plan = this.#choose(plans.choice(this.#configuration, this.#event.type));
      }
      const changed = this.#step(plan);
      isNew ||= changed;
      asksEventless = eventless === null || changed;
    }
    return isNew ? this.#snapshot() : this.#first;
  }

  /** Asks predicates until it is settled what is taken. */
  #choose(from: Choice): Plan | null {
    let choice = from;
    let computed: unknown[] | null = null;
    while (choice.test !== null) {
      const { call, params, pure, computes } = choice.test;
      let passed: unknown = true;
      try {
        if (pure !== null) {
          passed = (pure as Pure<unknown>)(this.#context, this.#event);
        } else if (computes) {
          computed ??= [];
          computed.push((call as ParamsOf)(this.#seen()));
        } else {
          const given = params instanceof Computed ? computed?.[params.index] : params;
          passed = (call as Predicate)(this.#seen(), given);
        }
      } catch (error) {
        throw this.#plans.errorOf(choice, error);
      }
      choice = (passed ? choice.yes : choice.no) ?? this.#plans.follow(choice, Boolean(passed));
    }
    return choice.plan;
  }

  /** @returns whether XState would have made a new snapshot */
  #step(plan: Plan | null): boolean {
    if (plan === null) return false;
    this.#assigned = false;
    this.#slots = null;
    this.#perform(plan.operations);
    this.#configuration = plan.next;
    if (plan.isDone) {
      this.#status = 'done';
      this.#output = outputOf(plan.output, this.#slots ?? NONE);
    }
    return this.#assigned || plan.isNew;
  }

  #perform(operations: readonly Operation[]): void {
    for (let i = 0; i < operations.length; i++) {
      const operation = operations[i] as Operation;
      switch (operation.kind) {
        case PATCH: {
          const patch = (operation.does as Pure<object>)(this.#context, this.#event);
          if (this.#direct) noteShape(operation.shapes, patch);
          this.#update(patch);
          break;
        }
        case EFFECTS:
          this.#emitAll((operation.does as Pure<readonly EventObject[]>)(this.#context, this.#event));
          break;
        case OUTPUT:
          this.#compute(operation);
          break;
        case DONE:
          this.#queue.push(this.#filled(operation.event as EventTemplate));
          break;
        default:
          this.#act(operation);
      }
    }
  }

  /** An action that is called in XState's way. */
  #act(operation: Operation): void {
    const { action, kind, paramsOf, type } = operation;
    const params = paramsOf === null ? operation.params : (paramsOf as ParamsOf)(this.#seen());
    if (kind === ASSIGN) this.#assign(operation, action as Assigns, params);
    else if (kind === ENQUEUE) this.#enqueue(type, action as Enqueues, params);
    else if (kind === BUILT_IN) this.#builtIn(action as BuiltIn, params);
    else this.#custom(type, action as Custom | undefined, params);
  }

  #assign({ spawn }: Operation, { assignment }: Assigns, params: unknown): void {
    const { self, system } = this.#scope;
    const args = { context: this.#context, event: this.#event, spawn, self, system };
    if (typeof assignment === 'function') {
      this.#update(assignment(args, params));
      return;
    }
    const patch: { [key: string]: unknown } = {};
    for (const key of Object.keys(assignment)) {
      const value = assignment[key];
      patch[key] = typeof value === 'function' ? value(args, params) : value;
    }
    this.#update(patch);
  }

  #update(patch: object): void {
    this.#context = Object.assign({}, this.#context, patch);
    this.#assigned = true;
  }

  #enqueue(type: string, { collect }: Enqueues, params: unknown): void {
    const args = this.#args();
    this.#perform(this.#enqueuer.collect(type, collect, args, params, this.#scope, this.#snapshot()));
  }

  #builtIn(action: BuiltIn, params: unknown): void {
    const args = this.#args();
    const extra = { internalQueue: this.#queue, deferredActorIds: undefined };
    const [, details] = action.resolve(this.#scope, this.#first, args, params, action, extra);
    this.#execute(action, args, details);
  }

  #execute({ type, execute }: BuiltIn, info: ActionArgs, params: unknown): void {
    const scope = this.#scope;
    if (this.#direct) {
      execute?.(scope, params);
      return;
    }
    const { actionExecutor } = scope;
    actionExecutor({ type, info, params, exec: execute?.bind(null, scope, params) } as never);
  }

  #custom(type: string, exec: Custom | undefined, params: unknown): void {
    const info = this.#args();
    if (this.#direct) {
      exec?.(info, params);
      return;
    }
    const { actionExecutor } = this.#scope;
    actionExecutor({ type, info, params, exec } as never);
  }

  #emitAll(events: readonly EventObject[]): void {
    if (this.#direct) {
      (this.#scope as unknown as DirectScope).emitAll(events as readonly never[]);
      return;
    }
    for (let i = 0; i < events.length; i++) {
      this.#execute(RESOLVERS.emit, this.#args(), { event: events[i] as EventObject });
    }
  }

  #compute({ does, event }: Operation): void {
    const own = event === null ? this.#event : this.#filled(event);
    const { self } = this.#scope;
    const output =
      typeof does === 'function'
        ? (does as OutputFunction)({ context: this.#context, event: own, self })
        : does;
    this.#slots ??= [];
    this.#slots.push(output);
  }

  #filled(template: EventTemplate): EventObject {
    const { output } = template;
    const event = { ...template, output: output instanceof Slot ? this.#slots?.[output.index] : output };
    return event;
  }

  #args(): ActionArgs {
    const { self, system } = this.#scope;
    return { context: this.#context, event: this.#event, self, system };
  }

  #seen(): { context: object; event: EventObject } {
    return { context: this.#context, event: this.#event };
  }

  /** The snapshot as it is between the actions of a microstep, or at its end. */
  #snapshot(): Snapshot {
    const first = this.#first;
    const { nodes, value, tags } = this.#configuration;
    return {
      status: this.#status,
      output: this.#output,
      error: first.error,
      machine: first.machine,
      context: this.#context,
      _nodes: nodes,
      value,
      tags,
      children: first.children,
      historyValue: first.historyValue,
      matches: first.matches,
      hasTag: first.hasTag,
      can: first.can,
      getMeta: first.getMeta,
      toJSON: first.toJSON,
    };
  }
}
