import { readFileSync } from 'node:fs';

/** Linux counts a process's time in hundredths of a second, on every architecture that Node runs on. */
const TICK_MS = 10;

/**
 * The CPU time that processes have used so far, in milliseconds, user and system; null where /proc is missing.
 */
export function cpuMsOf(pids: readonly number[]): number | null {
  try {
    return pids.reduce((sum, pid) => sum + cpuMs(readFileSync(`/proc/${pid}/stat`, 'utf8')), 0);
  } catch {
    return null;
  }
}

/** proc(5): the name in parentheses may hold anything; utime and stime are the 12th and 13th field after it. */
function cpuMs(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
