import type { RestoredState } from '../../machines/raft/context.ts';
import type { Entry } from '../../machines/raft/events.ts';
import type { Disk, DiskWrite } from '../actors/ports.ts';
import { MemoryDisk } from '../host/disk.ts';

/** A disk that takes its time to sync, and that loses in a crash what was not synced. */
export class SimulatedDisk implements Disk {
  readonly #durable = new MemoryDisk<Entry>();
  readonly #later: (run: () => void) => void;
  #written: DiskWrite[] = [];

  /** @param later runs something when a sync is through; never, if the node has crashed by then */
  constructor(later: (run: () => void) => void) {
    this.#later = later;
  }

  write(write: DiskWrite): void {
    this.#written.push(write);
  }

  sync(done: (failure: null) => void): void {
    const writes = this.#written;
    this.#written = [];
    this.#later(() => {
      for (const write of writes) this.#durable.write(write);
      done(null);
    });
  }

  checkpoint(_checkpoint: unknown, _changes: unknown, done: (failure: null) => void): void {
    done(null);
  }

  openSnapshot(): null {
    return null;
  }

  /** The power is gone, and with it all that was not synced. */
  crash(): void {
    this.#written = [];
  }

  get restored(): RestoredState {
    return this.#durable.restored;
  }
}
