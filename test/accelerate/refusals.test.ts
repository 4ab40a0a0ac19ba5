import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type AnyStateMachine,
  and,
  assign,
  cancel,
  createActor,
  createMachine,
  enqueueActions,
  fromPromise,
  raise,
  sendTo,
  spawnChild,
  stopChild,
} from 'xstate';
import { accelerate, CannotAccelerate } from '../../src/accelerate/index.ts';

const child = fromPromise(async () => 1);

/** A machine whose state `a` is as given. */
function withState(a: object, implementations: object = {}): AnyStateMachine {
  const config = { id: 'm', initial: 'a', context: {}, states: { a, b: {} } };
  return createMachine(config as never, implementations as never) as AnyStateMachine;
}

const REFUSED: readonly (readonly [what: string, machine: () => AnyStateMachine, text: string])[] = [
  ['invoke', () => withState({ invoke: { src: child } }), 'state "m.a": it invokes "xstate.invoke.0.m.a"'],
  ['after', () => withState({ after: { 10: 'b' } }), 'state "m.a": `after` needs a timer'],
  [
    'history',
    () => withState({ initial: 'x', states: { x: {}, y: { type: 'history' } } }),
    'state "m.a.y": history states',
  ],
  [
    'spawnChild',
    () => withState({ entry: spawnChild(child) }),
    'state "m.a", entry: xstate.spawnChild changes',
  ],
  ['stopChild', () => withState({ exit: stopChild('c') }), 'state "m.a", exit: xstate.stopChild changes'],
  [
    'cancel, under a name',
    () => withState({ on: { go: { actions: 'forget' } } }, { actions: { forget: cancel('x') } }),
    'state "m.a", on "go", action "forget": xstate.cancel',
  ],
  [
    'a delayed raise',
    () => withState({ always: { guard: () => false, actions: raise({ type: 'x' } as never, { delay: 5 }) } }),
    'state "m.a", always: its event is delayed',
  ],
  [
    'a delayed sendTo',
    () => withState({ entry: sendTo('c', { type: 'x' }, { delay: () => 5 }) }),
    'state "m.a", entry: its event is delayed',
  ],
  [
    'an action without an implementation',
    () => withState({ initial: { target: 'x', actions: { type: 'greet' } }, states: { x: {} } }),
    'state "m.a", initial, action "greet": it has no implementation',
  ],
  [
    'a guard without one, within another',
    () => withState({ on: { go: { guard: and(['isReady' as never]) } } }),
    'state "m.a", on "go": the guard "isReady" has no implementation',
  ],
  [
    'a guard that checks in a way of its own',
    () => withState({ on: { go: { guard: Object.assign(() => true, { check: () => true }) } } }),
    'state "m.a", on "go": a guard has a `check` that is not XState\'s own',
  ],
  [
    'functions within an output',
    () => withState({ initial: 'x', states: { x: { type: 'final', output: { n: () => 1 } } } }),
    'state "m.a.x": functions within an output',
  ],
];

describe('accelerate refuses what it cannot do exactly, when it is called, and says where', () => {
  for (const [what, machine, text] of REFUSED) {
    it(what, () => {
      expect(() => accelerate(machine())).toThrow(CannotAccelerate);
      expect(() => accelerate(machine())).toThrow(`cannot accelerate the machine "m": ${text}`);
    });
  }

  it('what is no machine, and limits that are none', () => {
    expect(() => accelerate(child as never)).toThrow('accelerate takes a machine made by XState');
    expect(() => accelerate(undefined as never)).toThrow(TypeError);
    for (const limit of [0, -1, 1.5, Number.NaN]) {
      expect(() => accelerate(withState({}), { limit })).toThrow(`limit is ${limit}, it must be`);
    }
  });
});

describe('what shows only in a step is refused there, and never done wrong', () => {
  const cases: readonly (readonly [what: string, action: unknown, text: string])[] = [
    [
      'spawn in an assign',
      assign(({ spawn }) => ({ c: spawn(child) })),
      'state "m.a", on "go": xstate.assign spawns an actor',
    ],
    ['enqueue.spawnChild', enqueueActions(({ enqueue }) => enqueue.spawnChild(child)), 'xstate.spawnChild'],
    ['enqueue.stopChild', enqueueActions(({ enqueue }) => enqueue.stopChild('c')), 'xstate.stopChild'],
    ['enqueue.cancel', enqueueActions(({ enqueue }) => enqueue.cancel('c')), 'xstate.cancel'],
    ['enqueue of a spawn', enqueueActions(({ enqueue }) => enqueue(spawnChild(child))), 'xstate.spawnChild'],
    [
      'enqueue.raise with a delay',
      enqueueActions(({ enqueue }) => enqueue.raise({ type: 'x' } as never, { delay: 1 })),
      'its event is delayed',
    ],
    [
      'enqueue.assign that spawns',
      enqueueActions(({ enqueue }) => enqueue.assign(({ spawn }) => ({ c: spawn(child) }))),
      'xstate.assign spawns an actor',
    ],
  ];
  for (const [what, action, text] of cases) {
    it(what, () => {
      const actor = createActor(accelerate(withState({ on: { go: { actions: action } } })));
      const errors: unknown[] = [];
      actor.subscribe({ error: (error) => errors.push(error) });
      actor.start().send({ type: 'go' });
      expect(actor.getSnapshot().status).toBe('error');
      expect(errors[0]).toBeInstanceOf(CannotAccelerate);
      expect(String(errors[0])).toContain(text);
    });
  }
});

describe('with another xstate than the one it was proved against', () => {
  afterEach(() => {
    vi.doUnmock('xstate/package.json');
    vi.resetModules();
  });

  it('accelerate warns once, and gives the machine back as it is', async () => {
    vi.resetModules();
    vi.doMock('xstate/package.json', () => ({ default: { version: '5.99.0' } }));
    const other = await import('../../src/accelerate/index.ts');
    const warn = vi.fn();
    const machine = withState({ invoke: { src: child } });
    expect(other.accelerate(machine, { warn })).toBe(machine);
    expect(other.accelerate(machine, { warn })).toBe(machine);
    expect(warn.mock.calls).toEqual([
      ['accelerate was proved against xstate 5.33.3, and this is 5.99.0: machines run unaccelerated'],
    ]);
  });

  it('the warning goes to the console, if nobody takes it', async () => {
    vi.resetModules();
    vi.doMock('xstate/package.json', () => ({ default: { version: '5.99.1' } }));
    const other = await import('../../src/accelerate/index.ts');
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    other.accelerate(withState({}));
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  it('and so does a machine that another copy of xstate has made', () => {
    const foreign = { id: 'foreign', provide: () => foreign } as unknown as AnyStateMachine;
    const warn = vi.fn();
    expect(accelerate(foreign, { warn })).toBe(foreign);
    expect(warn.mock.calls[0]?.[0]).toContain('the machine "foreign" was made by another copy of xstate');
  });
});
