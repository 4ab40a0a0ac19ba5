import type { EventObject } from 'xstate';
import { Computed, type Test } from './guards.ts';
import { DONE, EFFECTS, type Operation, PATCH, Slot } from './operations.ts';
import type { Choice, Configuration, Plan } from './plans.ts';
import type { DirectScope } from './scope.ts';
import { copying } from './shapes.ts';
import { Source } from './source.ts';
import type { Snapshot } from './xstate.ts';

/**
 * Programs: what was learnt of one type of event in one configuration, as straight code.
 *
 * A run (`run.ts`) carries out any plan of any machine, so V8 finds functions and contexts of every kind in the same few
 * places of the code, and can specialize none of them. A program is a function of its own, with the functions of its own
 * machine in it. It holds the usual case: predicates, marked updates and effects, and a few eventless transitions. Wherever
 * anything else comes up it hands over to a run, which goes on from there.
 */
export type Program = (snapshot: Snapshot, event: EventObject, scope: DirectScope) => Snapshot;

/** Where a program hands over, and what it tells. */
export type Hands = {
  /** Selects from here on, and does what is selected; nothing has been done yet. */
  proceed(snapshot: Snapshot, event: EventObject, scope: DirectScope, choice: Choice): Snapshot;
  /**
   * Goes on when the first microstep has been taken.
   * @param iteration how many microsteps have been taken
   * @param choice where the selection of eventless transitions has come to; null when it has to begin
   */
  settle(
    snapshot: Snapshot,
    event: EventObject,
    scope: DirectScope,
    configuration: Configuration,
    choice: Choice | null,
    context: object,
    isNew: boolean,
    iteration: number,
  ): Snapshot;
  /** Where an answer leads that did not come up before; the program is no longer all that is known. */
  follow(choice: Choice, answer: boolean): Choice;
  /** The context after a patch of a shape that did not come up before, or of a context of another shape. */
  patched(operation: Operation, context: object, patch: object): object;
  errorOf(choice: Choice, error: unknown): unknown;
};

/** So many predicates one program asks at most, and so many microsteps it holds; beyond it hands over. */
const MOST_CHOICES = 64;
const MOST_PLANS = 32;
/** So many eventless microsteps one after the other. */
const MOST_EVENTLESS = 3;

/**
 * The program for the event of a first choice.
 *
 * @param context one as it comes up there; programs are made for contexts of its shape, and do well by others
 * @param limit how many microsteps may be taken
 */
export function programOf(root: Choice, context: object, limit: number, hands: Hands): Program {
  return new Writing(root.type as string, Object.keys(context), limit, hands).program(root);
}

/** How far a program has come: where the context is by now, and whether there is to be a new snapshot. */
type Progress = {
  readonly context: string;
  readonly keys: readonly string[];
  readonly isNew: boolean;
  /** Where the machine is after its first microstep; null before. */
  readonly reached: Configuration | null;
  readonly microsteps: number;
};

class Writing {
  readonly #source = new Source();
  readonly #type: string;
  readonly #keys: readonly string[];
  readonly #limit: number;
  readonly #hands: string;
  #choices = 0;
  #plans = 0;
  #variables = 0;

  constructor(type: string, keys: readonly string[], limit: number, hands: Hands) {
    this.#type = type;
    this.#keys = keys;
    this.#limit = limit;
    this.#hands = this.#source.constant(hands);
  }

  program(root: Choice): Program {
    const source = this.#source;
    source.add('const c0 = snapshot.context; let at = null, n = 0; try {');
    this.#select(root, { context: 'c0', keys: this.#keys, isNew: false, reached: null, microsteps: 0 });
    source.add(`} catch (error) { throw at === null ? error : ${this.#hands}.errorOf(at, error); }`);
    return source.compile<Program>(['snapshot', 'event', 'scope']);
  }

  /** Asks the predicates of a choice, one within the other. */
  #select(choice: Choice, progress: Progress): void {
    const { test } = choice;
    if (test === null) {
      this.#source.add('at = null;');
      this.#take(choice, progress);
      return;
    }
    this.#choices += 1;
    if (this.#choices > MOST_CHOICES || !isPlain(test)) {
      this.#handOver(this.#source.constant(choice), progress);
      return;
    }
    const source = this.#source;
    source.add(`at = ${source.constant(choice)}; if (${this.#question(test, progress.context)}) {`);
    this.#branch(choice, true, progress);
    source.add('} else {');
    this.#branch(choice, false, progress);
    source.add('}');
  }

  #question({ pure, call, params }: Test, context: string): string {
    const { constant } = this.#source;
    if (pure !== null) return `${constant(narrowed(pure, this.#type))}(${context}, event)`;
    return `${constant(call)}({ context: ${context}, event }, ${constant(params)})`;
  }

  #branch(choice: Choice, answer: boolean, progress: Progress): void {
    const next = answer ? choice.yes : choice.no;
    if (next !== null) this.#select(next, progress);
    else this.#handOver(`${this.#hands}.follow(${this.#source.constant(choice)}, ${answer})`, progress);
  }

  #handOver(choice: string, { context, isNew, reached, microsteps }: Progress): void {
    const { add, constant } = this.#source;
    const given = 'snapshot, event, scope';
    add('at = null;');
    if (reached === null) add(`return ${this.#hands}.proceed(${given}, ${choice});`);
    else
      add(
        `return ${this.#hands}.settle(${given}, ${constant(reached)}, ${choice}, ${context}, ${isNew}, ${microsteps});`,
      );
  }

  /** What was selected. */
  #take(choice: Choice, progress: Progress): void {
    const { plan, configuration } = choice;
    const { reached, microsteps } = progress;
    if (plan === null) {
      if (reached !== null) this.#finish(progress, reached, 'active');
      else this.#settle(configuration, { ...progress, microsteps: 1 });
    } else if (
      isStraight(plan) &&
      microsteps <= MOST_EVENTLESS &&
      microsteps < this.#limit &&
      this.#plans < MOST_PLANS
    ) {
      this.#perform(plan, { ...progress, microsteps: microsteps + 1 });
    } else {
      this.#handOver(this.#source.constant(choice), progress);
    }
  }

  #perform(plan: Plan, from: Progress): void {
    this.#plans += 1;
    let progress = { ...from, isNew: false };
    for (const operation of plan.operations) {
      if (operation.kind === PATCH) progress = this.#update(operation, progress);
      else if (operation.kind === EFFECTS) this.#emit(operation, progress);
    }
    const hasChanged = progress.isNew || plan.isNew;
    progress = { ...progress, isNew: from.isNew || hasChanged };
    if (plan.isDone) this.#finish(progress, plan.next, 'done', this.#source.constant(plan.output));
    // Eventless transitions that changed nothing are not looked for again.
    else if (from.reached !== null && !hasChanged) this.#finish(progress, plan.next, 'active');
    else this.#settle(plan.next, progress);
  }

  #emit(operation: Operation, { context }: Progress): void {
    const does = this.#source.constant(narrowed(operation.does, this.#type));
    this.#source.add(`scope.emitAll(${does}(${context}, event));`);
  }

  /** A context that is known by its shape is written out field by field, which costs V8 a tenth of a copy. */
  #update(operation: Operation, progress: Progress): Progress {
    const { add, constant } = this.#source;
    this.#variables += 1;
    const [context, patch] = [`c${this.#variables}`, `p${this.#variables}`];
    const does = constant(narrowed(operation.does, this.#type));
    add(`const ${patch} = ${does}(${progress.context}, event); let ${context};`);
    const { text, keys } = copying(progress, {
      patch,
      shapes: operation.shapes,
      into: context,
    });
    add(text);
    const slowly = `${this.#hands}.patched(${constant(operation)}, ${progress.context}, ${patch})`;
    add(`if (${context} === undefined) ${context} = ${slowly};`);
    return { ...progress, context, keys, isNew: true };
  }

  /** A microstep is done: now come the eventless transitions. */
  #settle(configuration: Configuration, progress: Progress): void {
    const reached = { ...progress, reached: configuration };
    const { eventless } = configuration;
    if (eventless === null) this.#handOver('null', reached);
    else this.#select(eventless, reached);
  }

  #finish({ context, isNew }: Progress, at: Configuration, status: string, output = 'snapshot.output'): void {
    const { add, constant } = this.#source;
    if (!isNew) {
      add('return snapshot;');
      return;
    }
    const { nodes, value, tags } = at;
    const own = ['machine', 'children', 'historyValue', 'matches', 'hasTag', 'can', 'getMeta', 'toJSON'];
    const [machine, ...others] = own.map((name) => `${name}: snapshot.${name}`);
    add(
      `return { status: '${status}', output: ${output}, error: snapshot.error, ${machine}, context: ${context}, ` +
        `_nodes: ${constant(nodes)}, value: ${constant(value)}, tags: ${constant(tags)}, ${others.join(', ')} };`,
    );
  }
}

/** Whether a predicate is called with what is at hand. */
function isPlain({ pure, computes, params }: Test): boolean {
  return pure !== null || (!computes && !(params instanceof Computed));
}

/** Whether a program can carry out a plan. */
function isStraight({ operations, isDone, output }: Plan): boolean {
  // Events of states that are done are not looked at any more when the machine is.
  return (
    !(output instanceof Slot) &&
    operations.every(({ kind }) => kind === PATCH || kind === EFFECTS || (kind === DONE && isDone))
  );
}

/** A marked function without its look at the event's type, if that is settled. */
function narrowed(does: unknown, type: string): unknown {
  const { narrows } = does as {
    readonly narrows?: { readonly types: readonly string[]; readonly to: unknown };
  };
  return narrows?.types.includes(type) ? narrows.to : does;
}
