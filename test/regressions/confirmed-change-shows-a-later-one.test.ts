import { expect, it } from 'vitest';
import { Registers } from '../../src/actors/registers.ts';
import { changeRequest, spelled } from '../support/memberships.ts';
import { accepted } from '../support/messages.ts';
import { effectsOf, servingLeader } from '../support/raft-chart.ts';

/**
 * Who asks for what is so already is told so when a majority has confirmed the leader. If another change had begun
 * meanwhile, the reply showed that one, with an index at which nothing was committed, and which the next leader could
 * give to something else: "change_members_ok" to who wanted `b` to vote, with a membership that `b` was leaving.
 *
 * Cause: the reply was made from the latest membership in the log, committed or not, at the time of the confirmation.
 */
it('a change that changes nothing is confirmed with the committed membership, not with the next one', () => {
  const chart = servingLeader();
  const committed = chart.context.commitIndex;
  chart.step(changeRequest(chart, { add: ['b'] }));
  chart.step(changeRequest(chart, { remove: ['b'] }));
  chart.endTurn();
  expect(spelled(chart.context.membership)).toBe('ac<abc');
  // They answer, but lack the entry of that change.
  const round = chart.context.reads.round;
  const effects = ['b', 'c'].flatMap((from) =>
    chart.hear(accepted({ from, term: 1, index: committed, round })),
  );
  expect(chart.context.commitIndex).toBe(committed);

  const registers = new Registers();
  registers.apply(1, chart.entries.slice(0, committed));
  const [confirmed] = effectsOf(effects, 'reads.confirmed');
  const answers = registers.read(confirmed?.index ?? 0, confirmed?.reads ?? [], chart.context);
  const outcomes = answers.map(({ outcome }) =>
    outcome.type === 'change_members_ok' ? [spelled(outcome.membership), outcome.index] : outcome,
  );
  expect(outcomes).toEqual([['abc', 0]]);
});
