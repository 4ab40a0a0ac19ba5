import type { Message } from './envelope.ts';

export type Leadership = { readonly timeMs: number; readonly node: string; readonly term: number };

/**
 * Learns from the traffic who leads: only a leader sends `append.request`, and of several the one with the highest
 * term is the present one. Of programs that speak otherwise nothing is learned.
 */
export class LeaderWatch {
  /** Every leadership seen, in order. */
  readonly seen: Leadership[] = [];
  readonly #sinceStartMs: () => number;
  readonly #onChange: (leadership: Leadership) => void;

  constructor(sinceStartMs: () => number, onChange: (leadership: Leadership) => void) {
    this.#sinceStartMs = sinceStartMs;
    this.#onChange = onChange;
  }

  /** Who leads at present, as far as is known. */
  get leader(): string | undefined {
    return this.seen.at(-1)?.node;
  }

  /** Who led at a time, as far as is known. */
  leaderAt(timeMs: number): string | undefined {
    return this.seen.findLast((leadership) => leadership.timeMs <= timeMs)?.node;
  }

  watch({ src, body }: Message): void {
    if (body.type !== 'append.request') return;
    const { term } = body;
    if (typeof term !== 'number' || term <= (this.seen.at(-1)?.term ?? -1)) return;
    const leadership = { timeMs: this.#sinceStartMs(), node: src, term };
    this.seen.push(leadership);
    this.#onChange(leadership);
  }
}
