/** What a disk is asked to write, as far as the disk cares: terms, votes and whatever log entries are made of. */
export type DurableWrite<TEntry> =
  | LogWrite<TEntry>
  | { readonly type: 'compact' | 'snapshot.stage' | 'snapshot.install' | 'store' };

type LogWrite<TEntry> = {
  readonly type: 'persist';
  readonly hardState: { readonly term: number; readonly votedFor: string | null } | null;
  readonly log: { readonly from: number; readonly entries: readonly TEntry[] } | null;
};

/**
 * A disk in memory: it forgets everything when the process ends, and until then keeps what a real one would. A
 * write is durable as soon as it is made, so a sync has nothing to wait for.
 */
export class MemoryDisk<TEntry> {
  #term = 0;
  #votedFor: string | null = null;
  readonly #entries: TEntry[] = [];

  write(write: DurableWrite<TEntry>): void {
    if (write.type !== 'persist') return;
    const { hardState, log } = write;
    if (hardState !== null) {
      this.#term = hardState.term;
      this.#votedFor = hardState.votedFor;
    }
    if (log !== null) {
      if (log.from > this.#entries.length + 1) {
        throw new Error(`a write at index ${log.from} would leave a gap after index ${this.#entries.length}`);
      }
      this.#entries.length = log.from - 1;
      for (const entry of log.entries) this.#entries.push(entry);
    }
  }

  sync(done: (failure: null) => void): void {
    done(null);
  }

  /** There is nothing here that a checkpoint could be read from. */
  checkpoint(_checkpoint: unknown, _changes: unknown, done: (failure: null) => void): void {
    done(null);
  }

  openSnapshot(): null {
    return null;
  }

  /** What a node that starts again would find. */
  get restored() {
    return {
      term: this.#term,
      votedFor: this.#votedFor,
      base: { index: 0, term: 0 },
      entries: this.#entries.slice() as readonly TEntry[],
      checkpoint: null,
      incoming: null,
    };
  }
}
