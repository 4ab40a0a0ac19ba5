import { describe, expect, it, vi } from 'vitest';
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  assign,
  createActor,
  createMachine,
  emit,
  enqueueActions,
  getNextTransitions,
  raise,
  setup,
  transition,
} from 'xstate';
import { createTestModel, getShortestPaths } from 'xstate/graph';
import { Enqueuer } from '../../src/accelerate/enqueue.ts';
import { accelerate, createScope } from '../../src/accelerate/index.ts';
import { Plans } from '../../src/accelerate/plans.ts';
import { Run } from '../../src/accelerate/run.ts';
import { Twin } from '../../src/accelerate/twin.ts';
import { internalsOf, type Snapshot } from '../../src/accelerate/xstate.ts';
import { Pair } from './differential.ts';
import { Calls } from './user-functions.ts';

/** A machine of several states with tags, meta, a guard, and something to hear of. */
const lamp = setup({
  types: { context: {} as { readonly n: number }, events: {} as { type: 'press' | 'break' | 'look' } },
  actions: {
    count: assign(({ context }) => ({ n: context.n + 1 })),
    tell: emit(({ context }) => ({ type: 'told', n: context.n })),
  },
  guards: { isOld: ({ context }) => context.n >= 4 },
}).createMachine({
  id: 'lamp',
  context: { n: 0 },
  initial: 'off',
  states: {
    off: { tags: 'dark', meta: { light: 0 }, on: { press: { target: 'on', actions: 'count' }, look: {} } },
    on: {
      initial: 'dim',
      entry: 'tell',
      on: {
        press: [
          { guard: 'isOld', target: 'broken' },
          { target: 'off', actions: 'count' },
        ],
      },
      states: { dim: { tags: ['bright', 'soft'] } },
    },
    broken: { type: 'final' },
  },
  output: ({ context }) => context.n,
});

function machineOf(config: object): AnyStateMachine {
  return createMachine(config as never) as AnyStateMachine;
}

/** Sees that a machine does accelerated what it does in XState, in every mode, on these events. */
function compare(machine: AnyStateMachine, ...types: readonly string[]): void {
  for (const mode of ['direct', 'scope', 'actor'] as const) {
    const pair = new Pair(machine, new Calls(), mode, 1000);
    pair.start();
    for (const type of types) pair.send({ type });
  }
}

describe('an accelerated machine is a machine', () => {
  const fast = accelerate(lamp);

  it('that an actor runs: its snapshots show, its emitted events are heard, it comes to an end', () => {
    const actor = createActor(fast);
    const told: unknown[] = [];
    actor.on('told' as never, (event) => told.push(event));
    actor.start();
    expect(actor.getSnapshot().hasTag('dark')).toBe(true);
    actor.send({ type: 'press' });
    const snapshot = actor.getSnapshot();
    expect(snapshot.matches({ on: 'dim' })).toBe(true);
    expect([snapshot.can({ type: 'press' }), snapshot.can({ type: 'look' })]).toEqual([true, false]);
    expect([...snapshot.tags]).toEqual(['bright', 'soft']);
    expect(snapshot.getMeta()).toEqual({});
    for (let i = 0; i < 4; i++) actor.send({ type: 'press' });
    expect(told).toEqual([1, 3, 5].map((n) => ({ type: 'told', n })));
    expect(actor.getSnapshot()).toMatchObject({ status: 'active', context: { n: 5 } });
    actor.send({ type: 'press' });
    expect(actor.getSnapshot()).toMatchObject({ status: 'done', output: 5 });
  });

  it('whose snapshots have the shape of stock ones, and belong to it', () => {
    const stock = createActor(lamp).start();
    const actor = createActor(fast).start();
    for (const one of [stock, actor]) one.send({ type: 'press' });
    expect(Object.keys(actor.getSnapshot())).toEqual(Object.keys(stock.getSnapshot()));
    expect(actor.getSnapshot().machine).toBe(fast);
    expect(JSON.stringify(actor.getSnapshot())).toBe(JSON.stringify(stock.getSnapshot()));
    expect(actor.getPersistedSnapshot()).toEqual(stock.getPersistedSnapshot());
  });

  it('for whose snapshots XState knows the next transitions, and which its explorers explore', () => {
    const shown = (machine: AnyStateMachine) => {
      const [snapshot] = transition(machine, createActor(machine).getSnapshot() as never, { type: 'press' });
      return getNextTransitions(snapshot as AnyMachineSnapshot).map((next) => [
        next.eventType,
        next.source.id,
      ]);
    };
    expect(shown(fast)).toEqual(shown(lamp));
    expect(shown(fast).length).toBeGreaterThan(1);
    createTestModel(fast);
    const paths = (machine: typeof lamp) =>
      getShortestPaths(machine).map(({ state }) => JSON.stringify(state));
    expect(paths(fast)).toEqual(paths(lamp));
  });

  it('and a machine that is made of it by provide() is a stock one', () => {
    expect(fast.provide({}).transition.name).not.toBe(fast.transition.name);
    expect(fast.implementations).toEqual(lamp.implementations);
  });
});

describe('it replays', () => {
  it('what it has learnt, without asking XState again', () => {
    const fast = accelerate(lamp);
    const scope = createScope(fast, () => {});
    const first = fast.getInitialSnapshot(scope);
    fast.transition(fast.transition(first, { type: 'press' }, scope), { type: 'press' }, scope);
    const asked = vi.spyOn(Object.getPrototypeOf(fast), 'getTransitionData');
    const last = fast.transition(fast.transition(first, { type: 'press' }, scope), { type: 'press' }, scope);
    expect(last.context).toEqual({ n: 2 });
    expect(asked).not.toHaveBeenCalled();
    fast.transition(first, { type: 'break' }, scope);
    expect(asked).toHaveBeenCalled();
    asked.mockRestore();
  });

  it('holding no more than its limit, however many configurations a machine has', () => {
    const region = {
      initial: 'x',
      states: { x: { on: { a: 'y' } }, y: { on: { b: 'z' } }, z: { on: { a: 'x' } } },
    };
    const machine = machineOf({
      type: 'parallel',
      states: Object.fromEntries(
        Array.from({ length: 5 }, (_, i) => [
          `r${i}`,
          {
            ...region,
            states: {
              x: { on: { [`a${i}`]: 'y' } },
              y: { on: { [`a${i}`]: 'z' } },
              z: { on: { [`a${i}`]: 'x', any: 'y' } },
            },
          },
        ]),
      ),
    });
    let twins = 0;
    const own = internalsOf(machine.provide({}));
    const makeTwin = () => {
      twins += 1;
      return new Twin(internalsOf(machine.provide({})));
    };
    const plans = new Plans(own, makeTwin, 100);
    const scope = createScope(own as unknown as AnyStateMachine, () => {});
    let snapshot = (own as unknown as AnyStateMachine).getInitialSnapshot(
      scope,
      undefined,
    ) as unknown as Snapshot;
    let largest = 0;
    for (let i = 0; i < 3000; i++) {
      const configuration = plans.configurationOf(snapshot);
      if (configuration === null) throw new Error('a snapshot of the machine is not known as one');
      // New types of events without end are something else to remember.
      const type = i % 7 === 6 ? `new${i}` : `a${(i * i) % 5}`;
      snapshot = new Run(plans, new Enqueuer(own), configuration, snapshot, { type }, scope).complete();
      largest = Math.max(largest, plans.size);
    }
    expect(largest).toBe(100);
    expect(twins).toBeGreaterThan(5);
  });

  it('marked functions as what they are, with the same outcome as XState', () => {
    const calls: string[] = [];
    const bump = ({ n }: { n: number }) => ({ n: n + 1 });
    const say = ({ n }: { n: number }) => [{ type: 'said', n }];
    const isSmall = ({ n }: { n: number }) => n < 3;
    const marked = machineOf({
      context: { n: 0 },
      on: {
        go: {
          guard: Object.assign(({ context }: never) => calls.push('guard') > 0 && isSmall(context), {
            pureGuard: isSmall,
          }),
          actions: [
            Object.assign(
              assign(({ context }: never) => (calls.push('assign') > 0 ? bump(context) : {})),
              { pureUpdate: bump },
            ),
            Object.assign(
              enqueueActions(({ context, enqueue }) => {
                calls.push('enqueue');
                for (const event of say(context as { n: number })) enqueue.emit(event as never);
              }),
              { pureEffects: say },
            ),
          ],
        },
      },
    });
    compare(marked, 'go', 'go', 'go', 'go');
    calls.length = 0;
    const fast = accelerate(marked);
    const said: unknown[] = [];
    const scope = createScope(fast, (event) => said.push(event));
    expect(fast.transition(fast.getInitialSnapshot(scope), { type: 'go' }, scope).context).toEqual({ n: 1 });
    expect([said, calls]).toEqual([[{ type: 'said', n: 1 }], []]);
  });
});

describe('it does as XState does', () => {
  it('on events that XState keeps for itself, sent or raised', () => {
    const control = ['*', 'xstate.stop', 'xstate.init', 'xstate.error.actor.x', 'xstate.done.state.m'];
    const machine = machineOf({
      id: 'm',
      context: { n: 0 },
      initial: 'a',
      states: {
        a: {
          on: Object.fromEntries(control.map((type, i) => [`raise${i}`, { actions: raise({ type }) }])),
        },
        b: { always: { guard: ({ context }: { context: { n: number } }) => context.n > 2, target: 'a' } },
      },
      onDone: '.b',
      on: { '*': { actions: assign(({ context }) => ({ n: (context.n as number) + 1 })) } },
    });
    for (const type of control) compare(machine, type, 'other');
    for (const i of control.keys()) compare(machine, `raise${i}`, 'other', `raise${i}`);
  });

  it('when a region is done before another one raises an event on its way in', () => {
    const heard = (name: string) => ({ actions: emit({ type: name }) });
    const machine = machineOf({
      id: 'm',
      initial: 'out',
      states: {
        out: { on: { go: 'in' } },
        in: {
          type: 'parallel',
          states: {
            first: { initial: 'end', states: { end: { type: 'final' } }, onDone: heard('first is done') },
            second: { entry: raise({ type: 'raised' }), on: { raised: heard('second raised') } },
          },
        },
      },
    });
    compare(machine, 'go');
    const told: unknown[] = [];
    const actor = createActor(accelerate(machine));
    actor.on('*', ({ type }) => told.push(type));
    actor.start().send({ type: 'go' });
    expect(told).toEqual(['first is done', 'second raised']);
  });

  it('without a limit of microsteps, through thousands of them', () => {
    const machine = machineOf({
      context: { n: 0 },
      initial: 'a',
      on: { more: { actions: assign(({ context }) => ({ n: context.n + 1 })) } },
      states: {
        a: {
          on: {
            go: {
              guard: ({ context }: { context: { n: number } }) => context.n < 3000,
              actions: ['step', raise({ type: 'go' })],
            },
          },
        },
      },
    }).provide({ actions: { step: assign(({ context }) => ({ n: context.n + 1 })) } as never });
    compare(machine, 'go');
  });

  it('on snapshots that it did not make: of the stock machine, done, patched by hand', () => {
    const fast = accelerate(lamp);
    const scope = createScope(fast, () => {});
    const on = lamp.transition(
      lamp.getInitialSnapshot(scope as never, undefined),
      { type: 'press' },
      scope as never,
    );
    expect(fast.transition(on, { type: 'press' }, scope)).toEqual(
      lamp.transition(on, { type: 'press' }, scope as never),
    );
    const done = fast.resolveState({ value: 'broken', context: { n: 1 } });
    expect(fast.transition(done, { type: 'press' }, scope)).toBe(done);
    const off = fast.getInitialSnapshot(scope);
    // Its nodes say off, its value says on: what XState makes of it, is made of it.
    const patched = { ...off, value: { on: 'dim' } } as typeof off;
    const expected = lamp.transition(patched, { type: 'press' }, scope as never);
    expect(fast.transition(patched, { type: 'press' }, scope)).toEqual(expected);
    // XState takes the functions from the machine that a snapshot names.
    const other = lamp.provide({ actions: { count: assign(({ context }) => ({ n: context.n + 10 })) } });
    const renamed = { ...off, machine: other } as unknown as typeof off;
    expect(fast.transition(renamed, { type: 'press' }, scope).context).toEqual({ n: 10 });
    const lost = { ...off, context: undefined } as unknown as typeof off;
    expect(() => fast.transition(lost, { type: 'press' }, scope)).toThrow(
      'Cannot assign to undefined `context`',
    );
  });

  it('on events without a type, and on none', () => {
    const fast = accelerate(lamp);
    const scope = createScope(fast, () => {});
    const first = fast.getInitialSnapshot(scope);
    for (const event of [undefined, null, {}, { type: 7 }] as never[]) {
      const message = (machine: AnyStateMachine) => {
        try {
          machine.transition(first, event, scope);
          return 'nothing';
        } catch (error) {
          return String(error);
        }
      };
      expect(message(fast)).toBe(message(lamp));
      expect(message(fast)).toContain('TypeError');
    }
  });

  it('when an action steps another actor of the same machine', () => {
    const inner = (depth: number): unknown[] => {
      const heard: unknown[] = [];
      const machine: AnyStateMachine = accelerate(
        machineOf({
          context: { depth },
          on: {
            go: {
              actions: enqueueActions(({ enqueue, context }) => {
                enqueue.emit({ type: 'before', depth: context.depth } as never);
                if (context.depth < 2) {
                  const other = createActor(machine, {
                    snapshot: machine.resolveState({
                      value: {},
                      context: { depth: context.depth + 1 },
                    } as never) as never,
                  });
                  other.on('*', (event) => heard.push(event));
                  other.start().send({ type: 'go' });
                }
                enqueue.emit({ type: 'after', depth: context.depth } as never);
              }),
            },
          },
        }),
      );
      const actor = createActor(machine);
      actor.on('*', (event) => heard.push(event));
      actor.start().send({ type: 'go' });
      return heard;
    };
    const told = [2, 1, 0].flatMap((depth) => ['before', 'after'].map((type) => ({ type, depth })));
    expect(inner(0)).toEqual(told);
  });

  it('when an action enqueues too late', async () => {
    let enqueueLate: () => void = () => {};
    const machine = machineOf({
      context: { n: 0 },
      on: {
        go: {
          actions: enqueueActions(({ enqueue }) => {
            enqueueLate = () => enqueue.assign({ n: 5 });
          }),
        },
      },
    });
    const actor = createActor(accelerate(machine)).start();
    actor.send({ type: 'go' });
    enqueueLate();
    actor.send({ type: 'other' });
    expect(actor.getSnapshot().context).toEqual({ n: 0 });
  });

  it('on routes, which are transitions to wherever the event says', () => {
    const machine = machineOf({
      id: 'm',
      initial: 'a',
      states: { a: { id: 'a', route: {} }, b: { id: 'b', route: { guard: () => true } }, c: { id: 'c' } },
    });
    const pair = new Pair(machine, new Calls(), 'direct', 100);
    pair.start();
    for (const to of ['#b', '#a', '#c', '#b']) pair.send({ type: 'xstate.route', to } as never);
  });
});
