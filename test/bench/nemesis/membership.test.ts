import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeNames } from '../../../src/bench/cluster.ts';
import { Attendance, majorityOf } from '../../../src/bench/nemesis/attendance.ts';
import type { Own } from '../../../src/bench/nemesis/grounds.ts';
import { membershipFault, type Operator, rosterOf } from '../../../src/bench/nemesis/membership.ts';
import { Dice } from '../../../src/kit/dice.ts';

/** A cluster that does at once what it is told, with `spares` nodes besides. */
function cluster(count: number, spares: number, seed: number, leader = 'n1', problem: string | null = null) {
  const roster = rosterOf(nodeNames(count + spares), nodeNames(count));
  const attendance = new Attendance(() => roster.members);
  let members = [...roster.members];
  const asked: { add: readonly string[]; remove: readonly string[] }[] = [];
  const operator: Operator = {
    change: (add, remove) => {
      asked.push({ add, remove });
      if (problem === null) members = [...members.filter((node) => !remove.includes(node)), ...add];
      return Promise.resolve(problem);
    },
    members: () => Promise.resolve(members),
  };
  const own = { dice: new Dice(seed), attendance, leader: () => leader, operator, roster };
  return { fault: membershipFault(own as unknown as Own), roster, attendance, asked };
}

test('the leader is replaced first; then all kinds of change come by turns', async () => {
  const { fault, asked, roster } = cluster(5, 2, 3, 'n4');
  const strike = await fault.strike();
  expect(strike?.text).toMatch(/^membership: n[67] in, n4 \(it leads\) out$/);
  expect(asked).toEqual([{ add: [expect.stringMatching(/^n[67]$/)], remove: ['n4'] }]);
  expect(await strike?.end()).toMatch(/^members are n1, n2, n3, n5 and n[67]$/);
  expect(roster.members).not.toContain('n4');
  expect(roster.spares).toContain('n4');
  for (let turn = 0; turn < 7; turn += 1) await (await fault.strike())?.end();
  const kinds = new Set(asked.map(({ add, remove }) => `+${add.length} -${remove.length}`));
  expect(kinds).toEqual(new Set(['+1 -1', '+0 -1', '+1 -0', '+2 -2']));
});

test('whatever it does, three members stay, a majority of them present, and nobody is in and out at once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 3, max: 5 }),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(),
      fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      async (count, spares, seed, deaths) => {
        const { fault, roster, attendance } = cluster(count, spares, seed);
        const dice = new Dice(seed);
        for (const dies of deaths) {
          const gone = dies ? attendance.draw('minority', undefined, dice) : [];
          attendance.leave(gone);
          const strike = await fault.strike();
          expect(new Set(strike?.nodes).size).toBe(strike?.nodes.length ?? 0);
          await strike?.end();
          expect(roster.members.length).toBeGreaterThanOrEqual(3);
          expect(attendance.present.length).toBeGreaterThanOrEqual(majorityOf(roster.members.length));
          attendance.comeBack(gone);
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('of a change whose end nobody has seen, the cluster itself says what became of it', async () => {
  const { fault, roster } = cluster(3, 1, 1, 'n1', 'no answer');
  const strike = await fault.strike();
  expect(await strike?.end()).toBe('the change was not seen to end (no answer); members are n1, n2 and n3');
  expect(roster.members).toEqual(['n1', 'n2', 'n3']);
});
