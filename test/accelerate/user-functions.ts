import { and, assign, emit, enqueueActions, log, not, or, raise, sendTo, stateIn } from 'xstate';
import type { Tape } from './tape.ts';

/** What the machines of these tests remember. */
export type Context = { readonly n: number; readonly last?: string };
export type Event = { readonly type: string; readonly v?: number };
type Args = { readonly context: Context; readonly event: Event; readonly self?: unknown };
type Loose = Parameters<typeof Reflect.apply>[0];

export const EVENT_TYPES = ['a', 'b', 'a.x', 'a.y', 'b.x.z', 'none'] as const;

/** How many calls one event may lead to. */
const MAX_CALLS = 200;

/** Calls of the user's functions, each with what it was given. */
export class Calls {
  texts: string[] = [];

  note(name: string, args: object, params: unknown): void {
    // A machine that sends itself events for ever comes to an end here, on either side at the same call.
    if (this.texts.length > MAX_CALLS) throw new Error('too many calls');
    const { context, event } = args as Args;
    const given = `${JSON.stringify(context)} ${JSON.stringify(event)} ${JSON.stringify(params)}`;
    this.texts.push(`${name}(${Object.keys(args).join()}) ${given}`);
  }

  take(): readonly string[] {
    const { texts } = this;
    this.texts = [];
    return texts;
  }
}

/** Makes guards and actions, each under a name or in the config itself, that tell of every call. */
export class UserFunctions {
  readonly actions: { [name: string]: unknown } = {};
  readonly guards: { [name: string]: unknown } = {};
  readonly #tape: Tape;
  readonly #calls: Calls;
  /** Ids of all states, for `stateIn`. */
  readonly #ids: readonly string[];
  #count = 0;

  constructor(tape: Tape, calls: Calls, ids: readonly string[]) {
    this.#tape = tape;
    this.#calls = calls;
    this.#ids = ids;
  }

  /** A guard as a transition may have it. */
  guard(depth = 0): unknown {
    const tape = this.#tape;
    const kind = tape.below(depth < 2 ? 10 : 5);
    if (kind === 4) return stateIn(`#${tape.pick(this.#ids)}`);
    if (kind === 5) return not(this.guard(depth + 1) as never);
    if (kind === 6) return and(tape.list(3, () => this.guard(depth + 1)) as never);
    if (kind === 7) return or(tape.list(3, () => this.guard(depth + 1)) as never);
    const guard = kind >= 8 ? this.guard(depth + 1) : this.#predicate();
    if (kind === 0 && typeof guard === 'function') return guard;
    const name = this.#name('g');
    this.guards[name] = guard;
    return this.#reference(name);
  }

  /** An action as a state or a transition may have it. */
  action(depth = 0): unknown {
    const action = this.#action(depth);
    if (this.#tape.chance(1, 3)) return action;
    const name = this.#name('act');
    this.actions[name] = action;
    return this.#reference(name);
  }

  /** An output: a value or a function. */
  output(): unknown {
    const { below } = { below: this.#tape.below(4) };
    if (below === 0) return 7;
    if (below === 1) return { plain: true };
    if (below === 2) return null;
    return this.#telling(this.#name('out'), ({ context, event }: Args) => ({ n: context.n, of: event.type }));
  }

  /** By its name; with params; with params that are computed. */
  #reference(name: string): unknown {
    const kind = this.#tape.below(4);
    if (kind < 2) return name;
    if (kind === 2) return { type: name, params: { p: this.#tape.below(3) } };
    return {
      type: name,
      params: this.#telling(`${name}.params`, ({ context }: Args) => ({ was: context.n })),
    };
  }

  #name(prefix: string): string {
    this.#count += 1;
    return `${prefix}${this.#count}`;
  }

  #telling(name: string, does: (args: Args, params: unknown) => unknown): Loose {
    return (args: Args, params: unknown) => {
      this.#calls.note(name, args, params);
      return does(args, params);
    };
  }

  #predicate(): unknown {
    const tape = this.#tape;
    const [name, k, kind] = [this.#name('p'), tape.below(4), tape.below(6)];
    const make = tape.chance(1, 2) ? this.#marked('pureGuard') : this.#telling.bind(this);
    return make(name, ({ context, event }, params) => {
      if (kind === 0) return true;
      if (kind === 1) return context.n % 2 === k % 2;
      if (kind === 2) return context.n > k;
      // Whatever JavaScript takes for true or false.
      if (kind === 3) return event.v;
      if (kind === 4) return (params as { p?: number } | undefined)?.p === k ? 'yes' : '';
      if (context.n === k + 3) throw new Error(`${name} fails at ${context.n}`);
      return context.n < k + 2;
    });
  }

  #action(depth: number): unknown {
    const tape = this.#tape;
    const name = this.#name('f');
    switch (tape.below(depth < 2 ? 13 : 8)) {
      case 10:
      case 11:
        return this.#marked('pureUpdate', (call) => assign(call as never))(name, this.#patch(tape.below(8)));
      case 12:
        return this.#marked('pureEffects', emittingAll)(name, this.#emissions(name, tape.below(4)));
      case 0:
        return this.#telling(name, () => undefined);
      case 1:
        return assign(this.#telling(name, this.#patch(tape.below(8))) as never);
      case 2:
        return assign({ n: this.#telling(name, ({ context }) => (context.n + 1) % 8), last: name } as never);
      case 3:
        return emit(tape.chance(1, 2) ? { type: name } : (this.#event(name) as never));
      case 4:
        return raise(tape.chance(1, 2) ? { type: tape.pick(EVENT_TYPES) } : (this.#event(name) as never));
      case 5:
        return tape.chance(1, 2)
          ? log(name, name)
          : log(this.#telling(name, ({ context }) => context.n) as never);
      case 6:
        return sendTo(
          tape.chance(1, 2) ? '#_internal' : (this.#telling(`${name}.to`, ({ self }) => self) as never),
          this.#event(name) as never,
        );
      case 7:
        return this.#telling(name, ({ context }) => {
          if (context.n === 5) throw new TypeError(`${name} fails`);
        });
      default:
        return this.#enqueueing(name, depth);
    }
  }

  /** Makes functions of context and event alone that carry a mark, and tell of their calls alike however they are called. */
  #marked(mark: string, wrap: (call: Loose) => object = (call) => call) {
    return (name: string, does: (args: Args, params: unknown) => unknown): Loose => {
      const pure = (context: Context, event: Event) => {
        this.#calls.note(name, { context, event }, undefined);
        return does({ context, event }, undefined);
      };
      const type = this.#tape.pick(EVENT_TYPES);
      // What it is for one type of event is the same, too.
      const narrows = { types: [type], to: (context: Context, event: Event) => pure(context, event) };
      const marked = Object.assign((context: Context, event: Event) => pure(context, event), { narrows });
      return Object.assign(
        wrap(({ context, event }: Args) => pure(context, event)),
        { [mark]: marked },
      ) as unknown as Loose;
    };
  }

  #patch(k: number): (args: Args) => unknown {
    return ({ context, event }) => {
      if (k === 7 && context.n === 4) throw new Error('no patch for 4');
      if (k === 6) return undefined;
      // New fields, and fields in another order.
      if (k === 4) return event.v === 1 ? { last: 'v', n: 1 } : { [`x${event.v}`]: true, n: 2 };
      return k === 5 ? { last: event.type } : { n: (context.n + k) % 8 };
    };
  }

  #emissions(name: string, k: number): (args: Args) => unknown {
    return ({ context }) => {
      if (k === 3 && context.n === 6) throw new Error('nothing is emitted at 6');
      return Array.from({ length: (context.n + k) % 3 }, (_, i) => ({ type: name, i, n: context.n }));
    };
  }

  #event(name: string): unknown {
    const types = [this.#tape.pick(EVENT_TYPES), this.#tape.pick(EVENT_TYPES)];
    return this.#telling(name, ({ context }) => ({ type: types[context.n % 2], v: context.n }));
  }

  /** An action that decides by the context what is done. */
  #enqueueing(name: string, depth: number): unknown {
    const tape = this.#tape;
    const parts = tape.list(3, () => this.#part(depth));
    return enqueueActions((args: object, params: unknown) => {
      this.#calls.note(name, args, params);
      for (const part of parts) part(args as never);
    });
  }

  #part(depth: number): (args: EnqueueArgs) => void {
    const tape = this.#tape;
    const k = tape.below(4);
    switch (tape.below(7)) {
      case 0:
        return ({ enqueue }) => enqueue.emit({ type: `e${k}` });
      case 1:
        return ({ enqueue, context }) => enqueue.assign({ n: (context.n + k) % 8 });
      case 2:
        return ({ enqueue }) => enqueue.raise({ type: EVENT_TYPES[k] });
      case 3: {
        const action = this.action(depth + 1);
        return ({ enqueue }) => enqueue(action);
      }
      case 4: {
        const guard = this.guard(1);
        return ({ enqueue, check }) => enqueue.emit({ type: 'checked', v: check(guard) });
      }
      case 5:
        return ({ enqueue }) => enqueue('nobody implements this');
      default:
        return ({ context }) => {
          if (context.n === k + 4) throw new Error('nothing is enqueued');
        };
    }
  }
}

function emittingAll(call: Loose): object {
  return enqueueActions((args) => {
    for (const event of call(args) as { type: string }[]) args.enqueue.emit(event as never);
  });
}

type EnqueueArgs = {
  readonly context: Context;
  readonly check: (guard: unknown) => unknown;
  readonly enqueue: ((action: unknown) => void) & {
    emit(event: object): void;
    raise(event: object): void;
    assign(patch: object): void;
  };
};
