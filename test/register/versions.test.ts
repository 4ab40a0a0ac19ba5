import { describe, expect, it } from 'vitest';
import type { VersionVector } from '../../machines/clocks/version-vector.ts';
import type { Json } from '../../machines/json.ts';
import { MAX_COUNT, type Owner } from '../../machines/register/owner.ts';
import { merge, NO_VERSIONS, read, remove, type Versions, write } from '../../machines/register/versions.ts';
import {
  act,
  alive,
  BLIND,
  converge,
  deliver,
  newWorld,
  restart,
  sightAt,
  type World,
} from '../support/causal-cluster.ts';

const ALONE: Owner = { node: 'n1', cluster: ['n1'], life: 'k', floor: 0 };
const put = (versions: Versions, value: Json, context: VersionVector, client = 'c1', owner = ALONE) =>
  write(versions, value, context, client, owner);
const valuesAt = ({ replicas }: World, at: number) => [...alive(replicas[at] ?? { versions: [] })].sort();
const everywhere = (world: World) => converge(world).replicas.map((_, at) => valuesAt(converge(world), at));
/** What a client has seen of its own event, and nothing else. */
const lastSight = ({ sights, pasts }: World) =>
  sights.find(({ past }) => past.has(pasts.length - 1)) ?? expect.fail('nobody saw it');

describe('on a node of its own', () => {
  it("a client's first write is its event 1; another's stands beside it; a context covers what it names", () => {
    const first = put(NO_VERSIONS, 'a', []);
    expect(first.vc).toEqual([['c1', 1]]);
    const both = put(first.versions, 'b', [], 'c2');
    expect(read(both.versions)).toEqual([
      { value: 'a', vc: [['c1', 1]] },
      { value: 'b', vc: [['c2', 1]] },
    ]);
    const one = put(both.versions, 'c', [
      ['c1', 1],
      ['c2', 1],
    ]);
    expect(read(one.versions)).toEqual([
      {
        value: 'c',
        vc: [
          ['c1', 2],
          ['c2', 1],
        ],
      },
    ]);
  });

  it('a client that writes twice without having read keeps both: the second is an event of the node', () => {
    const { versions } = put(put(NO_VERSIONS, 'a', []).versions, 'b', []);
    expect(read(versions)).toEqual([
      { value: 'a', vc: [['c1', 1]] },
      { value: 'b', vc: [['n1', 1]] },
    ]);
    expect(put(versions, 'c', []).vc).toEqual([['n1/2', 1]]);
    expect(put(versions, 'c', [['n1', 1]]).vc).toEqual([['n1', 2]]);
  });

  it('equal values of concurrent writes are two siblings', () => {
    const { versions } = put(put(NO_VERSIONS, 'a', [], 'c1').versions, 'a', [], 'c2');
    expect(read(versions).map(({ value }) => value)).toEqual(['a', 'a']);
  });

  it('the first sixteen clients of a key are named, and the rest are the node', () => {
    let versions = NO_VERSIONS;
    for (let i = 1; i <= 40; i += 1) {
      const seen = versions.map(({ actor, count }) => [actor, count] as const);
      const { versions: next, vc } = put(versions, i, seen, `c${i}`);
      expect(vc.some(([actor]) => actor === (i <= 16 ? `c${i}` : 'n1'))).toBe(true);
      versions = next;
    }
    expect(versions).toHaveLength(17);
    expect(read(versions).map(({ value }) => value)).toEqual([40]);
  });

  it('counts go on above those that were forgotten', () => {
    expect(put(NO_VERSIONS, 'a', [], 'c1', { ...ALONE, floor: 3 }).vc).toEqual([['c1', 4]]);
    expect(() => put(NO_VERSIONS, 'a', [], 'c1', { ...ALONE, floor: MAX_COUNT })).toThrow('no actor left');
  });

  it.each(['__proto__', 'constructor', '', '\ud800', 'n1', 'n1/2'])('%j may be a client', (client) => {
    const { versions, vc } = put(NO_VERSIONS, 'a', [], client);
    expect(vc).toEqual([[client, 1]]);
    const again = put(put(versions, 'b', [], client).versions, 'c', vc, client);
    expect(new Set(read(again.versions).map(({ value }) => value))).toEqual(new Set(['b', 'c']));
  });
});

describe('a deletion', () => {
  it('removes what its context covers, and nothing without one', () => {
    const { versions, vc } = put(NO_VERSIONS, 'a', []);
    expect(read(remove(versions, [], 'c1', ALONE).versions)).toHaveLength(1);
    const gone = remove(versions, vc, 'c1', ALONE);
    expect(read(gone.versions)).toEqual([]);
    expect(gone.vc).toEqual([['c1', 2]]);
  });

  it('holds off what it has deleted, and lets a concurrent write stand', () => {
    let world = act(newWorld(2), 'write', 0, BLIND);
    const seen = sightAt(world, 0);
    world = converge(world);
    world = act(world, 'delete', 0, seen);
    world = act(world, 'write', 1, seen);
    expect(everywhere(world)).toEqual([[2], [2]]);
    // The write that both replaced does not come back with a late message.
    const [late = expect.fail('nothing was sent')] = world.messages;
    expect(everywhere(deliver(deliver(world, 0, late), 1, late))).toEqual([[2], [2]]);
  });
});

describe('on several nodes', () => {
  it('one client that writes through two nodes in a partition shares no event with itself', () => {
    let world = act(act(newWorld(2), 'write', 0, BLIND, 'c1'), 'write', 1, BLIND, 'c1');
    expect(everywhere(world)).toEqual([
      [0, 1],
      [0, 1],
    ]);
    // It replaces its write at the first node only.
    world = act(world, 'write', 0, sightAt(world, 0), 'c1');
    expect(everywhere(world)).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('a node that begins again without memory shares no event with its former life', () => {
    let world = act(newWorld(2), 'write', 0, BLIND);
    world = deliver(world, 1, world.messages[0] ?? expect.fail('nothing was sent'));
    const former = sightAt(world, 1);
    world = act(restart(world, 0), 'write', 0, BLIND);
    expect(everywhere(world)).toEqual([
      [0, 1],
      [0, 1],
    ]);
    // What a client saw of the former life covers nothing of the new one.
    expect(everywhere(act(world, 'write', 0, former))).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('a write is honoured whose context is ahead of its replica: what it covers dies on arrival', () => {
    let world = act(newWorld(2), 'write', 0, BLIND);
    world = act(world, 'write', 1, sightAt(world, 0));
    expect(valuesAt(world, 1)).toEqual([1]);
    expect(everywhere(world)).toEqual([[1], [1]]);
  });

  it('a vector that was acknowledged, given back, does not cover a sibling that its client never saw', () => {
    let world = act(newWorld(2), 'write', 0, BLIND);
    world = act(world, 'write', 0, BLIND);
    const acknowledged = lastSight(world);
    world = act(world, 'write', 0, acknowledged);
    expect(everywhere(world)).toEqual([
      [0, 2],
      [0, 2],
    ]);
  });

  it.each([
    ['one node', [0, 0]],
    ['two nodes', [0, 1]],
  ])(
    'two interleaved writers at %s leave at most two siblings in fifty rounds, and as few actors',
    (_where, nodes) => {
      let world = newWorld(2);
      const sights = [BLIND, BLIND];
      for (let round = 0; round < 50; round += 1) {
        for (const [writer, at] of nodes.entries()) {
          world = act(
            { ...world, sights: [BLIND], messages: [] },
            'write',
            at,
            sights[writer] ?? BLIND,
            `c${writer}`,
          );
          sights[writer] = lastSight(world);
          world = round % 7 === 0 ? converge(world) : world;
          for (const replica of world.replicas) expect(alive(replica).length).toBeLessThanOrEqual(2);
        }
      }
      const end = converge(world);
      expect(valuesAt(end, 0)).toEqual([98, 99]);
      expect(end.replicas[0]?.versions).toHaveLength(2);
    },
  );

  it('what was seen before a deletion was forgotten everywhere covers nothing that is written after', () => {
    let world = act(newWorld(2), 'write', 0, BLIND);
    const seen = sightAt(world, 0);
    world = converge(act(world, 'delete', 0, seen));
    expect(everywhere(world)).toEqual([[], []]);
    const replicas = world.replicas.map((replica) => ({ ...replica, versions: NO_VERSIONS }));
    world = act({ ...world, replicas }, 'write', 0, BLIND);
    world = act(world, 'write', 1, seen);
    expect(everywhere(world)).toEqual([
      [2, 3],
      [2, 3],
    ]);
  });

  it('a death outlives the message that still tells of the version alive', () => {
    const alone = write(NO_VERSIONS, 'a', [], 'c1', ALONE);
    const dead = remove(alone.versions, alone.vc, 'c2', ALONE).versions;
    expect(read(dead)).toEqual([]);
    expect(merge(alone.versions, dead)).toEqual(dead);
    expect(merge(dead, alone.versions)).toBe(dead);
  });
});
