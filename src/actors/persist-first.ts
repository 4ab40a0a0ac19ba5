import type { Disk, DiskFailure, DiskWrite } from './ports.ts';

/** Stands in the queue where a write was made. */
class Barrier {
  durable = false;
}

/** What whoever makes promises does with what the disk has made safe. */
export type PersistFirstHost<T> = {
  /** Lets this out: every write that came before it is durable. */
  release(item: T): void;
  /** Something that had to wait was let out, and may have opened a turn. */
  released(): void;
  /** The disk has failed, for good: nothing is let out any more. Comes once, with what was held back. */
  failed(failure: DiskFailure, heldBack: readonly T[]): void;
};

/**
 * Persist first: what is put in after a write is let out only when that write is durable, and in order. All writes of
 * a turn share one sync. A disk that has failed once is not believed again: a failed fsync may have dropped what it
 * was to write, and a second one that succeeds says nothing of it (Rebello et al., "Can Applications Recover from
 * fsync Failures?", USENIX ATC 2020). From then on nothing is written, and nothing is let out.
 */
export class PersistFirst<T> {
  readonly #disk: Disk;
  readonly #host: PersistFirstHost<T>;
  #queue: (T | Barrier)[] = [];
  /** What is put in now waits for this one; null when this turn has written nothing yet that is waited for. */
  #barrier: Barrier | null = null;
  /** This turn has written something. */
  #unsynced = false;
  #releasing = false;
  #failed = false;

  constructor(disk: Disk, host: PersistFirstHost<T>) {
    this.#disk = disk;
    this.#host = host;
  }

  /** Nothing is being held back: every write that something rests on is durable. */
  get isClear(): boolean {
    return this.#queue.length === 0;
  }

  /** The disk has failed. */
  get hasFailed(): boolean {
    return this.#failed;
  }

  /** Writes something that everything after it rests on. */
  write(write: DiskWrite): void {
    this.hold();
    this.writeAside(write);
  }

  /** Everything that is put in from here on rests on a write that is made before the turn ends. */
  hold(): void {
    if (this.#failed) return;
    this.#barrier ??= new Barrier();
    // Writes that follow each other with nothing between them share a barrier.
    if (this.#queue.at(-1) !== this.#barrier) this.#queue.push(this.#barrier);
  }

  /** Writes something that nothing waits for. */
  writeAside(write: DiskWrite): void {
    if (this.#failed) return;
    this.#disk.write(write);
    this.#unsynced = true;
  }

  /** Lets this out as soon as every write before it is durable. */
  put(item: T): void {
    if (this.#failed) return;
    if (this.#queue.length === 0) this.#host.release(item);
    else this.#queue.push(item);
  }

  /** Makes what this turn wrote durable, and then lets out what waited for it. */
  endTurn(): void {
    if (!this.#unsynced) return;
    const barrier = this.#barrier;
    this.#unsynced = false;
    this.#barrier = null;
    this.#disk.sync((failure) => {
      if (failure !== null) return this.fail(failure);
      if (barrier === null || this.#failed) return;
      barrier.durable = true;
      this.#drain();
    });
  }

  /** The disk has failed, here or elsewhere. */
  fail(failure: DiskFailure): void {
    if (this.#failed) return;
    this.#failed = true;
    const heldBack = this.#queue.filter((item): item is T => !(item instanceof Barrier));
    this.#queue = [];
    this.#host.failed(failure, heldBack);
  }

  #drain(): void {
    if (this.#releasing) return;
    this.#releasing = true;
    let released = 0;
    for (const item of this.#queue) {
      if (!(item instanceof Barrier)) this.#host.release(item);
      else if (!item.durable) break;
      // What was let out may have led to a write over which the disk has failed.
      if (this.#failed) return;
      released += 1;
    }
    this.#queue = released === this.#queue.length ? [] : this.#queue.slice(released);
    this.#releasing = false;
    this.#host.released();
  }
}
