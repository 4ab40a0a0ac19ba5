import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { createActor, createMachine } from 'xstate';
import { mutantsOf, objectionTo, pathsOf, type Reference } from '../../src/testing/index.ts';
import { lamp, lampModel } from './toys.ts';

const { paths } = pathsOf(lampModel);

/** A lamp in plain words: its light, and whether it is broken. */
const reference: Reference<typeof lamp> = () => {
  let light = 0;
  let isBroken = false;
  return ({ before, event, after, effects }) => {
    if (event.type === 'press') light = light === 0 ? 10 : 0;
    if (event.type === 'dim' && light === 10) light = Math.max(0, light - event.by);
    else if (event.type === 'dim') light = 0;
    if (event.type === 'break') isBroken = true;
    assert.equal(after.context.light, light);
    assert.equal(after.matches('off'), !isBroken && light === 0);
    assert.equal(after.matches('broken'), isBroken);
    const isClick = event.type === 'press' || (event.type === 'look' && before.matches({ on: 'bright' }));
    assert.deepEqual(effects, isClick ? [{ type: 'click' }] : []);
  };
};

describe('mutants of a chart', () => {
  const mutants = mutantsOf(lamp);

  it('lack a transition, an action or a guard, or lead to another state', () => {
    expect(mutants.map(({ name }) => name).filter((name) => name.startsWith('on.bright dim'))).toEqual([
      'on.bright dim #1 [canDim]: removed',
      'on.bright dim #1 [canDim]: leads to off',
      'on.bright dim #1 [canDim]: leads to on.bright',
      'on.bright dim #1 [canDim]: leads to broken',
      'on.bright dim #1 [canDim]: without dim',
      'on.bright dim #1 [canDim]: without canDim',
      'on.bright dim #2: removed',
      'on.bright dim #2: leads to off',
      'on.bright dim #2: leads to on.bright',
      'on.bright dim #2: leads to broken',
      'on.bright dim #2: without darken',
    ]);
    const kinds = mutants.filter(({ name }) => name.startsWith('off press')).map(({ kind }) => kind);
    expect(kinds).toEqual([
      'removed',
      ...Array(3).fill('misdirected'),
      ...Array(2).fill('without an action'),
    ]);
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });

  it('leave out what cannot but be the chart itself', () => {
    const names = mutants.map(({ name }) => name);
    // Nothing stands behind these two that do nothing, so without them nothing happens either.
    expect(names).not.toContain('(root) look: removed');
    expect(names).not.toContain('off dim: removed');
    // It stays where it is already.
    expect(names).not.toContain('on.dimmed dim: leads to on.dimmed');
    expect(names).toContain('on.dimmed dim: removed');
  });

  it('differ from the chart in one thing only, and leave the chart alone', () => {
    const mutant = mutants.find(({ name }) => name === 'off press: leads to broken');
    if (mutant === undefined) throw new Error('there is no such mutant');
    const [healthy, sick] = [createActor(lamp).start(), createActor(mutant.machine).start()];
    for (const actor of [healthy, sick]) actor.send({ type: 'press' });
    expect(healthy.getSnapshot().value).toEqual({ on: 'bright' });
    expect([sick.getSnapshot().value, sick.getSnapshot().context]).toEqual(['broken', { light: 10 }]);
  });

  it('are noticed by whoever says what the chart should do; the chart itself is not', () => {
    expect(objectionTo(lamp, paths, reference)).toBeNull();
    const unnoticed = mutants.filter(({ machine }) => objectionTo(machine, paths, reference) === null);
    // What is dark is led off at once from wherever it is; and nobody asks here whether a light is bright or dimmed.
    expect(unnoticed.map(({ name }) => name)).toEqual([
      '(root) look: leads to on.dimmed',
      'off dim: leads to on.dimmed',
      'on press: leads to on.dimmed',
      'on.bright look: leads to on.dimmed',
      'on.bright dim #2: leads to off',
      'on.dimmed dim: leads to off',
    ]);
  });

  it('that would go round for ever are stopped', () => {
    const chain = createMachine({
      id: 'chain',
      initial: 'a',
      states: { a: { always: 'b' }, b: { always: 'c' }, c: {} },
    });
    const objections = mutantsOf(chain).map(({ name, machine }) => [
      name,
      objectionTo(machine, [{ input: undefined, events: [] }], () => () => {})?.slice(0, 13) ?? null,
    ]);
    expect(objections).toContainEqual(['b (always): leads to a', 'Infinite loop']);
    expect(objections).toContainEqual(['b (always): removed', null]);
  });
});
