import { describe, expect, it } from 'vitest';
import {
  isOwn,
  MAX_NAMES,
  type Owner,
  ownActor,
  plausible,
  raisedFloor,
} from '../../machines/register/owner.ts';

const OWNER: Owner = { node: 'n1', cluster: ['n1', 'n2', 'a@b'], life: 'k3x', floor: 0 };
const ALONE: Owner = { ...OWNER, cluster: ['n1'] };
const namesIn = (names: readonly string[], owner: Owner, known: ReadonlyMap<string, number> = new Map()) =>
  plausible(
    names.map((name) => [name, 5]),
    known,
    owner,
  ).map(([name]) => name);

describe('the actors of a node', () => {
  it('carry its name and its life in a cluster, and its name alone where nobody else is', () => {
    expect([1, 2, 3].map((n) => ownActor(OWNER, n))).toEqual(['n1@k3x', 'n1@k3x/2', 'n1@k3x/3']);
    expect([1, 2].map((n) => ownActor(ALONE, n))).toEqual(['n1', 'n1/2']);
  });

  it('are its own in this life only', () => {
    const names = ['n1@k3x', 'n1@k3x/12', 'n1@k3', 'n1@k3xy', 'n1@k3x/1', 'n1@k3x/', 'n2@k3x', 'c1'];
    expect(names.filter((name) => isOwn(OWNER, name))).toEqual(['n1@k3x', 'n1@k3x/12']);
    expect(isOwn(ALONE, 'c1')).toBe(true);
  });
});

describe('what can be true of a context', () => {
  it('in a cluster: the actors of its nodes, in any life, by name', () => {
    const names = [
      'n2@zz/2',
      'n2@0',
      'n1@old',
      'a@b@c',
      'n3@zz',
      'n2',
      'n2@',
      'n2@z z',
      'n2@zz/01',
      'n2@zz/1',
      'c1',
      '',
    ];
    expect(namesIn(names, OWNER)).toEqual(['a@b@c', 'n1@old', 'n2@0', 'n2@zz/2']);
  });

  it('of its own actors the owner knows the last number', () => {
    const own = ['n1@k3x', 'n1@k3x/2'];
    expect(namesIn(own, OWNER)).toEqual([]);
    expect(
      namesIn(
        own,
        OWNER,
        new Map([
          ['n1@k3x', 5],
          ['n1@k3x/2', 4],
        ]),
      ),
    ).toEqual(['n1@k3x']);
  });

  it('on a lone node: what the key knows, and others while there is room', () => {
    const names = Array.from({ length: 30 }, (_, i) => `x${String(i).padStart(2, '0')}`);
    expect(namesIn(names, ALONE)).toEqual(names.slice(0, MAX_NAMES));
    const known = new Map([
      ['x29', 1],
      ['c1', 1],
    ]);
    expect(namesIn(names, ALONE, known)).toEqual([...names.slice(0, MAX_NAMES - 2), 'x29']);
  });
});

describe('the floor of a life', () => {
  it('rises by at least a gap, at random, and reproducibly', () => {
    let now = { floor: 0, random: 7 };
    const steps: number[] = [];
    for (let i = 0; i < 1000; i += 1) {
      const next = raisedFloor(now.floor, now.random);
      steps.push(next.floor - now.floor);
      now = next;
    }
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(4096);
    expect(Math.max(...steps)).toBeLessThan(8192);
    expect(new Set(steps).size).toBeGreaterThan(800);
    expect(raisedFloor(0, 7)).toEqual(raisedFloor(0, 7));
  });
});
