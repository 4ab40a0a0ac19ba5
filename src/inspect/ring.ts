import type { TraceHeader, TraceRecord } from '../trace/format.ts';
import { apply, emptyWorld, type World } from '../trace/world.ts';

/** The most that is kept for viewers who come late: so many records, and so many characters of them. */
export const RING_LIMITS: RingLimits = { records: 100_000, characters: 48 * 1024 * 1024 };

export type RingLimits = { readonly records: number; readonly characters: number };

/**
 * The latest records of a run, as lines. What is too old is let go, but not what it led to: a world is kept that is
 * what the cluster was before the first record that is still here.
 */
export class Ring {
  /** The cluster before record `firstSeq`. */
  readonly base: World;
  readonly #limits: RingLimits;
  #lines: string[] = [];
  /** Where in `#lines` the first record is that is still here. */
  #start = 0;
  #characters = 0;
  #firstSeq = 1;

  constructor({ nodes }: TraceHeader, limits: RingLimits = RING_LIMITS) {
    this.base = emptyWorld(nodes);
    this.#limits = limits;
  }

  /** The number of the first record that is still here; the run's first was 1. */
  get firstSeq(): number {
    return this.#firstSeq;
  }

  /** The number that the next record will have. */
  get nextSeq(): number {
    return this.#firstSeq + this.#lines.length - this.#start;
  }

  /** About how much is kept, in characters. */
  get characters(): number {
    return this.#characters;
  }

  push(line: string): void {
    this.#lines.push(line);
    this.#characters += line.length;
    const { records, characters } = this.#limits;
    while (this.#lines.length - this.#start > records || this.#characters > characters) this.#letGoOfFirst();
    // Moving the rest to the front costs a little, so it is done when half of the list is empty.
    if (this.#start > records) {
      this.#lines = this.#lines.slice(this.#start);
      this.#start = 0;
    }
  }

  /** The record with this number, as a line; undefined when it is gone or not there yet. */
  line(seq: number): string | undefined {
    return seq < this.#firstSeq ? undefined : this.#lines[this.#start + seq - this.#firstSeq];
  }

  #letGoOfFirst(): void {
    const line = this.#lines[this.#start] as string;
    this.#lines[this.#start] = '';
    this.#start += 1;
    this.#firstSeq += 1;
    this.#characters -= line.length;
    apply(this.base, JSON.parse(line) as TraceRecord);
  }
}
