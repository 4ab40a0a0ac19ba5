import { invariant } from '../../machines/assert.ts';
import { canonical, type Json, sameJson } from '../../machines/json.ts';
import type { RestoredState } from '../../machines/raft/context.ts';
import {
  append,
  compact,
  emptyLog,
  keepThrough,
  type Log,
  lastIndex,
  logOf,
} from '../../machines/raft/log.ts';
import type { Checkpoint, Incoming } from '../../machines/raft/snapshot.ts';
import type { Disk, DiskWrite, Restored, SnapshotReader } from '../actors/ports.ts';
import type { Body } from './network.ts';

/** What a disk holds of Raft, as far as it was told. Each value stays as it is when more is written. */
type Held = {
  readonly term: number;
  readonly votedFor: string | null;
  readonly log: Log;
  /** The checkpoint that was installed last. Those that a node takes itself go on beside the other writes. */
  readonly installed: Checkpoint | null;
  readonly incoming: Incoming | null;
};

const NOTHING: Held = { term: 0, votedFor: null, log: emptyLog(), installed: null, incoming: null };

type StoreWrite = Extract<DiskWrite, { type: 'store' }>;

/**
 * Stands before a node's disk, remembers in plain words what it is told to keep, and says two things:
 *
 * - What was acknowledged is there after a crash: the disk gives back exactly what had been written up to some moment,
 *   and that moment is not before the last acknowledged sync.
 * - A promise leaves only when it is durable: no vote, no acknowledgement of entries and of a snapshot says more than
 *   the disk has acknowledged (persist first).
 *
 * It outlives its node, as a disk does.
 */
export class DiskWitness {
  readonly #node: string;
  /** What is known to be durable. */
  #durable = NOTHING;
  /** What the disk held after each write since, oldest first; how many writes of the store came before each. */
  #written: Held[] = [];
  /** The latest checkpoint that is known to be durable, and those that were asked for since. */
  #checkpoint: Checkpoint | null = null;
  #asked: Checkpoint[] = [];
  readonly #items = new Map<string, string>();
  readonly #counters = new Map<string, Json>();
  #storeWrites: StoreWrite[] = [];
  #incarnation = 0;
  /** How many syncs were acknowledged, and how many restarts were compared: zero would mean that nothing was checked. */
  syncs = 0;
  restarts = 0;

  constructor(node: string) {
    this.#node = node;
  }

  /**
   * The same disk, with the witness before it.
   * @param on.checkpoint is told when a checkpoint is being taken of what is applied right then
   */
  before(disk: Disk, on: { readonly checkpoint: () => void }): Disk {
    return {
      write: (write) => {
        this.#write(write);
        disk.write(write);
      },
      sync: (done) => {
        const reached = { raft: this.#latest, store: this.#storeWrites.at(-1) };
        disk.sync((failure) => {
          if (failure === null) this.#acknowledge(reached.raft, reached.store);
          done(failure);
        });
      },
      checkpoint: (checkpoint, changes, done) => {
        on.checkpoint();
        this.#asked.push(checkpoint);
        disk.checkpoint(checkpoint, changes, (failure) => {
          if (failure === null) this.#reached(checkpoint);
          done(failure);
        });
      },
      openSnapshot: (): SnapshotReader | null => disk.openSnapshot(),
    };
  }

  /** What a node found when it started again. @throws InvariantViolation when something acknowledged is missing */
  restarted({ incarnation, raft, store }: Restored): void {
    this.restarts += 1;
    invariant(incarnation > this.#incarnation, 'every life of a node has a greater incarnation', () => ({
      node: this.#node,
      before: this.#incarnation,
      incarnation,
    }));
    this.#incarnation = incarnation;
    if (raft !== null || this.#durable !== NOTHING) this.#compareRaft(raft);
    this.#compareStore(store);
    this.#written = [];
  }

  /** A message leaves. @throws InvariantViolation when it promises what is not durable */
  sends(dest: string, body: Body): void {
    const { term, votedFor, log } = this.#durable;
    const promised = (holds: boolean) =>
      invariant(holds, 'a promise leaves only when it is durable', () => ({
        node: this.#node,
        dest,
        promise: body,
        durable: { term, votedFor, base: log.base, lastIndex: lastIndex(log) },
      }));
    switch (body.type) {
      case 'vote.response':
        if (body.granted === true)
          promised(term > (body.term as number) || (term === body.term && votedFor === dest));
        return;
      case 'append.response':
        promised(term >= (body.term as number));
        // Once a later term has cut the log, what was promised to an earlier one counts no more.
        if (body.success === true && term === body.term) promised(lastIndex(log) >= (body.index as number));
        return;
      case 'snapshot.response':
        if (body.done === true && term === body.term) promised(lastIndex(log) >= (body.index as number));
        return;
    }
  }

  get #latest(): Held {
    return this.#written.at(-1) ?? this.#durable;
  }

  #write(write: DiskWrite): void {
    if (write.type === 'store') this.#storeWrites.push(write);
    else this.#written.push(after(this.#latest, write));
  }

  #acknowledge(raft: Held, store: StoreWrite | undefined): void {
    this.syncs += 1;
    this.#durable = raft;
    this.#written = this.#written.slice(this.#written.lastIndexOf(raft) + 1);
    if (raft.installed !== null) this.#reached(raft.installed);
    if (store === undefined) return;
    const count = this.#storeWrites.indexOf(store) + 1;
    for (const write of this.#storeWrites.slice(0, count)) keep(write, this.#items, this.#counters);
    this.#storeWrites = this.#storeWrites.slice(count);
  }

  /** A checkpoint is durable, and takes the place of all before it. */
  #reached(checkpoint: Checkpoint): void {
    if (checkpoint.index <= (this.#checkpoint?.index ?? 0)) return;
    this.#checkpoint = checkpoint;
    this.#asked = this.#asked.filter(({ index }) => index > checkpoint.index);
  }

  #compareRaft(raft: RestoredState | null): void {
    const found = raft === null ? NOTHING : heldOf(raft);
    const state = plainOf(found);
    const candidates = [this.#durable, ...this.#written];
    const match = candidates.findLast((held) => sameJson(plainOf(held), state));
    invariant(match !== undefined, 'what a disk has acknowledged is there after a crash', () => ({
      node: this.#node,
      found: state,
      candidates: candidates.map(plainOf),
    }));
    this.#durable = match;
    const { installed } = match;
    const least = this.#checkpoint?.index ?? 0;
    const possible = [this.#checkpoint, installed, ...this.#asked]
      .filter((one) => (one?.index ?? 0) >= least)
      .map(spellCheckpoint);
    const checkpoint = raft?.checkpoint ?? null;
    invariant(possible.includes(spellCheckpoint(checkpoint)), 'a checkpoint is never taken back', () => ({
      node: this.#node,
      found: checkpoint,
      possible,
    }));
    this.#checkpoint = checkpoint;
    this.#asked = [];
  }

  #compareStore(store: Restored['store']): void {
    const found = spellStore(new Map(store?.items ?? []), new Map(Object.entries(store?.counters ?? {})));
    const writes = this.#storeWrites;
    this.#storeWrites = [];
    for (let next = 0; spellStore(this.#items, this.#counters) !== found; next += 1) {
      const write = writes[next];
      invariant(write !== undefined, 'what a disk has acknowledged is there after a crash', () => ({
        node: this.#node,
        found: JSON.parse(found),
      }));
      keep(write, this.#items, this.#counters);
    }
  }
}

/** What is held after one more write. */
function after(held: Held, write: Exclude<DiskWrite, StoreWrite>): Held {
  switch (write.type) {
    case 'persist': {
      const { installed, incoming } = held;
      const { term, votedFor } = write.hardState ?? held;
      const log =
        write.log === null ? held.log : append(keepThrough(held.log, write.log.from - 1), write.log.entries);
      return { term, votedFor, log, installed, incoming };
    }
    case 'compact':
      return { ...held, log: compact(held.log, write.through) };
    case 'snapshot.stage': {
      const { index, term } = write.checkpoint;
      return { ...held, incoming: { index, term, after: write.next } };
    }
    case 'snapshot.install': {
      const { checkpoint } = write;
      const { index, term } = checkpoint;
      return { ...held, log: emptyLog({ index, term }), installed: checkpoint, incoming: null };
    }
  }
}

function heldOf({ term, votedFor, base, entries, incoming }: RestoredState): Held {
  return { term, votedFor, log: logOf(entries, base), installed: null, incoming };
}

/** What is held, as a value that another can be compared with. */
function plainOf({ term, votedFor, log, incoming }: Held): Json {
  const entries = log.entries.slice(0, lastIndex(log) - log.base.index);
  return { term, votedFor, base: log.base, entries, incoming } as never;
}

function spellCheckpoint(checkpoint: Checkpoint | null): string {
  return canonical(checkpoint as never);
}

function keep(
  { changes, counters }: StoreWrite,
  items: Map<string, string>,
  counts: Map<string, Json>,
): void {
  for (const [id, text] of changes) {
    if (text === null) items.delete(id);
    else items.set(id, text);
  }
  for (const [name, value] of Object.entries(counters)) counts.set(name, value);
}

function spellStore(items: ReadonlyMap<string, string>, counters: ReadonlyMap<string, Json>): string {
  const sorted = <T>(map: ReadonlyMap<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return canonical([sorted(items), sorted(counters)] as never);
}
