import { describe, expect, it } from 'vitest';
import type { EventFromLogic, SnapshotFrom } from 'xstate';
import type { Outcome } from '../../machines/operations.ts';
import type { RequestsEffect, Submission } from '../../machines/requests/events.ts';
import type { RequestsInput } from '../../machines/requests/pending.ts';
import { requestsMachine } from '../../machines/requests/requests.machine.ts';
import { Coverage, judge, type Run } from './coverage.ts';
import { type Domain, takeEveryPath, walkAtRandom } from './explore.ts';

type Snapshot = SnapshotFrom<typeof requestsMachine>;
type Event = EventFromLogic<typeof requestsMachine>;

const INPUT: RequestsInput = { id: 'n1', incarnation: 2, settings: { maxPending: 2, maxMessageBytes: 100 } };
const done: Outcome = { type: 'read_ok', value: 1 };

/** The latest moment that the node has written down: time goes on from there. */
function latestMs({ context }: Snapshot): number {
  return Math.max(0, ...context.pending.flatMap(({ sinceMs, handedMs }) => [sinceMs, handedMs ?? 0]));
}

function submission(sinceMs: number, minIndex: number): Submission {
  const op =
    minIndex === 0 ? ({ type: 'write', key: 'x', value: 1 } as const) : ({ type: 'read', key: 'x' } as const);
  return { client: 'c1', msgId: 1, op, bytes: 60, reader: minIndex === 0 ? null : 1, sinceMs, minIndex };
}

/** @param maxNumber how many requests may arrive in one life of the model */
function domain(maxNumber: number): Domain<typeof requestsMachine> {
  return {
    machine: requestsMachine,
    events: (snapshot) => {
      const { nextNumber, pending } = snapshot.context;
      const nowMs = latestMs(snapshot);
      const events: Event[] = [null, 'n1', 'n2'].map((leader) => ({
        type: 'leader.changed',
        leader,
        term: 1,
        nowMs,
      }));
      for (const later of [100, 300, 900]) events.push({ type: 'patrol.timeout', nowMs: nowMs + later });
      if (nextNumber <= maxNumber) {
        const arrived = { type: 'requests.arrived', nowMs } as const;
        events.push(
          { ...arrived, requests: [submission(nowMs, 0)] },
          { ...arrived, requests: [submission(nowMs, 0), submission(nowMs, 5), submission(nowMs, 0)] },
        );
      }
      const number = pending[0]?.number ?? nextNumber;
      for (const index of [4, 5]) {
        for (const incarnation of [1, 2]) {
          const outcome = { number, index, outcome: done };
          events.push(
            { type: 'forward.response', from: 'n2', term: 1, incarnation, outcomes: [outcome] },
            {
              type: 'results.ready',
              results: ['n1', 'n3'].map((node) => ({ node, incarnation, ...outcome })),
            },
          );
        }
      }
      return events;
    },
    serialize: ({ value, context }) => {
      const nowMs = latestMs({ context } as Snapshot);
      const ages = context.pending.map(({ sinceMs, handedMs, number, reachedIndex, op }) => [
        op.type,
        context.nextNumber - number,
        nowMs - sinceMs,
        handedMs === null ? null : nowMs - handedMs,
        reachedIndex,
      ]);
      const { leader, term, nextNumber, patrolAtMs } = context;
      return JSON.stringify([value, leader, term, nextNumber, patrolAtMs !== null, ages]);
    },
  };
}

/** Whoever waits is patrolled, nobody waits twice, and there is room for all who do. */
function keepsCount({ snapshot }: Run<typeof requestsMachine>): void {
  const { leader, settings, pending, patrolAtMs, nextNumber } = snapshot.context;
  expect(pending.length).toBeLessThanOrEqual(settings.maxPending);
  expect(patrolAtMs !== null || pending.length === 0).toBe(true);
  const numbers = pending.map(({ number }) => number);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  expect(numbers.every((number) => number < nextNumber)).toBe(true);
  const state = leader === null ? 'leaderless' : leader === settings.id ? 'leading' : 'following';
  expect(snapshot.value).toBe(state);
}

/** A waiting read that needs index 5 is not content with 4, nor with a guess. */
function isNewEnough(effects: readonly RequestsEffect[]): void {
  for (const effect of effects) {
    if (effect.type !== 'answer') continue;
    for (const { reader, outcome, index } of effect.answers) {
      if (reader !== null && outcome.type === 'read_ok') expect(index).toBe(5);
    }
  }
}

describe('the chart of client requests', () => {
  it('keeps count of who waits, on every path and on long walks, and every transition is taken', () => {
    const coverage = new Coverage(requestsMachine);
    const { states, edges } = takeEveryPath(domain(2), coverage, INPUT, keepsCount);
    expect({ states, edges }).toEqual({ states: 139, edges: 1992 });
    walkAtRandom(domain(1000), coverage, [INPUT], { seed: 5, walks: 40, steps: 80 }, (run, effects) => {
      keepsCount(run);
      isNewEnough(effects);
    });
    const { table, faults } = judge(coverage.report());
    process.stdout.write(`${table}\n`);
    expect(faults).toEqual([]);
  });
});
