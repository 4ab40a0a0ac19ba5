import type { AnyActorScope, EventObject } from 'xstate';
import type { Enqueuer } from './enqueue.ts';
import type { Configuration, Plans } from './plans.ts';
import { type Hands, programOf } from './program.ts';
import { Run } from './run.ts';
import { noteShape } from './shapes.ts';
import { canCompile } from './source.ts';
import type { Snapshot } from './xstate.ts';

/** What a program takes of the memory that is bounded, in pieces of about a kilobyte. */
const PIECES = 10;

/** Runs of one machine, and the programs that come of those that are frequent. */
export class Programs {
  readonly #plans: Plans;
  readonly #enqueuer: Enqueuer;
  readonly #compileAfter: number;

  /** @param compileAfter how often an event comes up in a configuration before a program is made of it */
  constructor(plans: Plans, enqueuer: Enqueuer, compileAfter: number) {
    this.#plans = plans;
    this.#enqueuer = enqueuer;
    this.#compileAfter = canCompile ? compileAfter : Number.POSITIVE_INFINITY;
  }

  run(configuration: Configuration, snapshot: Snapshot, event: EventObject, scope: AnyActorScope): Run {
    return new Run(this.#plans, this.#enqueuer, configuration, snapshot, event, scope);
  }

  /** One event, for which there is no program yet. */
  step(configuration: Configuration, snapshot: Snapshot, event: EventObject, scope: AnyActorScope): Snapshot {
    const plans = this.#plans;
    const first = plans.choice(configuration, event.type);
    const next = this.run(configuration, snapshot, event, scope).proceed(first);
    first.uses += 1;
    if (first.uses >= this.#compileAfter) this.#compile(configuration, event.type, snapshot.context);
    return next;
  }

  #compile(configuration: Configuration, type: string, context: object): void {
    const plans = this.#plans;
    const first = plans.choice(configuration, type);
    first.uses = 0;
    const limit = plans.machine.options?.maxIterations ?? Number.POSITIVE_INFINITY;
    // With a limit below one the first microstep is already one too many: that is for a run to say.
    if (limit < 1 || !plans.hasRoomFor(PIECES)) return;
    configuration.programs.set(type, programOf(first, context, limit, this.#hands(configuration, type)));
  }

  #hands(configuration: Configuration, type: string): Hands {
    const plans = this.#plans;
    // The program lacks something that is known now: it is made anew if that goes on coming up.
    const outdate = () => {
      if (configuration.programs.delete(type)) plans.hasRoomFor(-PIECES);
    };
    return {
      proceed: (snapshot, event, scope, choice) =>
        this.run(configuration, snapshot, event, scope as never).proceed(choice),
      settle: (snapshot, event, scope, reached, choice, context, isNew, iteration) =>
        this.run(configuration, snapshot, event, scope as never).settle(
          reached,
          context,
          isNew,
          choice,
          iteration,
        ),
      follow(choice, answer) {
        outdate();
        // A step within a step may have followed it meanwhile.
        return (answer ? choice.yes : choice.no) ?? plans.follow(choice, answer);
      },
      patched(operation, context, patch) {
        if (noteShape(operation.shapes, patch)) outdate();
        return Object.assign({}, context, patch);
      },
      errorOf: (choice, error) => plans.errorOf(choice, error),
    };
  }
}
