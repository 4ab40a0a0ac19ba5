import type { RestoredState } from '../../machines/raft/context.ts';
import type { DiskFailure, Restored } from '../actors/ports.ts';
import { DurableDisk } from './durable-disk.ts';
import type { Engine } from './engine.ts';
import type { Codec } from './records.ts';
import type { Found } from './recovery.ts';
import { StorageError } from './storage-error.ts';
import { emptySuperblock, type Identity, type Superblock } from './superblock.ts';

export type Opened<V> = { readonly disk: DurableDisk<V>; readonly restored: Restored };

/**
 * Begins a life of a node on what `recover` has found: checks whose it is, and makes the incarnation durable.
 *
 * @param nowMs what the wall clock says: an incarnation is at least that, and always above the one before
 * @param opened is told what was there once that is durable; possibly before this returns
 * @throws StorageError when the directory belongs to another node or cluster
 */
export function openDisk<V>(
  engine: Engine<V>,
  codec: Codec<V>,
  found: Found,
  { identity, nowMs }: { readonly identity: Identity; readonly nowMs: number },
  opened: (result: Opened<V> | DiskFailure) => void,
): void {
  const superblock = found.superblock ?? emptySuperblock(identity);
  checkIdentity(superblock.identity, identity);
  const incarnation = Math.max(superblock.incarnation + 1, Math.floor(nowMs));
  const disk = new DurableDisk(engine, codec, superblock);
  disk.begin(found, incarnation, (failure) => {
    opened(failure ?? openedOf(disk, superblock, found, incarnation));
  });
}

function checkIdentity(stored: Identity, asked: Identity): void {
  const wrong = (what: string, is: string, wants: string) =>
    new StorageError(
      'identity',
      `the directory belongs to ${what} ${is}, and this is ${what} ${wants}`,
      'give each node a directory of its own, or empty this one if the old cluster is gone',
    );
  if (stored.node !== asked.node) throw wrong('node', stored.node, asked.node);
  const names = ({ cluster }: Identity) => cluster.toSorted().join(', ') || 'that it joined (--join)';
  const [is, wants] = [names(stored), names(asked)];
  if (is !== wants) throw wrong('a node of the cluster', is, wants);
}

function openedOf<V>(
  disk: DurableDisk<V>,
  superblock: Superblock,
  found: Found,
  incarnation: number,
): Opened<V> | DiskFailure {
  try {
    return { disk, restored: restoredOf(disk, superblock, found, incarnation) };
  } catch (error) {
    if (error instanceof StorageError) return { kind: 'damaged', text: error.message };
    throw error;
  }
}

/** @throws StorageError when what says that an item is gone is damaged */
function restoredOf<V>(
  disk: DurableDisk<V>,
  superblock: Superblock,
  { entries }: Found,
  incarnation: number,
): Restored {
  const { term, votedFor, base, last, checkpoint, incoming, store, counters } = superblock;
  const isFresh = term === 0 && last === 0 && checkpoint === null && incoming === null;
  const raft: RestoredState = {
    term,
    votedFor,
    base,
    entries,
    checkpoint,
    incoming:
      incoming === null
        ? null
        : {
            index: incoming.checkpoint.index,
            term: incoming.checkpoint.term,
            after: incoming.after,
          },
  };
  const hasStore = store.count > 0 || Object.keys(counters).length > 0;
  // Nobody will go through items where there are none; but what says that some are gone is to go, too.
  if (!hasStore) Array.from(disk.storeItems());
  return {
    incarnation,
    raft: isFresh ? null : raft,
    store: hasStore ? { items: disk.storeItems(), counters } : null,
  };
}
