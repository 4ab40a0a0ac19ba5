import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeNames } from '../../../src/bench/cluster.ts';
import { Attendance, majorityOf, Turns, type WHOM } from '../../../src/bench/nemesis/attendance.ts';
import { Dice } from '../../../src/kit/dice.ts';

const attendanceOf = (count: number) => {
  const nodes = nodeNames(count);
  return { nodes, attendance: new Attendance(() => nodes) };
};

describe('whom faults take away', () => {
  test('whatever strikes and comes back, a majority stays unless one asks for it', () => {
    const steps = fc.array(
      fc.record({
        whom: fc.constantFrom('leader', 'one', 'minority'),
        leader: fc.nat(8),
        back: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 9 }), steps, fc.nat(), (count, all, seed) => {
        const { nodes, attendance } = attendanceOf(count);
        const dice = new Dice(seed);
        const away: string[][] = [];
        for (const { whom, leader, back } of all) {
          const drawn = attendance.draw(whom as 'one', nodes[leader], dice);
          for (const node of drawn) expect(attendance.present).toContain(node);
          attendance.leave(drawn);
          away.push(drawn);
          expect(attendance.present.length).toBeGreaterThanOrEqual(majorityOf(count));
          if (back) attendance.comeBack(away.shift() ?? []);
        }
      }),
    );
  });

  test('each word means what the help says', () => {
    const { nodes, attendance } = attendanceOf(5);
    const drawn = (whom: (typeof WHOM)[number], leader?: string, seed = 1) =>
      attendance.draw(whom, leader, new Dice(seed));
    expect(drawn('leader', 'n4')).toEqual(['n4']);
    expect(drawn('leader')).toHaveLength(1);
    expect(drawn('one')).toHaveLength(1);
    expect(drawn('minority')).toHaveLength(2);
    expect(drawn('majority')).toHaveLength(3);
    expect(drawn('majority')).toEqual([...drawn('majority')].sort());
    const all = Array.from({ length: 60 }, (_, seed) => drawn('one', undefined, seed)[0]);
    expect(new Set(all)).toEqual(new Set(nodes));
  });

  test('who was taken twice is back when both have let go', () => {
    const { attendance } = attendanceOf(5);
    attendance.leave(['n1', 'n2']);
    attendance.leave(['n1']);
    attendance.comeBack(['n1', 'n2']);
    expect(attendance.present).toEqual(['n2', 'n3', 'n4', 'n5']);
    attendance.comeBack(['n1']);
    expect(attendance.present).toHaveLength(5);
  });

  test('a leader that is away is not taken again; another goes in its stead', () => {
    const { attendance } = attendanceOf(5);
    attendance.leave(['n2']);
    expect(attendance.draw('leader', 'n2', new Dice(1))).not.toContain('n2');
  });

  test('in a cluster of one or two, one may go: there is never a majority without it', () => {
    for (const count of [1, 2]) {
      const { attendance } = attendanceOf(count);
      const drawn = attendance.draw('minority', undefined, new Dice(1));
      expect(drawn).toHaveLength(1);
      attendance.leave(drawn);
      expect(attendance.draw('one', undefined, new Dice(1))).toEqual([]);
    }
  });

  test('a store in which every node serves by itself keeps one', () => {
    const nodes = nodeNames(4);
    const attendance = new Attendance(
      () => nodes,
      () => 1,
    );
    expect(attendance.draw('minority', undefined, new Dice(1))).toHaveLength(3);
  });

  test('by turns: first as they stand, then each once in another order', () => {
    const turns = new Turns(['a', 'b', 'c', 'd', 'e'], new Dice(3));
    const drawn = Array.from({ length: 15 }, () => turns.next()).join('');
    expect(drawn.slice(0, 5)).toBe('abcde');
    for (const round of [drawn.slice(5, 10), drawn.slice(10)]) {
      expect([...round].sort().join('')).toBe('abcde');
    }
    expect(drawn.slice(5, 10)).not.toBe('abcde');
  });
});
