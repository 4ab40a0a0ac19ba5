import { performance } from 'node:perf_hooks';

/** Monotonic time in milliseconds, with a fraction. */
export function monotonicMs(): number {
  return performance.now();
}

/** When `monotonicMs` was 0, in milliseconds since 1970: makes the times of processes on one machine comparable. */
export function monotonicOriginMs(): number {
  return performance.timeOrigin;
}

/** Milliseconds since 1970 by the wall clock: the one clock that may step back. */
export function wallMs(): number {
  return Date.now();
}

/** Resolves after so many milliseconds, unless the process has nothing else to do before. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

type Armed = { dueMs: number; fire: () => void; handle: NodeJS.Timeout; firesAtMs: number };

/**
 * Named one-shot timers. A follower puts its election timer off with every message, so putting off is made cheap:
 * the operating timer is left as it is, and when it fires too early it is armed again for the rest.
 */
export class NamedTimers {
  readonly #armed = new Map<string, Armed>();

  set(name: string, delayMs: number, fire: () => void): void {
    const dueMs = monotonicMs() + delayMs;
    const armed = this.#armed.get(name);
    if (armed !== undefined && armed.firesAtMs <= dueMs) {
      armed.dueMs = dueMs;
      armed.fire = fire;
      return;
    }
    if (armed !== undefined) clearTimeout(armed.handle);
    const handle = setTimeout(() => this.#check(name), delayMs);
    this.#armed.set(name, { dueMs, fire, handle, firesAtMs: dueMs });
  }

  clear(name: string): void {
    const armed = this.#armed.get(name);
    if (armed === undefined) return;
    clearTimeout(armed.handle);
    this.#armed.delete(name);
  }

  clearAll(): void {
    for (const name of [...this.#armed.keys()]) this.clear(name);
  }

  #check(name: string): void {
    const armed = this.#armed.get(name);
    if (armed === undefined) return;
    const restMs = armed.dueMs - monotonicMs();
    if (restMs > 1) {
      armed.firesAtMs = armed.dueMs;
      armed.handle = setTimeout(() => this.#check(name), restMs);
      return;
    }
    this.#armed.delete(name);
    armed.fire();
  }
}
