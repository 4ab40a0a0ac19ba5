import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOwn, ownActor } from '../../machines/register/owner.ts';
import { merge, NO_VERSIONS, type Versions } from '../../machines/register/versions.ts';
import {
  act,
  BLIND,
  converge,
  deliver,
  newWorld,
  problems,
  restart,
  sightAt,
  spelled,
  type World,
} from '../support/causal-cluster.ts';

/** One thing that happens; `which` chooses among the sights or the messages that there are by then. */
type Step = {
  readonly f: 'write' | 'delete' | 'hear' | 'begin again';
  readonly at: number;
  readonly which: number;
};

const stepsOf = (fs: readonly Step['f'][], maxLength = 25) =>
  fc.array(fc.record({ f: fc.constantFrom(...fs), at: fc.nat(2), which: fc.nat(10_000) }), {
    minLength: 1,
    maxLength,
    size: 'max',
  });
const ANYTHING = stepsOf(['write', 'write', 'write', 'delete', 'hear', 'hear', 'hear', 'begin again']);

function take(world: World, { f, at, which }: Step): World {
  if (f === 'begin again') return restart(world, at);
  if (f === 'hear') {
    const message = world.messages[which % world.messages.length];
    return message === undefined ? world : deliver(world, at, message);
  }
  // The latest sights are the likeliest: old ones cover little.
  const recent = world.sights.slice(-6);
  return act(
    world,
    f,
    at,
    which % 5 === 0 ? BLIND : (recent[which % recent.length] ?? BLIND),
    `c${which % 4}`,
  );
}

function worldsOf(steps: readonly Step[]): readonly World[] {
  const worlds = [newWorld(3)];
  for (const step of steps) worlds.push(take(worlds.at(-1) as World, step));
  return worlds;
}

describe('the versions of a key on three nodes, in random schedules', () => {
  it('are exactly the writes that nobody has replaced, by the set of all events seen', () => {
    fc.assert(
      fc.property(ANYTHING, (steps) => {
        for (const world of worldsOf(steps)) expect(problems(world)).toEqual([]);
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it('merge commutatively, associatively and idempotently, and say so when nothing changed', () => {
    fc.assert(
      fc.property(ANYTHING, fc.tuple(fc.nat(), fc.nat(), fc.nat()), (steps, places) => {
        const messages = worldsOf(steps).at(-1)?.messages ?? [];
        const [a, b, c] = places.map(
          (place) => messages[place % messages.length]?.versions ?? NO_VERSIONS,
        ) as [Versions, Versions, Versions];
        expect(merge(a, b)).toEqual(merge(b, a));
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
        expect(merge(a, a)).toBe(a);
        expect(merge(a, b) === a).toBe(spelled(merge(a, b)) === spelled(a));
      }),
      { seed: 4 },
    );
  });

  it('are the same to the byte wherever the same was heard, in whatever order and however often', () => {
    fc.assert(
      fc.property(ANYTHING, fc.array(fc.nat(), { minLength: 60, maxLength: 60 }), (steps, order) => {
        const heard =
          worldsOf(steps)
            .at(-1)
            ?.messages.map(({ versions }) => versions) ?? [];
        const shuffled = [...heard, ...heard]
          .map((versions, i) => ({ versions, place: order[i % order.length] ?? 0 }))
          .sort((a, b) => a.place - b.place)
          .map(({ versions }) => versions);
        expect(spelled(shuffled.reduce(merge, NO_VERSIONS))).toBe(spelled(heard.reduce(merge, NO_VERSIONS)));
      }),
      { seed: 4 },
    );
  });

  it('name no more actors than their nodes needed at once: one for each sibling, and one to delete with', () => {
    fc.assert(
      fc.property(ANYTHING, (steps) => {
        const worlds = worldsOf(steps);
        const needed = new Map<string, number>();
        for (const { replicas } of worlds) {
          for (const { owner, versions } of replicas) {
            const own = versions.filter(({ actor }) => isOwn(owner, actor));
            if (own.length === 0) continue;
            const living = own.filter(({ version }) => version !== null).length;
            const life = ownActor(owner, 1);
            needed.set(life, Math.max(needed.get(life) ?? 0, living));
          }
        }
        const bound = [...needed.values()].reduce((sum, siblings) => sum + siblings + 1, 0);
        for (const { replicas, sights } of worlds) {
          for (const { versions } of replicas) expect(versions.length).toBeLessThanOrEqual(bound);
          for (const { context } of sights) expect(context.length).toBeLessThanOrEqual(bound);
        }
      }),
      { seed: 4 },
    );
  });

  it('do not grow with the number of clients', () => {
    let world = newWorld(3);
    for (let client = 0; client < 300; client += 1) {
      const at = client % 3;
      const full = sightAt(world, at);
      // Every seventh writes without having read, every third round of all nodes is followed by an exchange.
      world = act(
        world,
        client % 10 === 9 ? 'delete' : 'write',
        at,
        client % 7 === 0 ? BLIND : full,
        `c${client}`,
      );
      if (client % 9 === 8) world = converge(world);
      world = { ...world, sights: [BLIND], messages: [] };
      for (const { versions } of world.replicas) expect(versions.length).toBeLessThanOrEqual(9);
    }
  });
});
