import { invariant } from '../../machines/assert.ts';
import type { Checkpoint, StateItem } from '../../machines/raft/snapshot.ts';
import type { Disk, DiskWrite, SnapshotReader } from '../actors/ports.ts';
import { MemoryEngine } from './memory-engine.ts';

type Done = (failure: null) => void;
/** Greater than every key. */
const END = '\uffff\uffff';

/**
 * The disk of a node whose memory ends with its process: nobody will ever ask for its log, its vote or its store, so
 * they are not kept, and nothing waits. State at a checkpoint is kept, because other nodes are sent it: here it takes
 * the place of the log that the node has dropped.
 */
export class PassingDisk implements Disk {
  #checkpoint: Checkpoint | null = null;
  #state = new MemoryEngine<StateItem>();
  /** The snapshot that is being received. */
  #incoming = new MemoryEngine<StateItem>();
  readonly #readers = new Set<View>();

  write(write: DiskWrite): void {
    if (write.type === 'snapshot.stage') {
      if (write.after === null) this.#incoming = new MemoryEngine();
      for (const item of write.items) this.#incoming.set(item[0], item);
    } else if (write.type === 'snapshot.install') {
      this.#checkpoint = write.checkpoint;
      this.#state = this.#incoming;
      this.#incoming = new MemoryEngine();
    }
  }

  sync(done: Done): void {
    done(null);
  }

  checkpoint(checkpoint: Checkpoint, changes: readonly StateItem[], done: Done): void {
    invariant(checkpoint.index > (this.#checkpoint?.index ?? 0), 'checkpoints follow each other', () => ({
      checkpoint,
      before: this.#checkpoint,
    }));
    for (const item of changes) {
      for (const reader of this.#readers) reader.changes(this.#state, item[0]);
      this.#state.set(item[0], item);
    }
    this.#checkpoint = checkpoint;
    done(null);
  }

  openSnapshot(): SnapshotReader | null {
    if (this.#checkpoint === null) return null;
    const view: View = new View(this.#checkpoint, this.#state, () => this.#readers.delete(view));
    this.#readers.add(view);
    return view;
  }
}

/** The state as it was when the view was opened: what has changed since is remembered as it was. Keys never go. */
class View implements SnapshotReader {
  readonly checkpoint: Checkpoint;
  readonly close: () => void;
  readonly #state: MemoryEngine<StateItem>;
  /** Null where there was nothing. */
  readonly #before = new Map<string, StateItem | null>();

  constructor(checkpoint: Checkpoint, state: MemoryEngine<StateItem>, close: () => void) {
    this.checkpoint = checkpoint;
    this.close = close;
    this.#state = state;
  }

  /** What is under this key is about to change. */
  changes(state: MemoryEngine<StateItem>, key: string): void {
    if (state === this.#state && !this.#before.has(key)) this.#before.set(key, state.get(key));
  }

  read(
    after: string | null,
    maxBytes: number,
  ): { readonly items: readonly StateItem[]; readonly next: string | null } {
    const items: StateItem[] = [];
    let bytes = 0;
    for (const [key, now] of this.#state.range(after ?? '', END)) {
      if (key === after) continue;
      const before = this.#before.get(key);
      const item = before === undefined ? now : before;
      if (item === null) continue;
      const size = key.length + JSON.stringify(item[1]).length;
      if (items.length > 0 && bytes + size > maxBytes) return { items, next: items.at(-1)?.[0] ?? null };
      bytes += size;
      items.push(item);
    }
    return { items, next: null };
  }
}
