import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DueQueue } from '../../src/kit/due-queue.ts';

// Catches a heap that loses, repeats or reorders: what is due together must come in the order of its arrival.
it('gives back everything once, by due time and then by arrival, however adding and taking alternate', () => {
  const step = fc.oneof(fc.nat(9), fc.constant('take' as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new DueQueue<number>();
      let waiting: { dueMs: number; number: number }[] = [];
      steps.forEach((what, number) => {
        if (what !== 'take') {
          queue.add(what, number);
          waiting.push({ dueMs: what, number });
        } else {
          waiting.sort((a, b) => a.dueMs - b.dueMs || a.number - b.number);
          const [first, ...rest] = waiting;
          expect(queue.firstDueMs).toBe(first?.dueMs);
          expect(queue.takeFirst()).toBe(first?.number);
          waiting = rest;
        }
        expect(queue.size).toBe(waiting.length);
      });
    }),
  );
});
