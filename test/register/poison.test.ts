import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VectorEntry, VersionVector } from '../../machines/clocks/version-vector.ts';
import { MAX_COUNT } from '../../machines/register/owner.ts';
import { read } from '../../machines/register/versions.ts';
import {
  act,
  alive,
  BLIND,
  converge,
  deliver,
  type EventId,
  newWorld,
  type Replica,
  type Sight,
  sightAt,
  spelled,
  type World,
} from '../support/causal-cluster.ts';

/** What clients should never send, and some do: contexts that name events that never were. */

const HUGE = [1, 2, 1000, 1_000_000, 2 ** 40, MAX_COUNT - 1, MAX_COUNT];

function lie(sight: Sight, entries: readonly VectorEntry[]): Sight {
  return { ...sight, context: [...sight.context, ...entries] };
}

function replica(world: World, at: number): Replica {
  return world.replicas[at] ?? expect.fail(`there is no node ${at}`);
}

/** The vector under which a node holds a value. */
function vectorAt(world: World, at: number, value: EventId): VersionVector {
  const version = read(replica(world, at).versions).find((other) => other.value === value);
  return version?.vc ?? expect.fail(`${value} is not there`);
}

/** Where a lie can be told about n1's first write (0), and what is done then; all writes must be there in the end. */
describe('a context that lies', () => {
  it.each(HUGE)('by %i, to the owner: it says nothing, and later writes stay', (ahead) => {
    let world = act(newWorld(2), 'write', 0, BLIND);
    const [[actor, count] = expect.fail('no event')] = vectorAt(world, 0, 0);
    world = act(world, 'write', 0, lie(BLIND, [[actor, Math.min(count + ahead, MAX_COUNT)]]));
    world = act(world, 'write', 0, BLIND);
    for (const node of converge(world).replicas) expect(new Set(alive(node))).toEqual(new Set([0, 1, 2]));
  });

  it.each(HUGE)('by %i, to another node: the owner mints again what it would bury', (ahead) => {
    let world = act(newWorld(3), 'write', 0, BLIND);
    const [[actor, count] = expect.fail('no event')] = vectorAt(world, 0, 0);
    world = act(world, 'write', 2, lie(BLIND, [[actor, Math.min(count + ahead, MAX_COUNT)]]));
    // The owner has not heard of it: one write replaces its first, another stays beside.
    world = act(world, 'write', 0, sightAt(world, 0));
    world = act(world, 'write', 0, BLIND);
    for (const node of converge(world).replicas) expect(new Set(alive(node))).toEqual(new Set([1, 2, 3]));
  });

  it('and is handed on by an honest client buries nothing at the owner', () => {
    let world = act(newWorld(2), 'write', 0, BLIND);
    const [[actor] = expect.fail('no event')] = vectorAt(world, 0, 0);
    world = act(world, 'write', 1, lie(BLIND, [[actor, MAX_COUNT]]));
    // Written after the lie, and never seen by the honest client.
    world = act(world, 'write', 0, sightAt(world, 0));
    world = act(world, 'write', 0, sightAt(world, 1));
    for (const node of converge(world).replicas) expect(new Set(alive(node))).toEqual(new Set([2, 3]));
  });

  it('names actors that nobody in the cluster owns: they are passed over, and are not told', () => {
    const names = ['c1', '', '__proto__', 'n3@a', 'n1', 'n1@', 'n1@a/1', 'n1@a/02', 'n1@a/x', '@a', '\ud800'];
    const world = act(
      newWorld(2),
      'write',
      0,
      lie(
        BLIND,
        names.map((name) => [name, 7]),
      ),
    );
    expect(vectorAt(world, 0, 0)).toEqual([['n1@a', 1]]);
    expect(replica(world, 0).versions).toHaveLength(1);
  });

  it('to a lone node: the name is kept, and the next count goes on above it', () => {
    let world = act(newWorld(1), 'write', 0, lie(BLIND, [['c2', 7]]), 'c1');
    expect(vectorAt(world, 0, 0)).toEqual([
      ['c1', 1],
      ['c2', 7],
    ]);
    world = act(world, 'write', 0, BLIND, 'c2');
    expect(vectorAt(world, 0, 1)).toEqual([['c2', 8]]);
    expect(alive(replica(world, 0))).toEqual([0, 1]);
  });

  it.each(['c1', 'c2', 'n1', '__proto__', 'constructor', ''])(
    'to a lone node, with the greatest count for %j: no later write vanishes',
    (name) => {
      let world = act(newWorld(1), 'write', 0, lie(BLIND, [[name, MAX_COUNT]]), 'c1');
      world = act(world, 'write', 0, sightAt(world, 0), 'c2');
      world = act(world, 'write', 0, BLIND, 'c1');
      world = act(world, 'write', 0, lie(BLIND, [[name, MAX_COUNT]]), 'c1');
      expect(new Set(alive(replica(world, 0)))).toEqual(new Set([1, 2, 3]));
    },
  );

  it('to a lone node, with a thousand names: the key takes in sixteen', () => {
    const names = Array.from({ length: 1000 }, (_, i): VectorEntry => [`x${i}`, 1]);
    let world = act(newWorld(1), 'write', 0, lie(BLIND, names), 'c1');
    expect(replica(world, 0).versions).toHaveLength(17);
    world = act(world, 'write', 0, lie(BLIND, names), 'c1');
    expect(replica(world, 0).versions).toHaveLength(18);
    expect(alive(replica(world, 0))).toEqual([0, 1]);
  });
});

type Step = {
  readonly f: 'write' | 'delete' | 'hear' | 'lie';
  readonly at: number;
  readonly which: number;
  readonly ahead: number;
};

const STEPS: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    f: fc.constantFrom('write', 'write', 'delete', 'hear', 'hear', 'lie'),
    at: fc.nat(2),
    which: fc.nat(10_000),
    ahead: fc.constantFrom(...HUGE),
  }),
  { minLength: 1, maxLength: 25, size: 'max' },
);

/** What is alive at the node of some replicas, by the name of its event. */
function eventsNamed(world: World): ReadonlyMap<EventId, readonly VectorEntry[]> {
  const names = new Map<EventId, VectorEntry[]>();
  for (const { versions } of world.replicas) {
    for (const { actor, count, version } of versions) {
      if (version === null) continue;
      const id = version.value as EventId;
      names.set(id, [...(names.get(id) ?? []), [actor, count]]);
    }
  }
  return names;
}

describe('contexts that lie, in random schedules on three nodes', () => {
  it('bury no write that came after the lie, not even when honest clients hand it on', () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        let world = newWorld(3);
        /** By its event, all names that a write has had. */
        const names = new Map<EventId, readonly VectorEntry[]>();
        for (const { f, at, which, ahead } of steps) {
          const sights = world.sights.slice(-6);
          const sight = sights[which % sights.length] ?? BLIND;
          const message = world.messages[which % world.messages.length];
          if (f === 'hear') {
            if (message !== undefined) world = deliver(world, at, message);
          } else if (f === 'lie') {
            const slots = world.replicas.flatMap(({ versions }) => versions);
            const { actor, count } = slots[which % slots.length] ?? { actor: 'n1@elsewhere', count: 0 };
            const claimed = Math.min(count + ahead, MAX_COUNT);
            // It claims to have seen what is there of this actor, so that much it may replace.
            const claim = [...names].flatMap(([id, events]) =>
              events.some(([name, number]) => name === actor && number <= claimed) ? [id] : [],
            );
            const past = new Set([...sight.past, ...claim.flatMap((id) => [...(world.pasts[id] ?? [])])]);
            world = act(world, 'write', at, lie({ ...sight, past }, [[actor, claimed]]));
          } else {
            world = act(world, f, at, sight);
          }
          for (const [id, events] of eventsNamed(world)) names.set(id, [...(names.get(id) ?? []), ...events]);
        }
        const end = converge(world);
        const [first, ...others] = end.replicas.map(({ versions }) => spelled(versions));
        for (const other of others) expect(other).toBe(first);
        const living = new Set(alive(replica(end, 0)));
        const lost = end.pasts.flatMap((_, id) => {
          const isReplaced = end.pasts.some((past, other) => other !== id && past.has(id));
          return end.deletions.has(id) || isReplaced || living.has(id) ? [] : [id];
        });
        expect(lost).toEqual([]);
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});
