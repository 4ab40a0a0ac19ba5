import { describe, expect, it, vi } from 'vitest';
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  assign,
  createMachine,
  type EventObject,
  enqueueActions,
} from 'xstate';
import { accelerate, createScope } from '../../src/accelerate/index.ts';

/** What a program does that a run does, too: each case steps one configuration often enough to have a program made. */

type Context = { readonly [name: string]: unknown };
type Pure<T> = (context: Context, event: EventObject & { readonly v?: unknown }) => T;
type Args = { readonly context: Context; readonly event: EventObject };

const update = (pureUpdate: Pure<object>) =>
  Object.assign(assign(({ context, event }: Args) => pureUpdate(context, event)) as object, { pureUpdate });
const guard = (pureGuard: Pure<unknown>) =>
  Object.assign(({ context, event }: Args) => pureGuard(context, event), { pureGuard });
const effects = (pureEffects: Pure<readonly EventObject[]>) =>
  Object.assign(
    enqueueActions(({ context, event, enqueue }) => {
      for (const effect of pureEffects(context, event)) enqueue.emit(effect as never);
    }) as object,
    { pureEffects },
  );

function machineOf(config: object): AnyStateMachine {
  return createMachine(config as never) as AnyStateMachine;
}

type Way = (snapshot: AnyMachineSnapshot | null, event: EventObject) => AnyMachineSnapshot;

/** Steps a machine, and tells of all that can be seen of it. */
function stepper(machine: AnyStateMachine): { readonly step: Way; readonly heard: unknown[] } {
  const heard: unknown[] = [];
  const scope = createScope(machine, (event) => heard.push(event));
  const step: Way = (snapshot, event) =>
    machine.transition(snapshot ?? machine.getInitialSnapshot(scope), event, scope);
  return { step, heard };
}

/** Takes the same events through XState and through programs, and returns what both came to at every step. */
function compare(machine: AnyStateMachine, events: readonly EventObject[], compileAfter = 1): unknown[] {
  const [stock, fast] = [stepper(machine), stepper(accelerate(machine, { compileAfter }))];
  let [expected, actual]: [AnyMachineSnapshot | null, AnyMachineSnapshot | null] = [null, null];
  return events.map((event) => {
    [expected, actual] = [stock.step(expected, event), fast.step(actual, event)];
    const sight = (snapshot: AnyMachineSnapshot) => [Object.keys(snapshot), JSON.stringify(snapshot)];
    expect(sight(actual)).toEqual(sight(expected));
    expect(Object.entries(actual.context)).toEqual(Object.entries(expected.context));
    expect(fast.heard).toEqual(stock.heard);
    return actual.context;
  });
}

const go = (v?: unknown) => ({ type: 'go', v });

describe('a program', () => {
  it('copies contexts that are not of the shape that it was made for', () => {
    const machine = machineOf({
      context: { n: 0 },
      on: {
        go: { actions: update(({ n }) => ({ n: (n as number) + 1 })) },
        grow: { actions: update((_context, { v }) => ({ [v as string]: true })) },
      },
    });
    const grow = (v: string) => ({ type: 'grow', v });
    const contexts = compare(machine, [
      go(),
      go(),
      grow('a'),
      go(),
      go(),
      grow('b'),
      go(),
      grow('1'),
      go(),
      go(),
    ]);
    expect(contexts.at(-1)).toEqual({ n: 7, a: true, b: true, 1: true });
  });

  it('takes patches that are not of the shapes that it was made for', () => {
    const patches = [
      { a: 1 },
      { b: 2 },
      { b: 3, a: 4 },
      {},
      { a: 5, b: 6 },
      { c: 7 },
      null,
      undefined,
      'xy',
      { a: 8 },
    ];
    const machine = machineOf({
      context: { a: 0, b: 0 },
      on: { go: { actions: update((_context, { v }) => v as object) } },
    });
    const events = [...patches, ...patches].map(go);
    const contexts = compare(machine, events);
    expect(contexts.at(-1)).toEqual({ 0: 'x', 1: 'y', a: 8, b: 6, c: 7 });
  });

  // A program went through the names of a patch with `for in`, which finds inherited ones, too.
  it('leaves alone what a patch or a context inherits, as a copy does', () => {
    const patches = [{ a: 1 }, { a: 2 }, Object.create({ a: 3 }), { a: 4 }, Object.create({ a: 5 }, {})];
    const machine = machineOf({
      context: { a: 0, b: 0 },
      on: { go: { actions: update((_context, { v }) => v as object) } },
    });
    const contexts = compare(machine, patches.map(go));
    expect(contexts).toEqual([1, 2, 2, 4, 4].map((a) => ({ a, b: 0 })));

    const inheriting = machineOf({
      context: () => Object.assign(Object.create({ b: 1 }), { a: 0 }),
      on: { go: { actions: update(({ a }) => ({ a: (a as number) + 1 })) } },
    });
    const fresh = accelerate(inheriting, { compileAfter: 1 });
    const { step } = stepper(fresh);
    for (const first of [null, null, null]) expect(step(first, go()).context).toEqual({ a: 1 });
    // With all of its fields inherited or not, a context of the shape that the program knows is not at once one to copy.
    const [plain, odd] = [{ a: 0, b: 2 }, Object.assign(Object.create({ b: 3 }), { a: 0 })];
    for (const context of [plain, plain, odd]) {
      const snapshot = { ...fresh.getInitialSnapshot(createScope(fresh, () => {})), context };
      const copied = Object.assign({}, context, { a: 1 });
      expect(Object.entries(step(snapshot as never, go()).context)).toEqual(Object.entries(copied));
    }
  });

  it('is no way into a prototype', () => {
    const machine = machineOf({
      context: { a: 0 },
      on: { go: { actions: update((_context, { v }) => JSON.parse(v as string)) } },
    });
    const contexts = compare(machine, [
      go('{"a":1}'),
      go('{"a":2}'),
      go('{"__proto__":{"x":1}}'),
      go('{"a":3}'),
    ]);
    expect((contexts.at(-1) as { x?: number }).x).toBeUndefined();
  });

  it('goes the way that the answers say, and learns ways that did not come up before', () => {
    const takes = (text: string) => effects(() => [{ type: text }]);
    const machine = machineOf({
      context: {},
      on: {
        go: [
          { guard: guard((_c, { v }) => v === 1), actions: takes('one') },
          { guard: guard((_c, { v }) => v === 2), actions: [takes('two'), takes('and two')] },
          { guard: guard((_c, { v }) => v === 3) },
          { actions: takes('other') },
        ],
      },
    });
    compare(machine, [1, 1, 2, 1, 2, 3, 3, 4, 1, 2, 3, 4, 4, 3, 2, 1].map(go));
    compare(machine, [4, 4, 1, 1, 1, 2, 2, 2, 3, 3, 3].map(go), 2);
  });

  it('goes on with eventless transitions where it leaves off', () => {
    const machine = machineOf({
      context: { n: 0 },
      initial: 'a',
      states: {
        a: {
          on: { go: { actions: update(({ n }) => ({ n: (n as number) + 1 })) } },
          always: [
            { guard: guard(({ n }) => (n as number) % 5 === 4), target: 'b' },
            { guard: guard(({ n }) => (n as number) > 100), target: 'b' },
          ],
        },
        b: { entry: update(({ n }) => ({ n: (n as number) + 10 })), always: 'c' },
        c: { entry: effects(({ n }) => [{ type: 'c', n } as EventObject]), on: { go: 'a' } },
      },
    });
    const contexts = compare(
      machine,
      Array.from({ length: 24 }, () => go()),
    );
    expect(contexts.at(-1)).toEqual({ n: 214 });
  });

  it('takes an eventless transition that changes nothing once', () => {
    const machine = machineOf({
      context: { n: 0 },
      on: { go: { actions: update(({ n }) => ({ n: (n as number) + 1 })) } },
      always: {
        guard: guard(({ n }) => (n as number) % 2 === 1),
        actions: effects(({ n }) => [{ type: 'odd', n } as EventObject]),
      },
    });
    compare(
      machine,
      Array.from({ length: 9 }, () => go()),
    );
  });

  it('throws what a guard threw in the words of XState, and what an update threw as it is', () => {
    const fails = (at: number) => {
      if (at === 3) throw new Error('three');
    };
    const machines = ['guard', 'update', 'effects'].map((where) => {
      const part = (name: string) => (context: Context) => {
        if (name === where) fails(context.n as number);
      };
      return machineOf({
        id: 'm',
        context: { n: 0 },
        on: {
          go: {
            guard: guard((c) => part('guard')(c) === undefined),
            actions: [
              effects((c) => part('effects')(c) ?? [{ type: 'told' }]),
              update((c) => ({ ...(part('update')(c) ?? {}), n: (c.n as number) + 1 })),
            ],
          },
        },
      });
    });
    for (const machine of machines) {
      const messages = [machine, accelerate(machine, { compileAfter: 1 })].map((one) => {
        const { step, heard } = stepper(one);
        let snapshot = step(null, go());
        for (let i = 0; i < 2; i += 1) snapshot = step(snapshot, go());
        try {
          step(snapshot, go());
        } catch (error) {
          return [(error as Error).message, heard];
        }
        return 'nothing was thrown';
      });
      expect(messages[1]).toEqual(messages[0]);
      expect(JSON.stringify(messages[0])).toContain('three');
    }
  });

  it('ends machines, and leaves events of states that are done to whom they concern', () => {
    const inner = { initial: 'a', states: { a: { on: { go: 'z' } }, z: { type: 'final' } } };
    const machine = machineOf({
      context: {},
      initial: 'one',
      states: {
        one: { ...inner, onDone: 'two' },
        two: { ...inner, onDone: 'end' },
        end: { type: 'final' },
      },
    });
    const { step } = stepper(accelerate(machine, { compileAfter: 1 }));
    const first = stepper(machine).step;
    for (let i = 0; i < 3; i += 1) {
      let [snapshot, expected] = [step(null, { type: 'none' }), first(null, { type: 'none' })];
      for (let j = 0; j < 3; j += 1) {
        [snapshot, expected] = [step(snapshot, go()), first(expected, go())];
        expect([snapshot.value, snapshot.status]).toEqual([expected.value, expected.status]);
      }
      expect(snapshot.status).toBe('done');
    }
  });

  it('calls what a marked function is for an event of this type, where that is said', () => {
    const to = vi.fn(() => ({ n: 1 }));
    const outer = vi.fn(() => ({ n: 1 }));
    const narrowed = Object.assign(outer, { narrows: { types: ['go'], to } });
    const machine = machineOf({ context: { n: 0 }, on: { '*': { actions: update(narrowed as never) } } });
    const { step } = stepper(accelerate(machine, { compileAfter: 2 }));
    let snapshot = step(null, go());
    for (let i = 0; i < 4; i += 1) snapshot = step(snapshot, go());
    expect([outer.mock.calls.length, to.mock.calls.length]).toEqual([2, 3]);
    for (let i = 0; i < 4; i += 1) snapshot = step(snapshot, { type: 'other' });
    expect([outer.mock.calls.length, to.mock.calls.length]).toEqual([6, 3]);
  });

  it('hands the list of a marked action over as it is, to a scope that takes lists', () => {
    const list = [{ type: 'a' }, { type: 'b' }];
    const machine = accelerate(machineOf({ context: {}, on: { go: { actions: effects(() => list) } } }), {
      compileAfter: 2,
    });
    const given: unknown[] = [];
    const scope = createScope(
      machine,
      () => {
        throw new Error('there is a list to take');
      },
      (events) => given.push(events),
    );
    let snapshot = machine.getInitialSnapshot(scope);
    for (let i = 0; i < 5; i += 1) snapshot = machine.transition(snapshot, go(), scope);
    expect(given).toHaveLength(5);
    for (const one of given) expect(one).toBe(list);
  });

  it('is made when its time has come, and never where there is no room for one', () => {
    /** How often a step goes through the names of the context's fields: a program does, and a run does not. */
    const looks = (compileAfter: number, limit?: number) => {
      const machine = machineOf({
        context: { n: 0 },
        on: { go: { actions: update((context) => ({ n: (context.n as number) + 1 })) } },
      });
      const options = limit === undefined ? { compileAfter } : { compileAfter, limit };
      const { step } = stepper(accelerate(machine, options));
      let snapshot = step(null, go());
      for (let i = 1; i < 10; i += 1) snapshot = step(snapshot, go());
      let count = 0;
      const context = new Proxy(
        { n: 0 },
        {
          getPrototypeOf: (of) => {
            count += 1;
            return Reflect.getPrototypeOf(of);
          },
        },
      );
      expect(step({ ...snapshot, context } as never, go()).context).toEqual({ n: 1 });
      return count;
    };
    expect(looks(Number.POSITIVE_INFINITY)).toBe(0);
    expect(looks(100)).toBe(0);
    expect(looks(5)).toBeGreaterThan(0);
    expect(looks(5, 8)).toBe(0);
    expect(() => accelerate(machineOf({}), { compileAfter: 0 })).toThrow('compileAfter is 0');
  });
});
