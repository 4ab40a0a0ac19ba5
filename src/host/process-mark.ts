import { readFileSync } from 'node:fs';

/** A process as it can be told from others: by its number and the moment at which it began, which no two share. */
export type ProcessMark = {
  readonly pid: number;
  /** Which start of the machine; null where that cannot be known. */
  readonly boot: string | null;
  /** In the system's own unit; null where that cannot be known. */
  readonly began: string | null;
};

export function ownMark(): ProcessMark {
  return { pid: process.pid, boot: bootId(), began: statOf(process.pid)?.began ?? null };
}

/** Whether the process that a mark names still runs. Where the system tells no more, by its number alone. */
export function isAlive({ pid, boot, began }: ProcessMark): boolean {
  if (boot !== null && boot !== bootId()) return false;
  const stat = statOf(pid);
  if (stat === null) return existsByNumber(pid);
  // A zombie has ended, and only waits for its parent to notice.
  return !/[ZX]/.test(stat.state) && (began === null || stat.began === began);
}

function bootId(): string | null {
  return read('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

/** State and start of a process (proc(5)); null where there is no such process, or no /proc. */
function statOf(pid: number): { readonly state: string; readonly began: string } | null {
  const text = read(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses, and may hold anything.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, began] = [fields?.[0], fields?.[19]];
  return state === undefined || began === undefined ? null : { state, began };
}

function existsByNumber(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not ours to signal, but there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
