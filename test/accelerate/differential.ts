import { isDeepStrictEqual } from 'node:util';
import { type AnyActorScope, type AnyMachineSnapshot, type AnyStateMachine, createActor } from 'xstate';
import { accelerate, createScope } from '../../src/accelerate/index.ts';
import type { Calls, Event } from './user-functions.ts';

/** All that can be seen of one step. */
export type Sight = { readonly [aspect: string]: unknown };

/** One of the two machines that are compared: something that is given events, and looked at. */
export interface Side {
  start(input: unknown): Sight;
  send(event: Event): Sight;
  /** Goes on from what was persisted. */
  restore(): Sight;
}

export type Mode = 'direct' | 'scope' | 'actor';

/** A machine that is stepped through its `transition`, with a scope of the accelerator's or one of anybody's. */
export class SteppedSide implements Side {
  readonly #machine: AnyStateMachine;
  readonly #calls: Calls;
  readonly #scope: AnyActorScope;
  #effects: unknown[] = [];
  #snapshot: AnyMachineSnapshot | null = null;

  constructor(machine: AnyStateMachine, calls: Calls, mode: Mode) {
    this.#machine = machine;
    this.#calls = calls;
    const direct = createScope(machine, (event) => this.#effects.push(event));
    const logger = (...args: unknown[]) => this.#effects.push(['log', ...args]);
    const relay = (_from: unknown, _to: unknown, event: unknown) => this.#effects.push(['sent', event]);
    const system = { ...direct.system, _relay: relay };
    if (mode === 'direct') this.#scope = Object.assign(direct, { logger, system });
    else this.#scope = { ...direct, logger, system, actionExecutor: this.#executor } as AnyActorScope;
    calls.take();
    this.#effects = [];
  }

  readonly #executor = (action: { type: string; params: unknown; info: unknown; exec?: Executed }) => {
    const keys = [Object.keys(action), Object.keys(action.info as object)];
    this.#effects.push(['action', action.type, withoutSelf(action.params), ...keys]);
    action.exec?.(action.info, action.params);
  };

  start(input: unknown): Sight {
    return this.#look(() => this.#machine.getInitialSnapshot(this.#scope, input));
  }

  send(event: Event): Sight {
    return this.#look((snapshot) => this.#machine.transition(snapshot, event as never, this.#scope));
  }

  restore(): Sight {
    return this.#look((snapshot) => {
      const persisted = JSON.parse(JSON.stringify(this.#machine.getPersistedSnapshot(snapshot)));
      return this.#machine.restoreSnapshot(persisted as never, this.#scope);
    });
  }

  #look(step: (snapshot: AnyMachineSnapshot) => AnyMachineSnapshot): Sight {
    const before = this.#snapshot;
    let failure: unknown = null;
    try {
      this.#snapshot = step(before as AnyMachineSnapshot);
    } catch (error) {
      failure = describe(error);
    }
    const effects = this.#effects;
    this.#effects = [];
    const calls = this.#calls.take();
    return { failure, calls, effects, isSame: before === this.#snapshot, ...sightOf(this.#snapshot) };
  }
}

type Executed = (info: unknown, params: unknown) => void;

/** A machine that an actor runs, with an inspector. */
export class ActorSide implements Side {
  readonly #machine: AnyStateMachine;
  readonly #calls: Calls;
  #actor: ReturnType<typeof createActor> | null = null;
  #told: unknown[] = [];

  constructor(machine: AnyStateMachine, calls: Calls) {
    this.#machine = machine;
    this.#calls = calls;
  }

  start(input: unknown): Sight {
    return this.#begin({ input });
  }

  send(event: Event): Sight {
    // XState warns of every event that comes too late.
    if (this.#actor?.getSnapshot().status === 'active') this.#actor.send(event);
    return this.#look();
  }

  restore(): Sight {
    const snapshot = JSON.parse(JSON.stringify(this.#actor?.getPersistedSnapshot()));
    return this.#begin({ snapshot });
  }

  #begin(options: object): Sight {
    const actor = createActor(this.#machine, {
      ...options,
      logger: (...args) => this.#told.push(['log', ...args]),
      inspect: (inspected) => {
        const { type } = inspected;
        if (type === '@xstate.action')
          this.#told.push([type, inspected.action.type, withoutSelf(inspected.action.params)]);
        if (type === '@xstate.event') this.#told.push([type, inspected.event]);
        if (type === '@xstate.snapshot')
          this.#told.push([type, inspected.event, JSON.stringify(inspected.snapshot)]);
      },
    });
    actor.on('*', (emitted) => this.#told.push(['emitted', emitted]));
    actor.subscribe({
      next: (snapshot) => this.#told.push(['next', JSON.stringify(snapshot)]),
      error: (error) => this.#told.push(['error', describe(error)]),
      complete: () => this.#told.push('complete'),
    });
    this.#actor = actor;
    actor.start();
    return this.#look();
  }

  #look(): Sight {
    const told = this.#told;
    this.#told = [];
    return { told, calls: this.#calls.take(), ...sightOf(this.#actor?.getSnapshot() as AnyMachineSnapshot) };
  }
}

/** Params of an action without the actor in them, which is another one on either side. */
function withoutSelf(params: unknown): unknown {
  return typeof params === 'object' && params !== null && 'to' in params ? { ...params, to: 'self' } : params;
}

/** Everything that a snapshot shows. */
function sightOf(snapshot: AnyMachineSnapshot | null): Sight {
  if (snapshot === null) return {};
  const { status, output, _nodes: nodes } = snapshot;
  // What an actor shows after an error is a copy without these.
  const isWhole = nodes !== undefined;
  return {
    keys: Object.keys(snapshot),
    status,
    output,
    // Value, context and the rest as a text: the order of regions counts.
    json: JSON.stringify(snapshot),
    error: describe(snapshot.error),
    nodes: isWhole && nodes.map(({ id }) => id),
    meta: isWhole && snapshot.getMeta(),
  };
}

function describe(error: unknown): unknown {
  return error instanceof Error ? [error.constructor.name, error.message] : error;
}

/** The accelerated machine and the stock one, seen to be the same at every step. */
export class Pair {
  readonly #stock: Side;
  readonly #fast: Side;

  /**
   * @param limit how much the accelerator may hold
   * @param compileAfter how soon it makes programs
   */
  constructor(machine: AnyStateMachine, calls: Calls, mode: Mode, limit: number, compileAfter = 1) {
    const accelerated = accelerate(machine, { limit, compileAfter });
    const side = (of: AnyStateMachine) =>
      mode === 'actor' ? new ActorSide(of, calls) : new SteppedSide(of, calls, mode);
    this.#stock = side(machine);
    this.#fast = side(accelerated);
  }

  start(input?: unknown): Sight {
    return this.#compare('start', (side) => side.start(input));
  }

  send(event: Event): Sight {
    return this.#compare(JSON.stringify(event), (side) => side.send(event));
  }

  restore(): Sight {
    return this.#compare('restore', (side) => side.restore());
  }

  #compare(name: string, act: (side: Side) => Sight): Sight {
    const expected = act(this.#stock);
    const actual = act(this.#fast);
    for (const aspect of Object.keys(expected)) {
      if (isDeepStrictEqual(actual[aspect], expected[aspect])) continue;
      const [is, should] = [JSON.stringify(actual[aspect]), JSON.stringify(expected[aspect])];
      throw new Error(
        `after ${name}, ${aspect} of the accelerated machine is\n${is}\nand should be\n${should}`,
      );
    }
    return expected;
  }
}
