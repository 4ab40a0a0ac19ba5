import type { Json } from '../../machines/json.ts';
import type { Entry } from '../../machines/raft/events.ts';
import type { Checkpoint, StateItem } from '../../machines/raft/snapshot.ts';
import type { DiskWrite } from '../../src/actors/ports.ts';
import type { DurableDisk } from '../../src/storage/durable-disk.ts';
import type { Engine } from '../../src/storage/engine.ts';
import { type Opened, openDisk } from '../../src/storage/open.ts';
import { CheckedRecords } from '../../src/storage/records.ts';
import { recover } from '../../src/storage/recovery.ts';

/** What a disk should hold, the plain way: every write is carried out at once on values in memory. */
export type DiskModel = {
  term: number;
  votedFor: string | null;
  base: { index: number; term: number };
  entries: Entry[];
  checkpoint: { at: Checkpoint; items: Map<string, Json> } | null;
  incoming: { at: Checkpoint; after: string | null; items: Map<string, Json> } | null;
  items: Map<string, string>;
  counters: { [name: string]: Json };
};

export function emptyModel(): DiskModel {
  return {
    term: 0,
    votedFor: null,
    base: { index: 0, term: 0 },
    entries: [],
    checkpoint: null,
    incoming: null,
    items: new Map(),
    counters: {},
  };
}

export function lastOf({ base, entries }: DiskModel): number {
  return base.index + entries.length;
}

export function applyWrite(model: DiskModel, write: DiskWrite): void {
  switch (write.type) {
    case 'persist':
      if (write.hardState !== null) Object.assign(model, write.hardState);
      if (write.log !== null) {
        model.entries.splice(write.log.from - model.base.index - 1);
        model.entries.push(...write.log.entries);
      }
      return;
    case 'compact':
      model.entries.splice(0, write.through - model.base.index);
      model.base = { index: write.through, term: write.term };
      return;
    case 'snapshot.stage': {
      const before = write.after === null ? new Map<string, Json>() : (model.incoming?.items ?? new Map());
      const items = new Map([...before, ...write.items]);
      model.incoming = {
        at: write.checkpoint,
        after: write.next ?? write.items.at(-1)?.[0] ?? write.after,
        items,
      };
      return;
    }
    case 'snapshot.install':
      model.checkpoint = { at: write.checkpoint, items: model.incoming?.items ?? new Map() };
      model.incoming = null;
      model.base = { index: write.checkpoint.index, term: write.checkpoint.term };
      model.entries = [];
      return;
    case 'store':
      for (const [id, text] of write.changes) {
        if (text === null) model.items.delete(id);
        else model.items.set(id, text);
      }
      Object.assign(model.counters, write.counters);
  }
}

export function applyCheckpoint(model: DiskModel, at: Checkpoint, changes: readonly StateItem[]): void {
  model.checkpoint = { at, items: new Map([...(model.checkpoint?.items ?? []), ...changes]) };
}

/** The model as plain data, to be compared and kept. */
export function told(model: DiskModel): unknown {
  const { checkpoint, incoming } = model;
  return structuredClone({
    term: model.term,
    votedFor: model.votedFor,
    base: model.base,
    entries: model.entries,
    checkpoint: checkpoint === null ? null : { at: checkpoint.at, items: sorted(checkpoint.items) },
    incoming:
      incoming === null ? null : { index: incoming.at.index, term: incoming.at.term, after: incoming.after },
    items: sorted(model.items),
    counters: model.counters,
  });
}

const IDENTITY = { node: 'a', cluster: ['a', 'b', 'c'] };

/** Starts a disk on what an engine holds; commits have to be completed by the caller. */
export function start(engine: Engine<Uint8Array>, nowMs = 0): { opened: Opened<Uint8Array> | null } {
  const codec = new CheckedRecords();
  const result: { opened: Opened<Uint8Array> | null } = { opened: null };
  openDisk(engine, codec, recover(engine, codec), { identity: IDENTITY, nowMs }, (opened) => {
    if ('disk' in opened) result.opened = opened;
  });
  return result;
}

/** Everything that a node would find, as the model tells it. */
export function readAll({ disk, restored }: Opened<Uint8Array>): unknown {
  const { raft, store } = restored;
  return {
    term: raft?.term ?? 0,
    votedFor: raft?.votedFor ?? null,
    base: raft?.base ?? { index: 0, term: 0 },
    entries: raft?.entries ?? [],
    checkpoint: readCheckpoint(disk),
    incoming: raft?.incoming ?? null,
    items: sorted(new Map(store?.items ?? [])),
    counters: store?.counters ?? {},
  };
}

export function readCheckpoint(disk: DurableDisk<Uint8Array>): unknown {
  const reader = disk.openSnapshot();
  if (reader === null) return null;
  const items: StateItem[] = [];
  for (let after: string | null = null; ; ) {
    const chunk = reader.read(after, 40);
    items.push(...chunk.items);
    after = chunk.next;
    if (after === null) break;
  }
  reader.close();
  return { at: reader.checkpoint, items: sorted(new Map(items)) };
}

function sorted<T>(map: ReadonlyMap<string, T>): (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
