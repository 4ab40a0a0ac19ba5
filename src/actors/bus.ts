import { type Observable, Subscriber } from 'rxjs';

/**
 * Listens to a cell. An ordinary RxJS subscriber catches what its handler throws and reports it later, on a fresh
 * stack, while its source goes on: a node with a broken invariant would answer a few more messages first. This one
 * lets the error through to whoever caused it, so that nothing comes after.
 */
export function listen<T>(source: Observable<T>, handle: (value: T) => void): void {
  source.subscribe(new Direct(handle));
}

class Direct<T> extends Subscriber<T> {
  readonly #handle: (value: T) => void;

  constructor(handle: (value: T) => void) {
    super();
    this.#handle = handle;
  }

  protected override _next(value: T): void {
    this.#handle(value);
  }
}
