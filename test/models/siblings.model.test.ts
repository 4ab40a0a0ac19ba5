import { describe, expect, it } from 'vitest';
import type { VersionVector } from '../../machines/clocks/version-vector.ts';
import type { Owner } from '../../machines/register/owner.ts';
import { type SiblingsEvent, siblingsRegisterMachine } from '../../machines/register/siblings.machine.ts';
import { NO_VERSIONS, read, type Versions, write } from '../../machines/register/versions.ts';
import { Coverage, judge } from './coverage.ts';
import { type Domain, takeEveryPath, walkAtRandom } from './explore.ts';

const CLUSTER = ['n1', 'n2'];
const N1: Owner = { node: 'n1', cluster: CLUSTER, life: 'a', floor: 0 };
const N2: Owner = { node: 'n2', cluster: CLUSTER, life: 'a', floor: 0 };
/** So that the model is finite: nothing is minted beyond. */
const LAST = 3;

const theirs = write(NO_VERSIONS, 'theirs', [], 'c2', N2);
/** A client told n2 of an event of n1 that is still to come. */
const lied = write(NO_VERSIONS, 'lied', [['n1@a', 9]], 'c2', N2);

const greatest = (versions: Versions) =>
  Math.max(
    0,
    ...versions.flatMap(({ actor, count }) => (actor.startsWith('n1') && count < 9 ? [count] : [])),
  );

function possible(versions: Versions): readonly SiblingsEvent[] {
  const owner = { ...N1, floor: greatest(versions) };
  const full: VersionVector = versions.map(({ actor, count }) => [actor, count]);
  const asking = { client: 'c1', owner };
  const heard: readonly SiblingsEvent[] = [
    { type: 'versions.read' },
    { type: 'versions.merged', versions: theirs.versions, owner },
    { type: 'versions.merged', versions: lied.versions, owner },
  ];
  if (owner.floor >= LAST) return heard;
  return [
    ...heard,
    { type: 'version.write', value: 'mine', context: [], ...asking },
    { type: 'version.write', value: 'mine', context: full, ...asking },
    { type: 'version.delete', context: full, ...asking },
    { type: 'version.delete', context: theirs.vc, ...asking },
  ];
}

const domain: Domain<typeof siblingsRegisterMachine> = {
  machine: siblingsRegisterMachine,
  events: ({ context }) => possible(context.versions),
  serialize: ({ value, context }) => JSON.stringify([value, context.versions]),
};

type Stepped = {
  readonly snapshot: { readonly value: unknown; readonly context: { readonly versions: Versions } };
};

function isInRightState({ snapshot }: Stepped): void {
  const { versions } = snapshot.context;
  const states = ['deleted', 'settled', 'conflicted'];
  expect(snapshot.value).toBe(versions.length === 0 ? 'absent' : states[Math.min(read(versions).length, 2)]);
}

describe('the chart of the register of siblings', () => {
  it('is behind the gate what it is to XState, on every path, and every transition is taken', () => {
    const coverage = new Coverage(siblingsRegisterMachine);
    const { states, edges } = takeEveryPath(domain, coverage, undefined, isInRightState);
    expect({ states, edges }).toEqual({ states: 124, edges: 538 });
    walkAtRandom(domain, coverage, [undefined], { seed: 1, walks: 20, steps: 30 }, (run, effects) => {
      isInRightState(run);
      // One answer at most, and what has changed is told.
      expect(effects.filter(({ type }) => type === 'answer').length).toBeLessThanOrEqual(1);
    });
    const { table, faults } = judge(coverage.report());
    process.stdout.write(`${table}\n`);
    expect(faults).toEqual([]);
  });

  it('spends a number when it mints: for a write, for a deletion, and for what a lie would have buried', () => {
    const coverage = new Coverage(siblingsRegisterMachine);
    const run = coverage.start(undefined);
    const spent = (event: SiblingsEvent) => run.step(event).some(({ type }) => type === 'number.spent');
    expect(spent({ type: 'version.write', value: 1, context: [], client: 'c1', owner: N1 })).toBe(true);
    expect(spent({ type: 'versions.merged', versions: theirs.versions, owner: { ...N1, floor: 1 } })).toBe(
      false,
    );
    expect(spent({ type: 'versions.merged', versions: lied.versions, owner: { ...N1, floor: 1 } })).toBe(
      true,
    );
    expect(spent({ type: 'versions.read' })).toBe(false);
    expect(spent({ type: 'version.delete', context: [], client: 'c1', owner: { ...N1, floor: 2 } })).toBe(
      true,
    );
  });
});
