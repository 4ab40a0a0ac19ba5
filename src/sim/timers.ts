import type { Timers } from '../actors/ports.ts';
import type { Schedule } from './schedule.ts';

type Timer = { dueMs: number; fire: () => void; bellMs: number };

/**
 * A node's timers in virtual time. Most are set again long before they run out: then only their time is put off, and the
 * bell that has been ordered finds when it rings that it has to ring again.
 *
 * @param live runs what a timer asks for in the life of the node that set it: later if it stands still, or never
 */
export function simulatedTimers(schedule: Schedule, live: (run: () => void) => void): Timers {
  const armed = new Map<string, Timer>();

  function order(name: string, timer: Timer): void {
    timer.bellMs = timer.dueMs;
    schedule.at(timer.dueMs, () => {
      if (armed.get(name) !== timer) return;
      // Put off: asked also while the machine stands still, or this timer would come before those that run out earlier.
      if (timer.dueMs > schedule.nowMs) return order(name, timer);
      live(() => ring(name, timer));
    });
  }

  function ring(name: string, timer: Timer): void {
    // While the machine stood still, the timer may have been cleared or put off, or have made way for an earlier one.
    if (armed.get(name) !== timer) return;
    if (timer.dueMs > schedule.nowMs) return order(name, timer);
    armed.delete(name);
    timer.fire();
  }

  return {
    clear: (name) => {
      armed.delete(name);
    },
    set: (name, delayMs, fire) => {
      const dueMs = schedule.nowMs + delayMs;
      const before = armed.get(name);
      if (before !== undefined && before.bellMs <= dueMs) {
        before.dueMs = dueMs;
        before.fire = fire;
        return;
      }
      const timer: Timer = { dueMs, fire, bellMs: dueMs };
      armed.set(name, timer);
      order(name, timer);
    },
  };
}
