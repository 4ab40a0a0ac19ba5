import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { pathsOf, type Reference, stageOf, takePath, takeWalk } from '../../src/testing/index.ts';
import { isSame } from '../../src/testing/is-same.ts';
import { lamp, lampModel } from './toys.ts';

describe('paths', () => {
  it('go to every state, and from there through every event', () => {
    const { states, paths } = pathsOf(lampModel);
    // Off and dark, on with 10 or 6, off by being dimmed away is off; broken in each light.
    const ends = new Set(
      paths.map(({ events }) => {
        const { step, first } = stageOf(lamp).start(undefined);
        let { snapshot } = first;
        for (const event of events) snapshot = step(event).after;
        return lampModel.serialize(snapshot);
      }),
    );
    expect(ends.size).toBe(states);
    expect([...ends].sort()).toEqual([
      '["broken",0]',
      '["broken",10]',
      '["broken",6]',
      '["off",0]',
      '[{"on":"bright"},10]',
      '[{"on":"dimmed"},6]',
    ]);
    expect(paths).toHaveLength(3 * 5);
  });

  it('are refused for charts that wait by themselves', () => {
    const machine = createMachine({ id: 'a', initial: 'b', states: { b: { after: { 5: 'c' } }, c: {} } });
    expect(() => pathsOf({ ...lampModel, machine } as never)).toThrow('After events');
  });
});

/** A lamp that nobody may break. */
const unbroken: Reference<typeof lamp> = () => {
  let steps = 0;
  return ({ event }) => {
    steps += 1;
    if (event.type === 'break') throw new Error(`broken at step ${steps}`);
  };
};

describe('a failure', () => {
  it('tells everything that had happened', () => {
    const path = { input: undefined, events: [{ type: 'press' }, { type: 'break' }] } as const;
    expect(() => takePath(path, stageOf(lamp), unbroken)).toThrow(
      'broken at step 2\nafter:\n  input undefined\n  {"type":"press"}\n  {"type":"break"}',
    );
  });

  it('of a walk is shortened to what matters', () => {
    const walk = fc.property(fc.array(fc.nat(), { maxLength: 50, size: 'max' }), (choices) => {
      takeWalk(lampModel, choices, stageOf(lamp), unbroken);
    });
    const { counterexample } = fc.check(walk, { seed: 1 });
    // The input, and the fifth of what may happen.
    expect(counterexample?.[0]).toHaveLength(2);
  });
});

describe('walks', () => {
  it('are the paths that they say they are, and end where nothing more can happen', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (choices) => {
        const seen: string[] = [];
        const path = takeWalk(lampModel, choices, stageOf(lamp), () => ({ event, before }) => {
          expect(before.status).toBe('active');
          seen.push(event.type);
        });
        expect(path.events.map(({ type }) => type)).toEqual(seen);
        expect(path.events.length).toBeLessThanOrEqual(Math.max(0, choices.length - 1));
      }),
      { seed: 2 },
    );
  });
});

describe('isSame', () => {
  it('is equality of data', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(isSame(a, structuredClone(a))).toBe(true);
        expect(isSame(a, b)).toBe(isSame(b, a));
        if (isSame(a, b)) expect(a).toEqual(b);
      }),
      { seed: 3 },
    );
    expect(isSame([], {})).toBe(false);
    expect(isSame({ a: undefined }, { b: undefined })).toBe(false);
    expect(isSame({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(isSame([1, 2], [1, 3])).toBe(false);
  });
});
