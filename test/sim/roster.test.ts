import { describe, expect, it } from 'vitest';
import { membershipOf } from '../../machines/raft/membership.ts';
import { Roster } from '../../src/sim/roster.ts';

const at = (index: number, ...voters: string[]) => ({ index, membership: membershipOf(voters) });

describe('the roster', () => {
  it('lets as many disks be damaged as a cluster can do without', () => {
    const roster = new Roster();
    roster.see('n1', [at(0, 'n1', 'n2', 'n3', 'n4', 'n5')]);
    expect(roster.canLose('n2', 0)).toBe(true);
    roster.damaged.add('n2');
    expect(roster.canLose('n3', 0)).toBe(true);
    roster.damaged.add('n3');
    expect(roster.canLose('n4', 0)).toBe(false);
  });

  it('never lets the only node be damaged, nor one of two', () => {
    const roster = new Roster();
    roster.see('n1', [at(0, 'n1', 'n2')]);
    expect(roster.canLose('n1', 0)).toBe(false);
  });

  it('thinks of what stands in any log, and of what was asked for', () => {
    const roster = new Roster();
    roster.see('n1', [at(0, 'n1', 'n2', 'n3')]);
    expect(roster.canLose('n3', 0)).toBe(true);
    roster.see('n2', [at(0, 'n1', 'n2', 'n3'), at(9, 'n3')]);
    expect(roster.canLose('n3', 0)).toBe(false);
    roster.see('n2', [at(0, 'n1', 'n2', 'n3')]);
    roster.ask(membershipOf(['n1', 'n3']), 1000);
    expect(roster.canLose('n3', 1000)).toBe(false);
    expect(roster.canLose('n3', 7000)).toBe(true);
  });

  it('needs both majorities of a joint membership', () => {
    const roster = new Roster();
    roster.damaged.add('n3');
    const joint = { voters: ['n1', 'n2', 'n4'], outgoing: ['n2', 'n3'], learners: [] };
    expect(roster.canBecome(joint)).toBe(false);
    expect(roster.canBecome({ ...joint, outgoing: ['n1', 'n2', 'n3'] })).toBe(true);
  });
});
