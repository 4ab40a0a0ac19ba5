import { invariant } from '../../machines/assert.ts';
import type { Entry } from '../../machines/raft/events.ts';
import type { Checkpoint, StateItem } from '../../machines/raft/snapshot.ts';
import type { Result } from '../../machines/requests/events.ts';
import type { Disk, DiskFailure, SnapshotReader } from './ports.ts';
import type { Registers } from './registers.ts';
import { SnapshotReaders } from './snapshot-readers.ts';

/** How much of a checkpoint is read at a time, in bytes. */
const CHUNK_BYTES = 1024 * 1024;

/** What the applied state tells its node. */
export type AppliedStateHost = {
  /** The state as of this index would survive a crash. */
  checkpointed(index: number): void;
  /** That was told outside of any turn. */
  endTurn(): void;
  /** Nothing can be read or written any more. */
  failed(failure: DiskFailure): void;
};

type Chunk = ReturnType<SnapshotReader['read']>;

/** The registers, and their way to the disk and back: checkpoints out, snapshots in, and chunks for other nodes. */
export class AppliedState {
  readonly registers: Registers;
  readonly #disk: Disk;
  readonly #host: AppliedStateHost;
  readonly #readers: SnapshotReaders;
  /** The index of the checkpoint that the registers were last put back from; 0 for none. */
  #restoredIndex = 0;

  constructor(registers: Registers, disk: Disk, host: AppliedStateHost) {
    this.registers = registers;
    this.#disk = disk;
    this.#host = host;
    this.#readers = new SnapshotReaders(disk);
  }

  /** How many views of a checkpoint are open. */
  get openReaders(): number {
    return this.#readers.size;
  }

  /** Applies committed entries. @returns what became of those operations that were applied for the first time */
  apply(firstIndex: number, entries: readonly Entry[]): readonly Result[] {
    // What waited for the disk while a later checkpoint was installed is in that checkpoint.
    if (firstIndex + entries.length - 1 <= this.#restoredIndex) return [];
    return this.registers.apply(firstIndex, entries);
  }

  /** Makes what is applied durable, in the background: what has changed since the last time goes to the disk. */
  checkpoint(checkpoint: Checkpoint): void {
    const { appliedIndex } = this.registers;
    invariant(appliedIndex === checkpoint.index, 'a checkpoint is what is applied', () => ({
      appliedIndex,
      checkpoint,
    }));
    let isLate = false;
    this.#disk.checkpoint(checkpoint, this.registers.takeChanges(), (failure) => {
      if (failure !== null) return this.#host.failed(failure);
      this.#host.checkpointed(checkpoint.index);
      if (isLate) this.#host.endTurn();
    });
    isLate = true;
  }

  /** Puts what the disk holds as of the checkpoint in the place of what is applied. */
  restore(checkpoint: Checkpoint): void {
    // A later one may have been installed meanwhile; then it was read in the place of this one.
    if (checkpoint.index <= this.#restoredIndex) return;
    this.#reading(() => {
      const reader = this.#disk.openSnapshot();
      invariant(
        reader !== null && reader.checkpoint.index >= checkpoint.index,
        'the disk holds what was installed',
        () => ({ checkpoint, holds: reader?.checkpoint }),
      );
      this.registers.restore(reader.checkpoint, itemsOf(reader));
      this.#restoredIndex = reader.checkpoint.index;
      reader.close();
    });
  }

  /**
   * The chunk of the durable checkpoint that follows the key `after`, for one follower.
   * @returns null when this checkpoint cannot be had any more, and when the disk has failed (the host knows)
   */
  chunk(to: string, checkpoint: Checkpoint, after: string | null, maxBytes: number): Chunk | null {
    return this.#reading(() => this.#readers.read(to, checkpoint, after, maxBytes));
  }

  /** This follower is sent no more chunks. */
  endChunks(to: string): void {
    this.#readers.end(to);
  }

  /** Nobody is. */
  endAllChunks(): void {
    this.#readers.endAll();
  }

  /** What is damaged on the disk ends this node's part, as a failed write does. */
  #reading<R>(read: () => R): R | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Error && error.name === 'StorageError')) throw error;
      this.#host.failed({ kind: 'damaged', text: error.message });
      return null;
    }
  }
}

function* itemsOf(reader: SnapshotReader): Iterable<StateItem> {
  for (let after: string | null = null; ; ) {
    const { items, next } = reader.read(after, CHUNK_BYTES);
    yield* items;
    if (next === null) return;
    after = next;
  }
}
