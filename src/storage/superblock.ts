import type { Json } from '../../machines/json.ts';
import type { Checkpoint } from '../../machines/raft/snapshot.ts';
import type { Engine, Key, Put } from './engine.ts';
import { type Slot, superblockKey } from './keys.ts';
import type { Codec } from './records.ts';
import { damaged, StorageError } from './storage-error.ts';

/**
 * The version of all that is written. A directory of another version is not touched. Version 1 kept an entry's number in
 * its origin.
 */
export const FORMAT = 2;

/** Who a directory belongs to: a node, and the cluster that it was started in. */
export type Identity = { readonly node: string; readonly cluster: readonly string[] };

/** A table's items as of now: how many there are, and the sum of their fingerprints, so that none goes unmissed. */
export type Tally = { readonly count: number; readonly sum: number };

/**
 * What is true of everything else. It is the last record of every batch, so a batch of which it is missing never
 * happened; and it goes into two slots in turn, in two copies, so that a crash while it is written leaves the one
 * before, and damage to one copy leaves the other.
 */
export type Superblock = {
  readonly format: number;
  /** The batch that this is the end of. Records of later batches were never acknowledged. */
  readonly batch: number;
  readonly identity: Identity;
  /** Which life of the node wrote this. */
  readonly incarnation: number;
  readonly term: number;
  readonly votedFor: string | null;
  /** What the log begins after. */
  readonly base: { readonly index: number; readonly term: number };
  /** The log's last index; `base.index` when it is empty. */
  readonly last: number;
  readonly checkpoint: Checkpoint | null;
  /** Where the state as of the checkpoint is: versions of later batches do not belong to it. Generation 0: nowhere. */
  readonly state: Tally & { readonly generation: number; readonly batch: number };
  /** A snapshot that is being received, and where. Its next chunk follows the key `after`. */
  readonly incoming:
    | (Tally & {
        readonly checkpoint: Checkpoint;
        readonly after: string | null;
        readonly generation: number;
      })
    | null;
  /** No state was ever written under this generation or a later one. */
  readonly nextGeneration: number;
  readonly store: Tally;
  readonly counters: { readonly [name: string]: Json };
};

export const EMPTY: Tally = { count: 0, sum: 0 };

/** What a directory without anything in it says. */
export function emptySuperblock(identity: Identity): Superblock {
  return {
    format: FORMAT,
    batch: 0,
    identity,
    incarnation: 0,
    term: 0,
    votedFor: null,
    base: { index: 0, term: 0 },
    last: 0,
    checkpoint: null,
    state: { generation: 0, batch: 0, ...EMPTY },
    incoming: null,
    nextGeneration: 1,
    store: EMPTY,
    counters: {},
  };
}

/**
 * The puts that end a batch.
 *
 * @param both fills the other slot, too, after its own: so every life begins with four copies that are intact
 * @param damaged copies that a crash has left so. They are written before their twins: a crash may cut short what is
 *   written first, and that must never be the only copy of its slot that is intact
 */
export function superblockPuts<V>(
  codec: Codec<V>,
  superblock: Superblock,
  both: boolean,
  damaged: readonly Key[],
): Put<V>[] {
  const own: Slot = superblock.batch % 2 === 0 ? 0 : 1;
  const content = superblock as unknown as Json;
  if (!both && damaged.length === 0) {
    const [first, second] = KEYS[own];
    return [
      [first, codec.seal(first, content)],
      [second, codec.seal(second, content)],
    ];
  }
  const slots: readonly Slot[] = both ? [own, own === 0 ? 1 : 0] : [own];
  return slots.flatMap((slot) => {
    const isSecondFirst =
      damaged.includes(superblockKey(slot, 1)) && !damaged.includes(superblockKey(slot, 0));
    const keys = (isSecondFirst ? ([1, 0] as const) : COPIES).map((copy) => superblockKey(slot, copy));
    return keys.map((key): Put<V> => [key, codec.seal(key, content)]);
  });
}

const COPIES: readonly Slot[] = [0, 1];
/** The keys of both copies, for each slot. */
const KEYS = [
  [superblockKey(0, 0), superblockKey(0, 1)],
  [superblockKey(1, 0), superblockKey(1, 1)],
] as const;

/** What is under one of the four keys of superblocks. */
type Copy = { readonly slot: Slot; readonly copy: Slot } & (
  | { readonly is: 'absent' | 'damaged' }
  | { readonly is: 'intact'; readonly superblock: Superblock }
);

export type Superblocks = {
  /** The newest; null when there is none, because nothing was ever acknowledged. */
  readonly truth: Superblock | null;
  /** Copies that were damaged and whose twin is intact. */
  readonly repaired: readonly string[];
  /** All copies that are damaged, also those of which a crash is the reason. */
  readonly damaged: readonly Key[];
};

/**
 * Finds the newest superblock.
 *
 * A crash may leave the one that was being written in the first copy, or cut short there: then the second copy has the
 * superblock before the last in that slot, and the last one is in the other slot. Both copies of a slot are never
 * damaged by a crash.
 *
 * @throws StorageError when both copies of a slot are damaged, or the format is not known
 */
export function readSuperblocks<V>(
  engine: Engine<V>,
  codec: Codec<V>,
  isOtherwiseEmpty: () => boolean,
): Superblocks {
  const copies = ([0, 1] as const).flatMap((slot) =>
    COPIES.map((copy) => readCopy(engine, codec, slot, copy)),
  );
  const intact = copies.flatMap((copy) => (copy.is === 'intact' ? [copy.superblock] : []));
  const foreign = intact.find(({ format }) => format !== FORMAT);
  if (foreign !== undefined) throw unknownFormat(foreign.format);
  const truth = intact.reduce<Superblock | null>(
    (best, one) => (best === null || one.batch > best.batch ? one : best),
    null,
  );
  // The very first batch: whatever a crash has left of it, nothing was acknowledged.
  const isTornBirth = (truth?.batch ?? 1) === 1 && isOtherwiseEmpty();
  for (const slot of [0, 1] as const) {
    const own = copies.filter((copy) => copy.slot === slot);
    if (own.some(({ is }) => is === 'intact')) continue;
    if (isTornBirth && own.filter(({ is }) => is === 'damaged').length <= 1) continue;
    throw damaged(
      `superblock ${slot} (both copies) is ${own.every(({ is }) => is === 'absent') ? 'missing' : 'damaged'}`,
    );
  }
  const repaired = copies.flatMap(({ is, slot, copy }) => {
    // A crash while a slot was written is no damage: then the truth is in the other slot.
    const isTrue = copies.some(
      (other) => other.slot === slot && other.is === 'intact' && other.superblock.batch === truth?.batch,
    );
    return is === 'intact' || isTornBirth || !isTrue ? [] : [`superblock ${slot}, copy ${copy}`];
  });
  const spoiled = copies.filter(({ is }) => is === 'damaged');
  return { truth, repaired, damaged: spoiled.map(({ slot, copy }) => superblockKey(slot, copy)) };
}

function unknownFormat(format: number): StorageError {
  const which = format > FORMAT ? 'a newer version of actorum' : 'an earlier version of actorum';
  return new StorageError(
    'format',
    `the directory was written by ${which} (format ${format}; this version knows ${FORMAT})`,
    'start that version, or empty the directory and let the node catch up from its cluster',
  );
}

function readCopy<V>(engine: Engine<V>, codec: Codec<V>, slot: Slot, copy: Slot): Copy {
  const key = superblockKey(slot, copy);
  const value = engine.get(key);
  if (value === null) return { slot, copy, is: 'absent' };
  const content = codec.open(key, value);
  const isOne = typeof content === 'object' && content !== null && 'format' in content;
  if (!isOne) return { slot, copy, is: 'damaged' };
  return { slot, copy, is: 'intact', superblock: content as unknown as Superblock };
}
