import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Schedule } from '../../src/sim/schedule.ts';

function runAll(schedule: Schedule): void {
  while (schedule.runNext(Number.MAX_SAFE_INTEGER)) {
    // Runs until nothing is left.
  }
}

describe('the schedule', () => {
  it('runs by due time, and what is due together in the order in which it was asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (delays) => {
        const schedule = new Schedule();
        const ran: [number, number][] = [];
        delays.forEach((delayMs, i) => {
          schedule.after(delayMs, () => ran.push([delayMs, i]));
        });
        runAll(schedule);
        const expected = delays
          .map((delayMs, i): [number, number] => [delayMs, i])
          .sort(([a, i], [b, j]) => a - b || i - j);
        expect(ran).toEqual(expected);
      }),
    );
  });

  it('does not run what was cancelled', () => {
    const schedule = new Schedule();
    const ran: string[] = [];
    const cancelled = schedule.after(1, () => ran.push('cancelled'));
    schedule.after(2, () => ran.push('kept'));
    schedule.cancel(cancelled);
    runAll(schedule);
    expect(ran).toEqual(['kept']);
  });

  it('counts time from when something is asked for, also from within what runs', () => {
    const schedule = new Schedule();
    const times: number[] = [];
    schedule.after(5, () => {
      times.push(schedule.nowMs);
      schedule.after(5, () => times.push(schedule.nowMs));
    });
    runAll(schedule);
    expect(times).toEqual([5, 10]);
  });

  it('stops before what is due later, and time has then come as far as it was told', () => {
    const schedule = new Schedule();
    let ran = false;
    schedule.after(10, () => {
      ran = true;
    });
    expect(schedule.runNext(9)).toBe(false);
    expect([ran, schedule.nowMs]).toEqual([false, 9]);
    expect(schedule.runNext(10)).toBe(true);
    expect([ran, schedule.nowMs]).toEqual([true, 10]);
  });
});
