import { setMaxListeners } from 'node:events';
import { sleep } from '../sleep.ts';
import type { Fault, FaultName, Strike } from './fault.ts';
import type { Rhythm } from './rhythm.ts';

/** A fault and when it strikes. */
export type Scheduled = { readonly fault: Fault; readonly rhythm: Rhythm };

export type FaultObserver = {
  /** It has begun. */
  began(fault: FaultName, strike: Strike): void;
  /** It is undone. @param text what is to be said of that */
  ended(fault: FaultName, strike: Strike, text: string): void;
};

/**
 * Breaks the cluster: every fault in a rhythm of its own, whatever the others do, so that they overlap. A fault is
 * always ended before it strikes again, and all are ended when the nemesis is stopped.
 */
export class Nemesis {
  readonly #scheduled: readonly Scheduled[];
  readonly #observer: FaultObserver;
  readonly #over = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  constructor(scheduled: readonly Scheduled[], observer: FaultObserver) {
    this.#scheduled = scheduled;
    this.#observer = observer;
    // Every fault sleeps until it is raised, and there may be more than the ten that Node takes for a leak.
    setMaxListeners(0, this.#over.signal);
  }

  start(): void {
    this.#running = Promise.all(this.#scheduled.map((one) => this.#run(one)));
  }

  /** Nothing begins from now on; resolves when all that has begun is undone. */
  async stop(): Promise<void> {
    this.#over.abort();
    await this.#running;
  }

  async #run({ fault, rhythm }: Scheduled): Promise<void> {
    const { signal } = this.#over;
    await sleep(rhythm.firstMs, signal);
    while (!signal.aborted) {
      const strike = await fault.strike();
      if (strike !== null) await this.#let(fault.name, strike, rhythm.lengthMs());
      await sleep(rhythm.waitMs(), signal);
    }
  }

  /** Lets a strike last, and undoes it. */
  async #let(name: FaultName, strike: Strike, lengthMs: number): Promise<void> {
    this.#observer.began(name, strike);
    const time = sleep(lengthMs, this.#over.signal);
    await (strike.over === undefined ? time : Promise.race([time, strike.over]));
    this.#observer.ended(name, strike, await strike.end());
  }
}
