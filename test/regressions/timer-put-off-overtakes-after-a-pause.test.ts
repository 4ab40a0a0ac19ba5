import { expect, it } from 'vitest';
import { Schedule } from '../../src/sim/schedule.ts';
import { simulatedTimers } from '../../src/sim/timers.ts';

/**
 * Found by comparing the traces of paused nodes with those of an earlier version. A timer was put off, its machine stood
 * still, and two timers ran out meanwhile. When the machine went on, the one that had been put off came first, although
 * it had run out last: no machine's timers do that, and the faults that pauses are for were not the real ones.
 *
 * Cause: a timer that is put off leaves its bell where it was ordered. During a pause the bell was put aside without a
 * look at the time, and so it stood among those that had run out from the moment before the timer was put off.
 */
it('timers that run out during a pause come in the order in which they ran out', () => {
  const schedule = new Schedule();
  let overdue: (() => void)[] | null = null;
  const timers = simulatedTimers(schedule, (run) => {
    if (overdue === null) run();
    else overdue.push(run);
  });
  const fired: string[] = [];
  timers.set('put off', 10, () => fired.push('put off'));
  timers.set('once', 15, () => fired.push('once'));
  schedule.after(5, () => timers.set('put off', 15, () => fired.push('put off')));
  schedule.after(8, () => {
    overdue = [];
  });
  while (schedule.runNext(30));
  const held = overdue as (() => void)[] | null;
  overdue = null;
  for (const run of held ?? []) run();
  while (schedule.runNext(60));
  expect(fired).toEqual(['once', 'put off']);
});
