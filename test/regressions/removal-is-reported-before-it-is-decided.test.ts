import { expect, it } from 'vitest';
import type { AdminOperation } from '../../machines/operations.ts';
import { rosterOf } from '../../machines/raft/roster.ts';
import { memberEntry, members, spelled } from '../support/memberships.ts';
import { entry } from '../support/messages.ts';
import { RaftChart, restored } from '../support/raft-chart.ts';

/**
 * `actorum admin` ends when `members` tells that all is as wished. A node answered with the latest membership of its log,
 * committed or not, and even before that was on its disk. A learner was reported as removed that the next leader, whose
 * log lacked that entry, kept.
 *
 * Cause: what counts for quorums (thesis section 4.1: the latest, committed or not) was told to operators as done.
 */
const LOCAL: AdminOperation = { type: 'members', local: true };

function told(chart: RaftChart, appliedIndex: number): unknown {
  const outcome = rosterOf(chart.context, LOCAL, appliedIndex);
  return outcome.type === 'members_ok' ? [spelled(outcome.membership), outcome.index] : outcome;
}

it('a node tells of a membership that can still be taken back only when it is applied', () => {
  const log = [entry(1), memberEntry(1, members('abc', { learners: 'd' })), memberEntry(1, members('abc'))];
  const chart = new RaftChart({ id: 'b', restored: restored(1, log) });
  expect(told(chart, 2)).toEqual(['abc+d', 2]);
  expect(told(chart, 3)).toEqual(['abc', 3]);
});

it('and of one that follows a joint one at once: whoever is leaving hears no more', () => {
  const joint = memberEntry(1, members('ab', { outgoing: 'abc' }));
  const chart = new RaftChart({ id: 'c', restored: restored(1, [entry(1), joint]) });
  expect(told(chart, 1)).toEqual(['abc', 0]);
  const left = new RaftChart({
    id: 'c',
    restored: restored(1, [entry(1), joint, memberEntry(1, members('ab'))]),
  });
  expect(told(left, 1)).toEqual(['ab', 3]);
});
