/**
 * Choices read off a tape of bytes. A shorter tape, and smaller bytes, give a simpler thing: that is what lets fast-check
 * shrink whatever is made from one. Beyond its end a tape reads as zeros.
 */
export class Tape {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A whole number from 0 to below `n`, at most 256. */
  below(n: number): number {
    const byte = this.#bytes[this.#at] ?? 0;
    this.#at += 1;
    return byte % n;
  }

  /** Yes in `hits` of `of` cases; never on an empty tape. */
  chance(hits: number, of: number): boolean {
    return this.below(of) >= of - hits;
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error('nothing to pick from');
    return choice;
  }

  /** So many things, each made by `make`. */
  list<T>(max: number, make: (i: number) => T): T[] {
    return Array.from({ length: this.below(max + 1) }, (_, i) => make(i));
  }
}
