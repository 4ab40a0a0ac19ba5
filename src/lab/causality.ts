import { invariant } from '../../machines/assert.ts';

/**
 * What really happened: every write with the writes that its client had seen. Strategies know their own clocks
 * and vectors; this knows the truth, by the definition of happens-before and nothing cleverer (Lamport 1978,
 * section 1; as sets of events, Schwarz & Mattern 1994). It judges what is left at the end.
 */

export type TrueWrite = {
  readonly id: string;
  readonly client: string;
  readonly deletes: boolean;
  /** When it began and when its client was told that it succeeded, in milliseconds of true time. */
  readonly beganMs: number;
  readonly ackedMs: number;
  /** Every write that happened before it, its own not among them. */
  readonly past: ReadonlySet<string>;
};

/** An acknowledged write that is gone though nobody who knew of it overwrote it. */
export type Loss = {
  readonly id: string;
  /** What is there instead; where nothing is shown, the deletes. */
  readonly survivors: readonly string[];
  /** Something older is there instead: a write that was acknowledged before this one began. */
  readonly toOlder: boolean;
  /** Something is there instead that this write's client had seen and meant to replace. */
  readonly toItsPast: boolean;
};

export type Judgement = {
  readonly lost: readonly Loss[];
  /** Versions that are shown although one that is shown with them, or a later write, overwrote them knowingly. */
  readonly falseSiblings: readonly string[];
};

export class Causality {
  readonly #writes = new Map<string, TrueWrite>();

  /**
   * Notes an acknowledged write.
   * @param seen the writes that its client had seen when it began
   */
  note(write: Omit<TrueWrite, 'past'>, seen: Iterable<string>): void {
    const past = new Set<string>();
    // What was seen last has most of the others in its past, and what is in already has brought its own past along.
    for (const id of [...seen].reverse()) {
      if (past.has(id)) continue;
      past.add(id);
      for (const earlier of this.#find(id).past) past.add(earlier);
    }
    this.#writes.set(write.id, { ...write, past });
  }

  get writes(): readonly TrueWrite[] {
    return [...this.#writes.values()];
  }

  happenedBefore(a: string, b: string): boolean {
    return this.#find(b).past.has(a);
  }

  areConcurrent(a: string, b: string): boolean {
    return a !== b && !this.happenedBefore(a, b) && !this.happenedBefore(b, a);
  }

  /** @param shown the writes whose versions the replicas show when everything has arrived everywhere */
  judge(shown: readonly string[]): Judgement {
    const overwritten = this.#overwritten();
    const there = new Set(shown);
    const lost = this.writes
      .filter(({ id, deletes }) => !deletes && !there.has(id) && !overwritten.has(id))
      .map((write) => this.#loss(write, shown));
    return { lost, falseSiblings: shown.filter((id) => overwritten.has(id)) };
  }

  #loss({ id, beganMs, past }: TrueWrite, shown: readonly string[]): Loss {
    // When nothing is shown, a delete stands where the write should: one of these.
    const survivors = shown.length > 0 ? shown : this.writes.filter((w) => w.deletes).map((w) => w.id);
    return {
      id,
      survivors,
      toOlder: survivors.some((other) => this.#find(other).ackedMs < beganMs),
      toItsPast: survivors.some((other) => past.has(other)),
    };
  }

  /** All that somebody has overwritten knowingly. The past of what is in it is in it, too, and need not be walked. */
  #overwritten(): ReadonlySet<string> {
    const overwritten = new Set<string>();
    for (const { id, past } of [...this.#writes.values()].reverse()) {
      if (overwritten.has(id)) continue;
      for (const earlier of past) overwritten.add(earlier);
    }
    return overwritten;
  }

  #find(id: string): TrueWrite {
    const write = this.#writes.get(id);
    invariant(write !== undefined, 'what a client has seen was written by somebody', () => id);
    return write;
  }
}
