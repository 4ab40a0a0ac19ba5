/**
 * First in, first handled, one at a time: what is posted while something is being handled waits its turn. It stands
 * before every subject, because a subject that is re-entered from its own subscriber delivers out of order.
 */
export class Mailbox<T> {
  readonly #handle: (item: T) => void;
  #waiting: T[] = [];
  #busy = false;

  constructor(handle: (item: T) => void) {
    this.#handle = handle;
  }

  /** Whatever the handler throws leaves here; the mailbox is then closed for good, as its cell is broken. */
  post(item: T): void {
    if (this.#busy) {
      this.#waiting.push(item);
      return;
    }
    this.#busy = true;
    this.#handle(item);
    // Handling may post more, so the batch is swapped out instead of shifted: linear however much arrives.
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      for (const next of batch) this.#handle(next);
    }
    this.#busy = false;
  }
}
