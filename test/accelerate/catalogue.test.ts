import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { catalogue } from '../../machines/index.ts';
import { accelerate, createScope } from '../../src/accelerate/index.ts';
import { drawOptions } from '../../src/sim/options.ts';
import { simulate } from '../../src/sim/simulation.ts';
import { simulateStore } from '../../src/sim/store-simulation.ts';

/**
 * Every chart of the catalogue, on what the simulator makes of it. Every step that any gate takes in some simulations is
 * taken by XState, too. Then the situations that came up are combined with the events that came up elsewhere.
 */

type Event = { readonly type: string };
type Situation = { readonly snapshot: AnyMachineSnapshot; readonly event: Event };

/** What was seen of each chart, in the order in which it came. */
const seen = vi.hoisted(() => new Map<string, { snapshot: unknown; event: unknown }[]>());
/** Of what comes up later, less and less is new. */
const MAX_SITUATIONS = 5000;
/** Together they reach every chart; in those of the conflict store something is deleted. */
const SEEDS = [
  ['lin-kv', [2, 5]],
  ['ryw-kv', [2, 11]],
  ['lww-kv', [2, 7, 16]],
] as const;
/** So many situations of a chart are combined with so many events. */
const COMBINED = 60;

vi.mock('../../src/actors/step.ts', async (original) => {
  const module = await original<typeof import('../../src/actors/step.ts')>();
  const createGate: typeof module.createGate = (chart) => {
    const gate = module.createGate(chart);
    const situations: { snapshot: unknown; event: unknown }[] = [];
    seen.set(chart.id, situations);
    return {
      ...gate,
      step(snapshot, event) {
        if (situations.length < MAX_SITUATIONS) situations.push({ snapshot, event });
        return gate.step(snapshot, event);
      },
    };
  };
  return { ...module, createGate };
});

/** One step of a machine, or how it failed. */
function stepper(machine: AnyStateMachine): (situation: Situation) => object {
  let effects: unknown[] = [];
  const scope = createScope(machine, (effect) => effects.push(effect));
  return ({ snapshot, event }) => {
    effects = [];
    try {
      const next = machine.transition(snapshot, event as never, scope);
      const { status, value, context, output, error, tags, _nodes: nodes } = next;
      const ids = nodes.map(({ id }) => id);
      const isSame = next === snapshot;
      const text = JSON.stringify(value);
      return { effects, isSame, ids, text, status, context, output, error, tags: [...tags] };
    } catch (failure) {
      return { effects, failure: String(failure) };
    }
  };
}

/** Sees that a chart takes a step as its accelerated copy does. */
function comparison(chart: AnyStateMachine): (situation: Situation) => void {
  const accelerated = accelerate(chart, { compileAfter: 3 });
  const [stock, fast] = [stepper(chart), stepper(accelerated)];
  return ({ snapshot: { value, context }, event }) => {
    const expected = stock({ snapshot: chart.resolveState({ value, context } as never), event });
    const actual = fast({ snapshot: accelerated.resolveState({ value, context } as never), event });
    if (!isDeepStrictEqual(actual, expected)) {
      expect({ value, event, ...actual }).toEqual({ value, event, ...expected });
      throw new Error(`the steps of ${chart.id} differ in what toEqual does not see`);
    }
  };
}

/** So many of these, spread evenly over them. */
function sample<T>(all: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, all.length / count);
  return Array.from({ length: Math.min(count, all.length) }, (_, i) => all[Math.floor(i * step)] as T);
}

describe('every chart of the catalogue does accelerated what it does in XState', () => {
  beforeAll(() => {
    for (const [workload, seeds] of SEEDS) {
      for (const seed of seeds) {
        const drawn = { ...drawOptions(seed, workload), seconds: 4 };
        const { failure } = workload === 'lww-kv' ? simulateStore(drawn) : simulate({ ...drawn, nodes: 3 });
        expect(failure).toBeNull();
      }
    }
  });

  for (const { name, machine } of catalogue) {
    it(`${name}: on every step of some simulations, and on combinations of what came up in them`, () => {
      const situations = (seen.get(machine.id) ?? []) as Situation[];
      expect(situations.length, `no simulation reaches ${name}: give SEEDS one that does`).toBeGreaterThan(
        10,
      );
      const compare = comparison(machine);
      situations.forEach(compare);
      const events = sample(situations, COMBINED);
      for (const { snapshot } of sample(situations, COMBINED)) {
        for (const { event } of events) compare({ snapshot, event });
      }
    });
  }
});
