import type { Timers } from '../actors/ports.ts';
import type { Schedule, Scheduled } from './schedule.ts';

/**
 * A node's timers in virtual time.
 * @param live runs what a timer asks for in the life of the node that set it: later if it stands still, or never
 */
export function simulatedTimers(schedule: Schedule, live: (run: () => void) => void): Timers {
  const armed = new Map<string, Scheduled>();
  const clear = (name: string) => {
    const timer = armed.get(name);
    if (timer !== undefined) schedule.cancel(timer);
    armed.delete(name);
  };
  return {
    clear,
    set: (name, delayMs, fire) => {
      clear(name);
      const timer = schedule.after(delayMs, () => {
        live(() => {
          // While the machine stood still, the timer may have been set again or cleared.
          if (armed.get(name) !== timer) return;
          armed.delete(name);
          fire();
        });
      });
      armed.set(name, timer);
    },
  };
}
