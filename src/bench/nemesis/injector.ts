import type { Request } from '../client.ts';
import type { Body } from '../envelope.ts';

/**
 * What a node that was started with `--allow-faults` lets be done to it; what is left out stays as it is, and `null` is
 * what it was started with.
 */
export type Injection = {
  readonly clock_offset_ms?: number | null;
  readonly sync_delay_ms?: number | null;
};

/** Asks a node, as a client of its own for each question. */
export type Ask = (node: string, request: Request) => Promise<Body | string>;

const PATIENCE_MS = 10_000;
const RETRY_MS = 100;

/** Tells nodes to break themselves, by message, and to mend themselves again. */
export class Injector {
  readonly #ask: Ask;
  readonly #nowMs: () => number;
  readonly #sleep: (ms: number) => Promise<void>;

  constructor(ask: Ask, nowMs: () => number, sleep: (ms: number) => Promise<void>) {
    this.#ask = ask;
    this.#nowMs = nowMs;
    this.#sleep = sleep;
  }

  /** @returns whether the node has said that it did so */
  async inject(node: string, injection: Injection): Promise<boolean> {
    const reply = await this.#ask(node, { type: 'inject', ...injection });
    return typeof reply !== 'string' && reply.type === 'inject_ok';
  }

  /**
   * The same, until the node has said so; it may be cut short while it is paused.
   * @param needless asked before each try: a process that is gone has taken its faults along
   * @returns false when the node has not answered in ten seconds
   */
  async insist(node: string, injection: Injection, needless: () => boolean): Promise<boolean> {
    const untilMs = this.#nowMs() + PATIENCE_MS;
    for (;;) {
      if (needless() || (await this.inject(node, injection))) return true;
      if (this.#nowMs() > untilMs) return needless();
      await this.#sleep(RETRY_MS);
    }
  }
}
