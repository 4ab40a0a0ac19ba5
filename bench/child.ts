/** The part of a measurement that runs in a process of its own: see `bundle.ts`. */

/** What this process is to do. */
export function taskOf<T>(): T {
  return JSON.parse(process.argv[2] as string) as T;
}

/** Tells the parent what came of it. Once. */
export function report(result: unknown): void {
  process.stdout.write(JSON.stringify(result));
}

/** The CPU time that this process has used so far, in microseconds, user and system, all threads. */
export function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
