import type { Checkpoint, StateItem } from '../../machines/raft/snapshot.ts';
import type { Disk, DiskFailure, DiskWrite, SnapshotReader } from '../actors/ports.ts';
import { Callbacks, type Done } from './callbacks.ts';
import { Contents } from './contents.ts';
import { Draft } from './draft.ts';
import type { Engine, Key, Put } from './engine.ts';
import { type Garbage, GarbageQueue } from './garbage.ts';
import { STORE } from './keys.ts';
import type { Codec } from './records.ts';
import type { Found } from './recovery.ts';
import { StorageError } from './storage-error.ts';
import type { Superblock } from './superblock.ts';
import { Audit, latestVersions, readItemRecord, StateReader } from './versions.ts';

/** So many records of garbage go with one commit. */
const REMOVALS_MAX = 256;

/**
 * Durable state on any engine. Writes gather in a draft while the batch before is on its way to the disk; then the
 * draft is the next batch, and its last records are the superblock that makes it true. What no superblock speaks of
 * any more is removed with later batches.
 */
export class DurableDisk<V> implements Disk {
  readonly #engine: Engine<V>;
  readonly #codec: Codec<V>;
  readonly #contents: Contents<V>;
  readonly #garbage: GarbageQueue<V>;
  readonly #callbacks = new Callbacks();
  readonly #readers = new Set<StateReader<V>>();
  /** State that may go when nobody reads it any more who began before `batch`. */
  readonly #stillRead: { readonly batch: number; readonly garbage: readonly Garbage[] }[] = [];
  /** The superblock of the latest durable batch. */
  #durable: Superblock;
  /** What gathers, and whether somebody waits for it; what is on its way. */
  #draft: Draft<V> | null = null;
  #isWanted = false;
  #flying: Draft<V> | null = null;
  #failure: DiskFailure | null = null;
  #pumping = false;
  /** The next batch is the first of this life. */
  #isFirst = true;
  /** Commits end later than they are asked for: so there is time to remove garbage when nothing else is to do. */
  #isSlow = false;

  /** @param superblock the one that `recover` found, or an empty one; `begin` comes next */
  constructor(engine: Engine<V>, codec: Codec<V>, superblock: Superblock) {
    this.#engine = engine;
    this.#codec = codec;
    this.#contents = new Contents(engine, codec, superblock);
    this.#durable = superblock;
    this.#garbage = new GarbageQueue(engine);
  }

  /** Begins a life of the node: removes what a crash has left, and makes the incarnation durable. */
  begin(found: Found, incarnation: number, done: Done): void {
    const { torn, garbage } = found;
    this.#contents.beginLife(incarnation, found);
    const draft = this.#gather();
    for (const key of torn) draft.put([key, null]);
    draft.garbage.push(...garbage);
    this.sync(done);
  }

  write(write: DiskWrite): void {
    if (this.#failure !== null) return;
    this.#failing(() => this.#contents.take(this.#gather(), write));
    this.#callbacks.call();
  }

  sync(done: Done): void {
    if (this.#failure !== null) {
      this.#callbacks.add([done], this.#failure);
    } else if (this.#draft !== null) {
      this.#draft.callbacks.push(done);
      this.#isWanted = true;
    } else if (this.#flying !== null) {
      this.#flying.callbacks.push(done);
    } else {
      this.#callbacks.add([done], null);
    }
    this.#pump();
    this.#callbacks.call();
  }

  checkpoint(checkpoint: Checkpoint, changes: readonly StateItem[], done: Done): void {
    if (this.#failure === null) this.#contents.beginCheckpoint(checkpoint, changes, done);
    else this.#callbacks.add([done], this.#failure);
    this.#pump();
    this.#callbacks.call();
  }

  openSnapshot(): SnapshotReader | null {
    const { checkpoint, state } = this.#durable;
    if (checkpoint === null) return null;
    const reader = new StateReader(this.#engine, this.#codec, checkpoint, state, () => {
      this.#readers.delete(reader);
      this.#release();
    });
    this.#readers.add(reader);
    return reader;
  }

  /**
   * Goes through the items of the conflict store, and verifies them. Comes before anything is written.
   * @throws StorageError when one is damaged, or missing
   */
  *storeItems(): Iterable<readonly [id: string, text: string]> {
    const audit = new Audit();
    const gone: Key[] = [];
    const { batch, store } = this.#durable;
    for (const record of latestVersions(this.#engine, STORE, null, batch)) {
      const item = readItemRecord(this.#codec, record);
      if (item === null) {
        gone.push(record[0]);
        continue;
      }
      audit.see(this.#codec.fingerprint(record[1]));
      yield item as readonly [string, string];
    }
    audit.expect('the items of the conflict store', store);
    this.#garbage.add([{ keys: gone }]);
  }

  #gather(): Draft<V> {
    this.#draft ??= new Draft(this.#contents.head.batch + 1);
    return this.#draft;
  }

  /** Commits as long as there is something to commit, and nothing on its way. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#flying === null && this.#failure === null && this.#hasWork()) this.#commit();
    this.#pumping = false;
  }

  #hasWork(): boolean {
    // Writes that nobody has asked to sync wait for those that belong to them.
    if (this.#draft !== null) return this.#isWanted;
    return this.#contents.job !== null || (this.#isSlow && !this.#garbage.isEmpty);
  }

  #commit(): void {
    const draft = this.#gather();
    this.#draft = null;
    this.#isWanted = false;
    this.#flying = draft;
    this.#failing(() => this.#contents.slice(draft));
    if (this.#failure !== null) return;
    const removals = Array.from(this.#garbage.take(REMOVALS_MAX), (key): Put<V> => [key, null]);
    const { puts, head } = this.#contents.close(draft, removals, this.#isFirst);
    this.#isFirst = false;
    let isOver = false;
    this.#engine.commit(puts, (failure) => {
      isOver = true;
      this.#committed(draft, head, failure);
    });
    if (!isOver) this.#isSlow = true;
  }

  #committed(draft: Draft<V>, head: Superblock, failure: DiskFailure | null): void {
    // What was on its way when something else failed may be durable, but nobody will be told.
    if (this.#failure !== null) return;
    if (failure === null) this.#settle(draft, head);
    else this.#fail(failure);
    // Those who wait come first, then those who may want to go along with the next.
    if (this.#isWanted) this.#pump();
    this.#callbacks.call();
    this.#pump();
  }

  #settle(draft: Draft<V>, head: Superblock): void {
    this.#flying = null;
    this.#durable = head;
    this.#contents.settled(draft.batch);
    this.#garbage.add(draft.settledGarbage);
    if (draft.stateGarbage.length > 0) {
      this.#stillRead.push({ batch: draft.batch, garbage: draft.stateGarbage });
      this.#release();
    }
    this.#callbacks.add(draft.callbacks, null);
  }

  /** What is to be replaced may turn out to be damaged. */
  #failing(change: () => void): void {
    try {
      change();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#fail({ kind: 'damaged', text: error.message });
    }
  }

  /** Nothing is ever durable again. */
  #fail(failure: DiskFailure): void {
    this.#failure = failure;
    this.#callbacks.add(this.#flying?.callbacks ?? [], failure);
    this.#callbacks.add(this.#contents.fail(), failure);
    this.#callbacks.add(this.#draft?.callbacks ?? [], failure);
    this.#flying = null;
    this.#draft = null;
  }

  /** Lets go what no reader can ask for any more. */
  #release(): void {
    const oldest = Math.min(...[...this.#readers].map(({ batch }) => batch));
    for (
      let next = this.#stillRead[0];
      next !== undefined && next.batch <= oldest;
      next = this.#stillRead[0]
    ) {
      this.#garbage.add(next.garbage);
      this.#stillRead.shift();
    }
  }
}
