import type { Json } from '../../machines/json.ts';
import { ERROR } from '../../machines/operations.ts';
import { type Injection, readInject } from '../maelstrom/inject.ts';

/** What can be broken in the host of a node, and what it is when nothing is. */
export type Breakable = { readonly clockOffsetMs: number; readonly syncDelayMs: number };

type Answer = (src: string, dest: string, body: { readonly [name: string]: Json }) => void;

/**
 * The way in for faults (`--allow-faults`): lines that tell the node to break itself are taken out here, before the
 * protocol sees them, and answered here. The answer has no `msg_id`: it is the host's, and not one of the node's.
 */
export class FaultDoor {
  readonly #usual: Breakable;
  readonly #answer: Answer;
  #present: Breakable;

  /** @param usual what the node was started with, and what `null` stands for */
  constructor(usual: Breakable, answer: Answer) {
    this.#usual = usual;
    this.#present = usual;
    this.#answer = answer;
  }

  get clockOffsetMs(): number {
    return this.#present.clockOffsetMs;
  }

  get syncDelayMs(): number {
    return this.#present.syncDelayMs;
  }

  /** Obeys the lines that are meant for it. @returns the others */
  take<T extends { readonly text: string }>(lines: readonly T[]): readonly T[] {
    return lines.filter((line) => !this.#obey(line.text));
  }

  #obey(text: string): boolean {
    const request = readInject(text);
    if (request === null) return false;
    const { src, dest, msgId, asks } = request;
    if (asks.ok) this.#present = { ...this.#present, ...this.#filled(asks.value) };
    if (msgId === null) return true;
    const body = asks.ok
      ? { type: 'inject_ok' }
      : { type: 'error', code: ERROR.malformedRequest, text: asks.text };
    this.#answer(dest, src, { ...body, in_reply_to: msgId });
    return true;
  }

  #filled(injection: Injection): Partial<Breakable> {
    const { clockOffsetMs, syncDelayMs } = this.#usual;
    return {
      ...('clockOffsetMs' in injection ? { clockOffsetMs: injection.clockOffsetMs ?? clockOffsetMs } : {}),
      ...('syncDelayMs' in injection ? { syncDelayMs: injection.syncDelayMs ?? syncDelayMs } : {}),
    };
  }
}
