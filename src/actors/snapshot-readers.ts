import type { Checkpoint } from '../../machines/raft/snapshot.ts';
import type { Disk, SnapshotReader } from './ports.ts';

/**
 * What followers are being sent of a leader's checkpoint: for each an open view of it, from its first chunk to its
 * last, so that all its chunks are of one state while the node goes on. The disk keeps that state for as long, so a
 * view is closed as soon as nobody needs it.
 */
export class SnapshotReaders {
  readonly #disk: Pick<Disk, 'openSnapshot'>;
  readonly #open = new Map<string, SnapshotReader>();

  constructor(disk: Pick<Disk, 'openSnapshot'>) {
    this.#disk = disk;
  }

  /** How many views are open. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * The chunk of this checkpoint that follows the key `after`, of about `maxBytes`.
   * @returns null when the disk does not hold this checkpoint any more
   * @throws Error when the disk holds something else than what was written
   */
  read(
    to: string,
    checkpoint: Checkpoint,
    after: string | null,
    maxBytes: number,
  ): ReturnType<SnapshotReader['read']> | null {
    const reader = this.#readerOf(to, checkpoint);
    return reader === null ? null : reader.read(after, maxBytes);
  }

  /** This follower needs no more. */
  end(to: string): void {
    this.#open.get(to)?.close();
    this.#open.delete(to);
  }

  endAll(): void {
    for (const to of [...this.#open.keys()]) this.end(to);
  }

  #readerOf(to: string, checkpoint: Checkpoint): SnapshotReader | null {
    const open = this.#open.get(to);
    if (open !== undefined && isSame(open.checkpoint, checkpoint)) return open;
    this.end(to);
    const reader = this.#disk.openSnapshot();
    if (reader === null) return null;
    if (!isSame(reader.checkpoint, checkpoint)) {
      reader.close();
      return null;
    }
    this.#open.set(to, reader);
    return reader;
  }
}

/** Two checkpoints of one index and term are one: they follow from one log. */
function isSame(a: Checkpoint, b: Checkpoint): boolean {
  return a.index === b.index && a.term === b.term;
}
