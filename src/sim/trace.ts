/**
 * What happened, line by line. A hash of all of it tells whether two runs were the same run; the last lines are
 * kept to be read when something went wrong.
 */
export class Trace {
  readonly #keep: number;
  #lines: string[] = [];
  #a = 0xdeadbeef;
  #b = 0x41c6ce57;

  constructor(keep = 400) {
    this.#keep = keep;
  }

  /** @param text the rest of the line, when it is at hand: a long string is not copied to be put behind a short one */
  add(head: string, text = ''): void {
    this.#mix(head);
    this.#mix(text);
    this.#lines.push(head + text);
    if (this.#lines.length >= 2 * this.#keep) this.#lines = this.#lines.slice(-this.#keep);
  }

  #mix(text: string): void {
    // In local variables: a field would be boxed anew for every character.
    let a = this.#a;
    let b = this.#b;
    for (let i = 0; i < text.length; i += 1) {
      const unit = text.charCodeAt(i);
      a = Math.imul(a ^ unit, 2654435761);
      b = Math.imul(b ^ unit, 1597334677);
    }
    this.#a = a;
    this.#b = b;
  }

  /** The latest lines, oldest first. */
  get tail(): readonly string[] {
    return this.#lines.slice(-this.#keep);
  }

  /** 16 hexadecimal digits (two multiplicative hashes; not for secrets). */
  get hash(): string {
    const a =
      Math.imul(this.#a ^ (this.#a >>> 16), 2246822507) ^ Math.imul(this.#b ^ (this.#b >>> 13), 3266489909);
    const b = Math.imul(this.#b ^ (this.#b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
    return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }
}
