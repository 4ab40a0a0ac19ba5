import type { Checkpoint, StateItem } from '../../machines/raft/snapshot.ts';
import type { Disk, DiskFailure, DiskWrite, SnapshotReader } from '../actors/ports.ts';

type Done = (failure: DiskFailure | null) => void;

/**
 * Makes a disk slow, for experiments: each sync takes so much longer, one after the other as on a drive, so that what
 * is written meanwhile is made durable together by the next.
 */
export class SlowDisk implements Disk {
  readonly #disk: Disk;
  readonly #delayMs: () => number;
  readonly #later: (delayMs: number, fire: () => void) => void;
  #waiting: Done[] = [];
  #busy = false;

  /**
   * @param delayMs asked at every sync; 0 leaves the disk as it is
   * @param later calls back after so many milliseconds; one call at a time is open
   */
  constructor(disk: Disk, delayMs: () => number, later: (delayMs: number, fire: () => void) => void) {
    this.#disk = disk;
    this.#delayMs = delayMs;
    this.#later = later;
  }

  write(write: DiskWrite): void {
    this.#disk.write(write);
  }

  sync(done: Done): void {
    if (!this.#busy && this.#delayMs() === 0) {
      this.#disk.sync(done);
      return;
    }
    this.#waiting.push(done);
    if (!this.#busy) this.#syncAll();
  }

  checkpoint(checkpoint: Checkpoint, changes: readonly StateItem[], done: Done): void {
    this.#disk.checkpoint(checkpoint, changes, done);
  }

  openSnapshot(): SnapshotReader | null {
    return this.#disk.openSnapshot();
  }

  #syncAll(): void {
    const covered = this.#waiting;
    this.#waiting = [];
    this.#busy = true;
    this.#disk.sync((failure) => {
      this.#later(this.#delayMs(), () => {
        this.#busy = false;
        for (const done of covered) done(failure);
        if (!this.#busy && this.#waiting.length > 0) this.#syncAll();
      });
    });
  }
}
