import { invariant } from '../../machines/assert.ts';
import type { Json } from '../../machines/json.ts';
import type { Checkpoint, StateItem } from '../../machines/raft/snapshot.ts';
import type { DiskWrite } from '../actors/ports.ts';
import type { Done } from './callbacks.ts';
import { CheckpointJob } from './checkpoint-job.ts';
import type { Draft } from './draft.ts';
import type { Engine, Key, Put } from './engine.ts';
import { allOf, logKey, logRange, STORE, stateTable, wholeGeneration } from './keys.ts';
import type { Codec } from './records.ts';
import type { Found } from './recovery.ts';
import { EMPTY, type Superblock, superblockPuts } from './superblock.ts';
import { Table } from './table.ts';

type Write<T extends DiskWrite['type']> = Extract<DiskWrite, { type: T }>;

/** What the next superblock will say, and what each write puts into the batch that it ends. */
export class Contents<V> {
  readonly #engine: Engine<V>;
  readonly #codec: Codec<V>;
  #head: Superblock;
  readonly #store: Table<V>;
  /** The snapshot that is being received. */
  #incoming: Table<V> | null = null;
  /** The copies of superblocks that were damaged when this life began. */
  #damagedCopies: readonly Key[] = [];
  /** The checkpoint that is being taken. */
  #job: CheckpointJob<V> | null = null;

  constructor(engine: Engine<V>, codec: Codec<V>, superblock: Superblock) {
    this.#engine = engine;
    this.#codec = codec;
    this.#head = superblock;
    this.#store = new Table(engine, codec, STORE, superblock.store);
    const { incoming } = superblock;
    if (incoming !== null)
      this.#incoming = new Table(engine, codec, stateTable(incoming.generation), incoming);
  }

  get head(): Superblock {
    return this.#head;
  }

  get job(): CheckpointJob<V> | null {
    return this.#job;
  }

  beginLife(incarnation: number, { nextGeneration, damagedCopies }: Found): void {
    this.#damagedCopies = damagedCopies;
    this.#head = { ...this.#head, incarnation, nextGeneration };
  }

  /** @throws StorageError when what is to be replaced turns out to be damaged */
  take(draft: Draft<V>, write: DiskWrite): void {
    switch (write.type) {
      case 'persist':
        return this.#persist(draft, write);
      case 'compact':
        return this.#compact(draft, write);
      case 'snapshot.stage':
        return this.#stage(draft, write);
      case 'snapshot.install':
        return this.#install(draft, write);
      case 'store':
        return this.#keep(draft, write);
    }
  }

  #persist(draft: Draft<V>, { hardState, log }: Write<'persist'>): void {
    if (hardState !== null) {
      this.#head = { ...this.#head, term: hardState.term, votedFor: hardState.votedFor };
    }
    if (log === null) return;
    const { from, entries } = log;
    const { base, last } = this.#head;
    invariant(from > base.index && from <= last + 1, 'a write of the log leaves no gap', () => ({
      from,
      base,
      last,
    }));
    if (from <= last) draft.garbage.push({ range: logRange(from, last), below: draft.batch });
    const end = from + entries.length - 1;
    const key = logKey(from, end, draft.batch);
    const put: Put<V> = [key, this.#codec.seal(key, entries as unknown as Json)];
    draft.append(entries.length === 0 ? null : { first: from, last: end, put }, from);
    this.#head = { ...this.#head, last: end };
  }

  #compact(draft: Draft<V>, { through, term }: Write<'compact'>): void {
    const { base, checkpoint } = this.#head;
    invariant(
      through > base.index && through <= (checkpoint?.index ?? 0),
      'the log goes as far as a durable checkpoint stands for it',
      () => ({ through, base, checkpoint: checkpoint?.index }),
    );
    draft.garbage.push({ range: logRange(0, through), below: Number.POSITIVE_INFINITY, through });
    this.#head = { ...this.#head, base: { index: through, term } };
  }

  #stage(draft: Draft<V>, { checkpoint, after, items, next }: Write<'snapshot.stage'>): void {
    let { incoming, nextGeneration } = this.#head;
    if (after === null) {
      if (incoming !== null) draft.garbage.push(wholeGeneration(incoming.generation));
      incoming = { checkpoint, after: null, generation: nextGeneration, ...EMPTY };
      nextGeneration += 1;
      this.#incoming = new Table(this.#engine, this.#codec, stateTable(incoming.generation), EMPTY);
    }
    const table = this.#incoming;
    invariant(
      incoming !== null &&
        table !== null &&
        incoming.after === after &&
        isSame(incoming.checkpoint, checkpoint),
      'a chunk of a snapshot follows the one before',
      () => ({ checkpoint, after, incoming }),
    );
    for (const [name, value] of items) draft.put(table.add(name, value, draft.batch));
    incoming = { ...incoming, after: next ?? items.at(-1)?.[0] ?? after, ...table.tally };
    this.#head = { ...this.#head, incoming, nextGeneration };
  }

  #install(draft: Draft<V>, { checkpoint }: Write<'snapshot.install'>): void {
    const { incoming, state } = this.#head;
    invariant(
      incoming !== null && isSame(incoming.checkpoint, checkpoint),
      'a snapshot that is installed was received',
      () => ({ checkpoint, incoming }),
    );
    draft.dropLog();
    draft.garbage.push({ range: allOf('L'), below: draft.batch });
    if (state.generation !== 0) draft.stateGarbage.push(wholeGeneration(state.generation));
    if (this.#job !== null) {
      // A later checkpoint is durable with this batch.
      draft.callbacks.push(this.#job.done);
      if (this.#job.generation !== state.generation)
        draft.garbage.push(wholeGeneration(this.#job.generation));
      this.#job = null;
    }
    const { generation, count, sum } = incoming;
    this.#incoming = null;
    this.#head = {
      ...this.#head,
      checkpoint,
      state: { generation, batch: draft.batch, count, sum },
      incoming: null,
      base: { index: checkpoint.index, term: checkpoint.term },
      last: checkpoint.index,
    };
  }

  #keep(draft: Draft<V>, { changes, counters }: Write<'store'>): void {
    for (const [id, text] of changes) {
      draft.change(this.#store.change(id, text ?? undefined, draft.batch), text === null);
    }
    this.#head = {
      ...this.#head,
      store: this.#store.tally,
      counters: { ...this.#head.counters, ...counters },
    };
  }

  /** A checkpoint is to be taken, a slice with every batch from now on. */
  beginCheckpoint(checkpoint: Checkpoint, changes: readonly StateItem[], done: Done): void {
    const { state, nextGeneration, last, checkpoint: before } = this.#head;
    invariant(this.#job === null, 'one checkpoint is taken at a time', () => checkpoint.index);
    invariant(
      checkpoint.index > (before?.index ?? 0) && checkpoint.index <= last,
      'a checkpoint lies within the log, after the one before',
      () => ({ index: checkpoint.index, before: before?.index, last }),
    );
    const isFirst = state.generation === 0;
    const generation = isFirst ? nextGeneration : state.generation;
    if (isFirst) this.#head = { ...this.#head, nextGeneration: nextGeneration + 1 };
    const table = new Table(this.#engine, this.#codec, stateTable(generation), state);
    this.#job = new CheckpointJob({ checkpoint, changes, done }, generation, table, (value) =>
      this.#codec.bytes(value),
    );
  }

  /** Puts the next slice of the checkpoint that is being taken into a batch. @throws StorageError as `take` does */
  slice(draft: Draft<V>): void {
    const job = this.#job;
    if (job === null || !job.slice(draft)) return;
    // With this batch all of it is there.
    const { checkpoint, generation, table, replaced, done } = job;
    this.#job = null;
    draft.stateGarbage.push({ keys: replaced });
    draft.callbacks.push(done);
    this.#head = { ...this.#head, checkpoint, state: { generation, batch: draft.batch, ...table.tally } };
  }

  /** All that a batch is made of, the superblock last; and what is true when it is durable. */
  close(
    draft: Draft<V>,
    removals: readonly Put<V>[],
    isFirst: boolean,
  ): { puts: Put<V>[]; head: Superblock } {
    const head = { ...this.#head, batch: draft.batch };
    this.#head = head;
    const superblock = superblockPuts(this.#codec, head, isFirst, this.#damagedCopies);
    return {
      puts: [...draft.puts(head.base.index), ...removals, ...superblock],
      head,
    };
  }

  /** A batch can be read from the engine now. */
  settled(batch: number): void {
    this.#store.settled(batch);
  }

  /** Nothing is ever durable again. @returns who waited for a checkpoint */
  fail(): readonly Done[] {
    const waiting = this.#job === null ? [] : [this.#job.done];
    this.#job = null;
    return waiting;
  }
}

function isSame(a: Checkpoint, b: Checkpoint): boolean {
  return a.index === b.index && a.term === b.term;
}
