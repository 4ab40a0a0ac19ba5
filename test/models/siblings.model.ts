import assert from 'node:assert/strict';
import type { VersionVector } from '../../machines/clocks/version-vector.ts';
import type { Owner } from '../../machines/register/owner.ts';
import { type SiblingsEffect, siblingsRegisterMachine } from '../../machines/register/siblings.machine.ts';
import { NO_VERSIONS, remove, type Versions, write } from '../../machines/register/versions.ts';
import type { Model, Reference } from '../../src/testing/index.ts';
import { chartTests } from './subject.ts';

type Machine = typeof siblingsRegisterMachine;

const CLUSTER = ['n1', 'n2'];
const N1: Owner = { node: 'n1', cluster: CLUSTER, life: 'a', floor: 0 };
const N2: Owner = { node: 'n2', cluster: CLUSTER, life: 'a', floor: 0 };

/** What n2 may tell: a write; its deletion; and a write whose client named an event of n1 that is still to come. */
const theirs = write(NO_VERSIONS, 'theirs', [], 'c2', N2);
const theirDeletion = remove(theirs.versions, theirs.vc, 'c2', { ...N2, floor: 1 });
const NEVER = 9;
const lied = write(NO_VERSIONS, 'lied', [['n1@a', NEVER]], 'c2', { ...N2, floor: 2 });

/** The last number that n1 has given out. */
function lastOf(versions: Versions): number {
  const own = versions.filter(({ actor, count }) => actor.startsWith('n1') && count !== NEVER);
  return Math.max(0, ...own.map(({ count }) => count));
}

/** @param last n1 mints no event above this, so that the world is finite */
function model(last: number): Model<Machine> {
  return {
    machine: siblingsRegisterMachine,
    inputs: [undefined],
    *events({ context: { versions } }) {
      const owner = { ...N1, floor: lastOf(versions) };
      yield { type: 'versions.read' };
      for (const other of [theirs, theirDeletion, lied]) {
        yield { type: 'versions.merged', versions: other.versions, owner };
      }
      if (owner.floor >= last) return;
      const full: VersionVector = versions.map(({ actor, count }) => [actor, count]);
      for (const context of [[], full, theirs.vc]) {
        yield { type: 'version.write', value: `mine ${owner.floor}`, context, client: 'c1', owner };
        yield { type: 'version.delete', context, client: 'c1', owner };
      }
    },
    serialize: ({ value, context }) => JSON.stringify([value, context.versions]),
  };
}

/** The values that are alive, by the name of their event. */
function living(versions: Versions): ReadonlyMap<string, unknown> {
  return new Map(
    versions.flatMap(({ actor, count, version }) =>
      version === null ? [] : [[`${actor} ${count}`, version.value] as const],
    ),
  );
}

/** Whether it is known there that the event is replaced, or never was. */
function isDeadIn(versions: Versions, event: string): boolean {
  const [name, number] = event.split(' ');
  return versions.some(
    ({ actor, count, version }) =>
      actor === name && (count > Number(number) || (count === Number(number) && version === null)),
  );
}

function vectorIn(effects: readonly SiblingsEffect[]): VersionVector {
  const [answer] = effects;
  return answer?.type === 'answer' && answer.outcome.type === 'versioned' ? answer.outcome.vc : [];
}

/** Values with the names of their events: what a write replaces goes, what is written or heard comes. */
const reference: Reference<Machine> = () => {
  const minted = new Set<string>();
  return ({ before, event, after, effects }) => {
    const [was, is] = [before.context.versions, after.context.versions];
    const alive = living(is);
    const states = ['deleted', 'settled', 'conflicted'];
    assert.equal(after.value, is.length === 0 ? 'absent' : states[Math.min(alive.size, 2)]);
    const changed = JSON.stringify(was) === JSON.stringify(is) ? [] : ['versions.changed'];
    const types = effects.map(({ type }) => type);
    for (const effect of effects) {
      if (effect.type === 'versions.changed') assert.deepEqual(effect.versions, is);
    }
    if (event.type === 'versions.read') {
      const values = is.flatMap(({ version }) => (version === null ? [] : [version]));
      assert.deepEqual(is, was);
      assert.deepEqual(effects, [{ type: 'answer', outcome: { type: 'siblings', values } }]);
    } else if (event.type === 'versions.merged') {
      const kept = [...living(was)].filter(([name]) => !isDeadIn(event.versions, name));
      const heard = [...living(event.versions)].filter(([name]) => !isDeadIn(was, name));
      // Nobody else mints for n1: what a lie would bury comes again under another name.
      const buried = [...living(was)].filter(
        ([name]) => name.startsWith('n1') && isDeadIn(event.versions, name),
      );
      const values = [...new Map([...kept, ...heard]).values(), ...buried.map(([, value]) => value)];
      assert.deepEqual([...alive.values()].sort(), values.sort());
      for (const [name] of buried) assert.ok(!alive.has(name));
      assert.deepEqual(types, [...changed, ...(buried.length > 0 ? ['number.spent'] : [])]);
    } else {
      const seen = new Map(event.context);
      const vc = vectorIn(effects);
      const own = vc
        .filter(([actor, count]) => count > (seen.get(actor) ?? 0))
        .map((entry) => entry.join(' '));
      // One event, which is nobody else's.
      assert.equal(own.length, 1);
      const [name = ''] = own;
      assert.ok(!minted.has(name));
      minted.add(name);
      const stay = [...living(was)].filter(([other]) => {
        const [actor = '', count] = other.split(' ');
        return Number(count) > (seen.get(actor) ?? 0);
      });
      const expected = event.type === 'version.write' ? [...stay, [name, event.value] as const] : stay;
      assert.deepEqual([...alive].sort(), [...expected].sort());
      assert.deepEqual(types, ['answer', 'versions.changed', 'number.spent']);
    }
  };
};

export const siblingsTests = chartTests<Machine>({
  machine: siblingsRegisterMachine,
  worlds: [{ model: model(2), states: 79 }],
  walks: [{ model: model(8), seed: 1, count: 20, steps: 30 }],
  reference,
});
