import type { Checkpoint, StateItem } from '../../machines/raft/snapshot.ts';
import type { Disk, DiskFailure, DiskWrite, SnapshotReader } from '../actors/ports.ts';

type Done = (failure: DiskFailure | null) => void;

/**
 * The disk of a node whose memory ends with its process: nobody will ever ask for the log, the vote or the items of
 * the store, so they are not kept, and nothing waits. Checkpoints and snapshots are kept, because other nodes are sent
 * them and they are what takes the place of the log.
 */
export class PassingDisk implements Disk {
  readonly #kept: Disk;
  #isSynced = true;

  /** @param kept a disk in memory */
  constructor(kept: Disk) {
    this.#kept = kept;
  }

  write(write: DiskWrite): void {
    if (write.type !== 'snapshot.stage' && write.type !== 'snapshot.install') return;
    this.#kept.write(write);
    this.#isSynced = false;
  }

  sync(done: Done): void {
    if (this.#isSynced) return done(null);
    this.#isSynced = true;
    this.#kept.sync(done);
  }

  checkpoint(checkpoint: Checkpoint, changes: readonly StateItem[], done: Done): void {
    this.#kept.checkpoint(checkpoint, changes, done);
  }

  openSnapshot(): SnapshotReader | null {
    return this.#kept.openSnapshot();
  }
}
