import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, type AnyStateNode, createActor, createMachine } from 'xstate';
import { catalogue } from '../../machines/index.ts';
import { sourceOf } from '../../src/charts/formats/xstate.ts';
import { modelOf } from '../../src/charts/model.ts';

/** Runs a source as a reader would who pastes it into a file: all it may import is XState. */
function load(source: string): AnyStateMachine {
  const [before, after] = source.split("import { createMachine } from 'xstate';\n") as [string, string];
  expect(before.split('\n').filter((line) => line !== '' && !line.startsWith('//'))).toEqual([]);
  expect(after).not.toMatch(/\b(?:import|require|export (?!const machine = createMachine\())/);
  expect(after.match(/createMachine\(/g)).toHaveLength(1);
  const body = after.replace('export const machine =', 'return');
  return new Function('createMachine', body)(createMachine) as AnyStateMachine;
}

/** Everything that a chart decides: states, transitions, guards and actions by name. */
function structureOf(node: AnyStateNode): unknown {
  const names = (list: readonly unknown[]) =>
    list.map((named) => (typeof named === 'string' ? named : (named as { type: string; params?: unknown })));
  const transitions = [...node.transitions.values(), node.always ?? []].flat();
  return {
    id: node.id,
    type: node.type,
    description: node.description,
    initial: node.type === 'compound' ? node.initial.target.map(({ id }) => id) : [],
    entry: names(node.entry),
    exit: names(node.exit),
    transitions: transitions.map(({ eventType, guard, target, actions, reenter, description }) => ({
      eventType,
      guard: guard === undefined ? [] : names([guard]),
      target: (target ?? []).map(({ id }) => id),
      actions: names(actions),
      reenter,
      description,
    })),
    states: Object.values(node.states).map(structureOf),
  };
}

describe.each(catalogue.map((entry) => [entry.name, entry] as const))('the source of %s', (_, entry) => {
  const machine: AnyStateMachine = entry.machine;
  const loaded = load(sourceOf(modelOf(entry)));

  it('is the same chart to plain XState', () => {
    expect(structureOf(loaded.root)).toEqual(structureOf(machine.root));
    expect(Object.keys(loaded.implementations.guards)).toEqual(Object.keys(machine.implementations.guards));
    expect(Object.keys(loaded.implementations.actions)).toEqual(Object.keys(machine.implementations.actions));
  });

  it('runs: it takes every event from the start', () => {
    for (const type of machine.events) {
      const actor = createActor(loaded).start();
      actor.send({ type });
      expect([type, actor.getSnapshot().status]).toEqual([type, expect.stringMatching(/active|done/)]);
      expect(actor.getSnapshot().error).toBeUndefined();
    }
  });
});

describe('a source', () => {
  it('carries any text and any params', () => {
    const machine = createMachine({
      id: 'odd "chart"',
      description: `It's "quoted",\nwith a \\ and a \`tick\`.`,
      initial: 'a-b',
      states: {
        'a-b': { on: { 'x.y': { actions: { type: 'note', params: { n: 1, list: [], none: null } } } } },
      },
    });
    const loaded = load(sourceOf(modelOf({ name: 'odd', title: 'Odd', purpose: 'A test.', machine })));
    expect(structureOf(loaded.root)).toEqual(structureOf(machine.root));
  });
});
