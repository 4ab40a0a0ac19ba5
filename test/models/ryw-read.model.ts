import assert from 'node:assert/strict';
import type { RywOutcome } from '../../machines/operations.ts';
import type {
  RywReadContext,
  RywReadEffect,
  RywReadEvent,
  RywReadInput,
} from '../../machines/session/ryw-read.machine.ts';
import { rywReadMachine } from '../../machines/session/ryw-read.machine.ts';
import type { Model, Reference } from '../../src/testing/index.ts';
import { chartTests } from './subject.ts';

type Machine = typeof rywReadMachine;

const ok = { type: 'read_ok', value: 7 } as const;
const answered = { type: 'leader.answered', nowMs: 12 } as const;
const EVENTS: readonly RywReadEvent[] = [
  { type: 'read.began' },
  ...[1, 2, 3].map((index) => ({ type: 'applied', index, nowMs: 10 + index }) as const),
  { type: 'wait.timeout' },
  { type: 'leader.changed', leads: true },
  { type: 'leader.changed', leads: false },
  { ...answered, outcome: ok, index: 2, servedBy: 'n2' },
  { ...answered, outcome: ok, index: 2, servedBy: 'n1' },
  { ...answered, outcome: { type: 'write_ok' }, index: 2, servedBy: 'n2' },
  { ...answered, outcome: { type: 'error', code: 11, text: 'later' }, index: null, servedBy: null },
  { type: 'input.ended' },
];

/** Every way in which a read can begin: behind, level or ahead; at a follower or at the leader; as either is wished. */
export const RYW_READ_INPUTS: readonly RywReadInput[] = [1, 2, 3].flatMap((appliedIndex) =>
  [true, false].flatMap((preferFollower) =>
    [true, false].map((leads) => ({
      id: 'n1',
      key: 'x',
      token: 2,
      preferFollower,
      sinceMs: 10,
      waitMs: 50,
      appliedIndex,
      leads,
    })),
  ),
);

const model: Model<Machine> = {
  machine: rywReadMachine,
  inputs: RYW_READ_INPUTS,
  events: ({ status }) => (status === 'active' ? EVENTS : []),
  serialize: ({ value, context, status }) =>
    JSON.stringify([value, status, context.outcome, context.appliedIndex, context.waitedMs]),
};

/** Where a read is: nowhere yet, waiting here, passed to the leader, or over. */
type Place = 'new' | 'here' | 'at the leader' | 'over';

/**
 * The life of a read in plain words: it is served here only by a follower that has applied its token, or else by
 * the leader; it ends once; and its one timer runs exactly while it waits here.
 */
export const rywReadReference: Reference<Machine> = () => {
  let place: Place = 'new';
  let timerRuns = false;
  return ({ before, event, after, effects }) => {
    const { said, next } = expected(place, before.context, event);
    for (const effect of effects) {
      if (effect.type === 'timer.set') assert.equal(effect.ms, before.context.waitMs);
      if (effect.type === 'timer.set') timerRuns = true;
      if (effect.type === 'timer.clear') timerRuns = false;
    }
    assert.deepEqual(
      effects.filter(({ type }) => !type.startsWith('timer')),
      said,
    );
    place = next;
    assert.equal(timerRuns, place === 'here');
    assert.deepEqual(
      [after.value, after.status],
      [stateOf(place, said), place === 'over' ? 'done' : 'active'],
    );
  };
};

function stateOf(place: Place, said: readonly RywReadEffect[]): string {
  if (place === 'new') return 'checking';
  if (place === 'here') return 'waitingForApply';
  if (place === 'at the leader') return 'redirecting';
  const [answer] = said;
  return answer === undefined || (answer.type === 'answer' && answer.outcome.type === 'error')
    ? 'failed'
    : 'done';
}

type Expected = { readonly said: readonly RywReadEffect[]; readonly next: Place };

function expected(place: Place, context: RywReadContext, event: RywReadEvent): Expected {
  const { key, token, sinceMs, preferFollower, leads, appliedIndex } = context;
  const toLeader: Expected = {
    said: [{ type: 'redirect', key, minIndex: token, sinceMs }],
    next: 'at the leader',
  };
  const served = (waitedMs: number): Expected => ({ said: [{ type: 'serve', key, waitedMs }], next: 'over' });
  const nothing: Expected = { said: [], next: place };
  if (event.type === 'input.ended') return { said: [], next: 'over' };
  if (place === 'new' && event.type === 'read.began') {
    if (leads || !preferFollower) return toLeader;
    return appliedIndex >= token ? served(0) : { said: [], next: 'here' };
  }
  if (place === 'here') {
    if (event.type === 'applied' && event.index >= token) return served(waited(sinceMs, event.nowMs));
    if (event.type === 'wait.timeout') return toLeader;
    if (event.type === 'leader.changed' && event.leads) return toLeader;
  }
  if (place === 'at the leader' && event.type === 'leader.answered') {
    return { said: [{ type: 'answer', outcome: leaderSays(context, event) }], next: 'over' };
  }
  return nothing;
}

/** To the microsecond. */
function waited(sinceMs: number, nowMs: number): number {
  return Number((nowMs - sinceMs).toFixed(3));
}

/** The leader's answer in the client's words: where it was served, and why not where it was asked. */
function leaderSays(
  { id, preferFollower, sinceMs }: RywReadContext,
  { outcome, index, servedBy, nowMs }: Extract<RywReadEvent, { type: 'leader.answered' }>,
): NonNullable<RywReadContext['outcome']> {
  if (outcome.type === 'error') return outcome;
  if (outcome.type !== 'read_ok') {
    return { type: 'error', code: 13, text: `a read was answered with ${outcome.type}` };
  }
  const here = servedBy === id;
  const reason = preferFollower ? 'follower_behind_redirected_to_leader' : 'leader_preferred';
  return {
    type: 'ryw_read_ok',
    value: outcome.value,
    servedBy,
    index,
    waitedMs: here ? waited(sinceMs, nowMs) : null,
    reason: here ? null : reason,
  } as RywOutcome;
}

export const rywReadTests = chartTests<Machine>({
  machine: rywReadMachine,
  worlds: [{ model, states: 79 }],
  walks: [{ model: model, seed: 4, count: 50, steps: 20 }],
  reference: rywReadReference,
});
