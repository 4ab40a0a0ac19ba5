import { type Observable, Subject, Subscriber } from 'rxjs';

/** A subject that has one listener as a rule, and then passes on what comes without the detour that many would need. */
export class Line<T> extends Subject<T> {
  override next(value: T): void {
    const { observers } = this;
    const first = observers[0];
    if (first !== undefined && observers.length === 1 && !this.closed) first.next(value);
    else super.next(value);
  }
}

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
