import { describe, expect, it } from 'vitest';
import { act, deliver, newWorld, problems, restart, spelled, type World } from '../support/causal-cluster.ts';

/** A world, and how it came to be. */
type Branch = { readonly world: World; readonly story: readonly string[] };

/** Everything that can happen next: each write and deletion with each sight, each message anywhere, each restart. */
function* next(world: World): Generator<readonly [world: World, event: string]> {
  for (const [at, { owner, versions }] of world.replicas.entries()) {
    for (const sight of world.sights) {
      const context = spelled(sight.context);
      yield [act(world, 'write', at, sight), `write at ${owner.node} with ${context}`];
      yield [act(world, 'delete', at, sight), `delete at ${owner.node} with ${context}`];
    }
    for (const message of world.messages) {
      yield [deliver(world, at, message), `${owner.node} hears ${spelled(message.versions)}`];
    }
    if (versions.length > 0) yield [restart(world, at), `${owner.node} begins again`];
  }
}

/** Everything that decides what can come of a world. */
function nameOf({ replicas, pasts, deletions, sights, messages }: World): string {
  const numbers = (set: ReadonlySet<number>) => [...set].sort((a, b) => a - b);
  return JSON.stringify([
    replicas.map(({ owner, versions, known }) => [owner.life, owner.floor, versions, numbers(known)]),
    pasts.map(numbers),
    numbers(deletions),
    sights.map(({ context, past }) => JSON.stringify([context, numbers(past)])).sort(),
    messages.map(({ versions }) => JSON.stringify(versions)).sort(),
  ]);
}

/** @returns how many worlds there are at each depth, all of them without problems */
function explore(nodes: number, depth: number): number[] {
  const seen = new Set<string>();
  let layer: readonly Branch[] = [{ world: newWorld(nodes), story: [] }];
  return Array.from({ length: depth }, () => {
    const found: Branch[] = [];
    for (const { world, story } of layer) {
      for (const [after, event] of next(world)) {
        const name = nameOf(after);
        if (seen.has(name)) continue;
        seen.add(name);
        const branch = { world: after, story: [...story, event] };
        const wrong = problems(after);
        if (wrong.length > 0) expect.fail([...branch.story, ...wrong].join('\n'));
        found.push(branch);
      }
    }
    layer = found;
    return found.length;
  });
}

describe('the versions of a key, in every schedule of a few events', () => {
  it('keep what nobody has replaced and nothing else: two nodes, four events', () => {
    expect(explore(2, 4)).toEqual([4, 40, 540, 9656]);
  });

  it('keep what nobody has replaced and nothing else: three nodes, three events', () => {
    expect(explore(3, 3)).toEqual([6, 90, 1806]);
  });
});
