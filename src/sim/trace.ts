import { Digest } from './digest.ts';
import type { Carried } from './packet.ts';

/** What is kept of a line until somebody wants to read it: most are never read. */
type Kept =
  | string
  | { readonly nowMs: number; readonly node: string; readonly cell: string; readonly type: string }
  | { readonly nowMs: number; readonly carried: Carried; readonly isCut: boolean };

/**
 * What happened, line by line. A digest of all of it tells whether two runs were the same run; the last lines are
 * kept to be read when something went wrong.
 */
export class Trace {
  readonly #keep: number;
  readonly #kept: Kept[] = [];
  #count = 0;
  readonly #digest = new Digest();

  constructor(keep = 400) {
    this.#keep = keep;
  }

  add(line: string): void {
    this.#digest.text(line);
    this.#put(line);
  }

  /** A chart took a step. */
  step(nowMs: number, node: string, cell: string, type: string): void {
    const digest = this.#digest;
    digest.number(nowMs);
    digest.text(node);
    digest.text(cell);
    digest.text(type);
    this.#put({ nowMs, node, cell, type });
  }

  /** A message arrived, or ran into a cut link. */
  message(nowMs: number, carried: Carried, isCut: boolean): void {
    const digest = this.#digest;
    digest.number(nowMs);
    digest.word(carried.words.a);
    digest.word(carried.words.b);
    digest.word(isCut ? 1 : 0);
    this.#put({ nowMs, carried, isCut });
  }

  #put(kept: Kept): void {
    this.#kept[this.#count % this.#keep] = kept;
    this.#count += 1;
  }

  /** The latest lines, oldest first. */
  get tail(): readonly string[] {
    const first = Math.max(0, this.#count - this.#keep);
    return Array.from({ length: this.#count - first }, (_, i) =>
      written(this.#kept[(first + i) % this.#keep] as Kept),
    );
  }

  /** 16 hexadecimal digits. */
  get hash(): string {
    return this.#digest.hex;
  }
}

function written(kept: Kept): string {
  if (typeof kept === 'string') return kept;
  const moment = kept.nowMs.toFixed(3);
  if ('node' in kept) return `${moment} ${kept.node} ${kept.cell} ${kept.type}`;
  const { carried, isCut } = kept;
  return `${moment} ${carried.src} ${isCut ? '-|' : '->'} ${carried.dest} ${carried.text}`;
}
