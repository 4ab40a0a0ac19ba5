import type { Json } from '../../machines/json.ts';
import type { Disk, DiskFailure, DiskWrite, Restored } from '../../src/actors/ports.ts';

type Store = { readonly items: Map<string, string>; counters: { [name: string]: Json } };

/** A disk of a node of the conflict store: what was not synced when the node crashed is gone; it can be made to fail. */
export class StoreDisk implements Disk {
  readonly #later: (run: () => void) => void;
  #durable: Store = { items: new Map(), counters: {} };
  #isUsed = false;
  #written: DiskWrite[] = [];
  #life = 0;
  /** Every sync from now on ends with this. */
  failure: DiskFailure | null = null;
  syncs = 0;

  /** @param later runs something when a sync is through */
  constructor(later: (run: () => void) => void) {
    this.#later = later;
  }

  write(write: DiskWrite): void {
    this.#written.push(write);
  }

  sync(done: (failure: DiskFailure | null) => void): void {
    const life = this.#life;
    const writes = this.#written;
    this.#written = [];
    this.syncs += 1;
    this.#later(() => {
      if (life !== this.#life) return;
      if (this.failure === null) for (const write of writes) this.#apply(write);
      done(this.failure);
    });
  }

  checkpoint(): void {
    throw new Error('the conflict store takes no checkpoints');
  }

  openSnapshot(): null {
    return null;
  }

  /** The node is gone, and what it had not synced. */
  crash(): void {
    this.#life += 1;
    this.#written = [];
  }

  /** A copy of what the disk holds. */
  get restored(): Restored['store'] {
    if (!this.#isUsed) return null;
    return { items: [...this.#durable.items], counters: { ...this.#durable.counters } };
  }

  #apply(write: DiskWrite): void {
    if (write.type !== 'store') throw new Error(`a replica wrote ${write.type}`);
    this.#isUsed = true;
    for (const [id, text] of write.changes) {
      if (text === null) this.#durable.items.delete(id);
      else this.#durable.items.set(id, text);
    }
    Object.assign(this.#durable.counters, write.counters);
  }
}
