import type { SetTimer } from './transport.ts';

/** The timers of the program that uses the library. */
export const setTimer: SetTimer = (fire, delayMs) => {
  const timer = setTimeout(fire, delayMs);
  return () => clearTimeout(timer);
};
