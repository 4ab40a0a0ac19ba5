import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestsEffect } from '../../machines/requests/events.ts';
import { READ } from '../support/messages.ts';
import { applied, ofType, RequestsChart, submission } from '../support/requests-chart.ts';

const DEADLINE_MS = 880;

const event = fc.oneof(
  fc.record({
    type: fc.constant('arrive' as const),
    count: fc.integer({ min: 1, max: 4 }),
    isRead: fc.boolean(),
    agoMs: fc.nat(700),
    minIndex: fc.constantFrom(0, 0, 50),
  }),
  fc.record({ type: fc.constant('lead' as const), leader: fc.constantFrom('a', 'b', 'c', null) }),
  fc.record({
    type: fc.constant('respond' as const),
    number: fc.integer({ min: 1, max: 30 }),
    index: fc.constantFrom(10, 49, 50, 51),
    incarnation: fc.constantFrom(7, 7, 7, 6),
    isLocal: fc.boolean(),
  }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.nat(400) }),
);

describe('Client requests under any sequence of events', () => {
  it('are answered once each, in time, and called undone only when they were never handed over', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 50 }), (events) => {
        const chart = new RequestsChart({ maxPending: 8 });
        const arrivedMs = new Map<number | null, number>();
        const writes = new Set<number | null>();
        const handed = new Set<number | null>();
        const answered = new Set<number | null>();
        let nowMs = 1000;
        let term = 0;
        let msgId = 0;
        /** Numbers are given to those that were not turned away, in order. */
        const msgIdOf = new Map<number, number>();

        function check(effects: readonly RequestsEffect[], atMs: number): void {
          for (const { entries, reads } of ofType(effects, 'forward')) {
            for (const { number } of [...entries, ...reads]) {
              expect(answered.has(msgIdOf.get(number) as number)).toBe(false);
            }
            for (const { number } of entries) handed.add(msgIdOf.get(number) as number);
          }
          for (const { msgId: id, outcome, index } of ofType(effects, 'answer').flatMap(
            ({ answers }) => answers,
          )) {
            expect(answered.has(id)).toBe(false);
            answered.add(id);
            const lateMs = atMs - ((arrivedMs.get(id) as number) + DEADLINE_MS);
            expect(lateMs).toBeLessThanOrEqual(1);
            if (outcome.type !== 'error') expect(index).not.toBe(null);
            else if (outcome.code === 11) expect(handed.has(id)).toBe(false);
            else expect([outcome.code, writes.has(id)]).toEqual([0, true]);
          }
        }

        function pass(toMs: number): void {
          while (chart.patrolAtMs !== null && chart.patrolAtMs <= toMs) {
            const atMs = chart.patrolAtMs;
            check(chart.step({ type: 'patrol.timeout', nowMs: atMs }), atMs);
          }
          nowMs = toMs;
        }

        for (const one of events) {
          if (one.type === 'wait') pass(nowMs + one.ms);
          if (one.type === 'lead') {
            term += 1;
            check(chart.lead(one.leader, term, nowMs), nowMs);
          }
          if (one.type === 'respond') {
            const { number, index, incarnation } = one;
            const result = applied(number, index, { incarnation });
            check(
              one.isLocal
                ? chart.step({ type: 'results.ready', results: [result] })
                : chart.step({ type: 'forward.response', from: 'b', term, incarnation, outcomes: [result] }),
              nowMs,
            );
          }
          if (one.type === 'arrive') {
            const next = chart.snapshot.context.nextNumber;
            const requests = Array.from({ length: one.count }, (_, i) => {
              msgId += 1;
              const sinceMs = nowMs - one.agoMs;
              arrivedMs.set(msgId, sinceMs);
              if (!one.isRead) writes.add(msgId);
              msgIdOf.set(next + i, msgId);
              const minIndex = one.isRead ? one.minIndex : 0;
              return submission(msgId, { sinceMs, minIndex, ...(one.isRead ? { op: READ } : {}) });
            });
            check(chart.arrive(nowMs, ...requests), nowMs);
          }
        }
        pass(nowMs + DEADLINE_MS + 1);
        expect(answered.size).toBe(msgId);
        expect(chart.pending).toEqual([]);
        expect(chart.patrolAtMs).toBe(null);
      }),
      { numRuns: 400 },
    );
  });
});
