import type { DiskFailure } from '../actors/ports.ts';

export type Done = (failure: DiskFailure | null) => void;

/** Calls back in the order in which it was told to, also when what is called asks for more. */
export class Callbacks {
  readonly #due: (readonly [done: Done, failure: DiskFailure | null])[] = [];
  #calling = false;

  add(callbacks: readonly Done[], failure: DiskFailure | null): void {
    for (const done of callbacks) this.#due.push([done, failure]);
  }

  call(): void {
    if (this.#calling) return;
    this.#calling = true;
    try {
      for (let next = this.#due.shift(); next !== undefined; next = this.#due.shift()) next[0](next[1]);
    } finally {
      this.#calling = false;
    }
  }
}
