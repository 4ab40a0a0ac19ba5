import type { Entry } from '../../machines/raft/events.ts';
import { describeKey, OUTSIDE } from './describe.ts';
import type { Engine, Key } from './engine.ts';
import type { Garbage } from './garbage.ts';
import { allOf, batchOf, firstOf, generationOf, isKey, lastOf, placeOf, wholeGeneration } from './keys.ts';
import type { Codec } from './records.ts';
import { damaged } from './storage-error.ts';
import { readSuperblocks, type Superblock } from './superblock.ts';

/** What is found in an engine. */
export type Found = {
  /** Null when nothing was ever acknowledged. */
  readonly superblock: Superblock | null;
  /** The log after its base. */
  readonly entries: readonly Entry[];
  /** What a crash has left of batches that were never acknowledged, and of checkpoints that were never completed. */
  readonly torn: readonly Key[];
  /** What was to be removed when the node stopped. */
  readonly garbage: readonly Garbage[];
  /** No state was ever written under this generation or a later one; also none by a batch that a crash cut short. */
  readonly nextGeneration: number;
  /** Copies of superblocks that were damaged, and whose twin was not. */
  readonly repaired: readonly string[];
  /** Copies of superblocks that are damaged, whatever the reason. */
  readonly damagedCopies: readonly Key[];
};

/**
 * Finds what was acknowledged. The newest superblock says what that is; records of later batches are what a crash has
 * left of one that nobody was told of. Raft lets nothing else be cut: all that the superblock speaks of must be there,
 * and be intact. Of the items only the names are gone through here; they are read, and verified, by whoever loads them.
 *
 * @throws StorageError naming the record that is damaged or missing, or the format that is not known
 */
export function recover<V>(engine: Engine<V>, codec: Codec<V>): Found {
  for (const { from, to } of OUTSIDE) {
    for (const key of engine.keys(from, to)) throw damaged(`${describeKey(key)} belongs to nothing`);
  }
  const {
    truth,
    repaired,
    damaged: damagedCopies,
  } = readSuperblocks(engine, codec, () => isOtherwiseEmpty(engine));
  if (truth === null)
    return {
      superblock: null,
      entries: [],
      torn: [],
      garbage: [],
      nextGeneration: 1,
      repaired,
      damagedCopies,
    };
  const log = readLog(engine, codec, truth);
  const items = sortItems(engine, truth);
  return {
    superblock: truth,
    entries: log.entries,
    torn: [...log.torn, ...items.torn],
    garbage: [{ keys: [...log.garbage, ...items.garbage] }, ...items.generations],
    nextGeneration: items.nextGeneration,
    repaired,
    damagedCopies,
  };
}

/** There is nothing besides superblocks. */
export function isOtherwiseEmpty<V>(engine: Engine<V>): boolean {
  return (['L', 'S', 'I'] as const).every((kind) => engine.last(allOf(kind).from, allOf(kind).to) === null);
}

/**
 * Reads the log. A record ends where one of a later batch begins, for to write from an index on cuts what was there;
 * and a record is nothing any more when one of a later batch begins at its place or before.
 */
function readLog<V>(engine: Engine<V>, codec: Codec<V>, { batch, base, last }: Superblock) {
  const entries: Entry[] = [];
  const torn: Key[] = [];
  const garbage: Key[] = [];
  let latest: readonly [key: Key, value: V] | null = null;
  let latestBatch = 0;
  const take = (record: readonly [key: Key, value: V], through: number) => {
    const [key] = record;
    const due = base.index + 1 + entries.length;
    const end = Math.min(lastOf(key), through);
    if (end < due) return garbage.push(key);
    if (firstOf(key) > due) throw damaged(`log record ${due} is missing`);
    const content = codec.open(...record);
    if (!Array.isArray(content)) throw damaged(`${describeKey(key)} is damaged`);
    for (let index = due; index <= end; index += 1)
      entries.push(content[index - firstOf(key)] as unknown as Entry);
  };
  const { from, to } = allOf('L');
  for (const record of engine.range(from, to)) {
    const [key] = record;
    if (!isKey(key)) throw damaged(`${describeKey(key)} belongs to nothing`);
    if (batchOf(key) > batch) torn.push(key);
    else if (firstOf(key) > last || lastOf(key) <= base.index || batchOf(key) < latestBatch)
      garbage.push(key);
    else {
      if (latest !== null) take(latest, firstOf(key) - 1);
      latest = record;
      latestBatch = batchOf(key);
    }
  }
  if (latest !== null) take(latest, last);
  if (entries.length < last - base.index)
    throw damaged(`log record ${base.index + 1 + entries.length} is missing`);
  return { entries, torn, garbage };
}

/** Goes through the names of all items: which are torn, and which are replaced by a later version. */
function sortItems<V>(engine: Engine<V>, superblock: Superblock) {
  const { batch, state, incoming } = superblock;
  let { nextGeneration } = superblock;
  const torn: Key[] = [];
  const garbage: Key[] = [];
  const abandoned = new Map<number, Garbage>();
  let before: Key | null = null;
  for (const kind of ['S', 'I'] as const) {
    const { from, to } = allOf(kind);
    for (const key of engine.keys(from, to)) {
      if (!isKey(key)) throw damaged(`${describeKey(key)} belongs to nothing`);
      const generation = kind === 'S' ? generationOf(key) : null;
      const isState = generation === state.generation;
      if (generation !== null && !isState && generation !== incoming?.generation) {
        nextGeneration = Math.max(nextGeneration, generation + 1);
        abandoned.set(generation, wholeGeneration(generation));
        continue;
      }
      if (batchOf(key) > (isState ? state.batch : batch)) torn.push(key);
      else {
        if (before !== null && placeOf(before) === placeOf(key)) garbage.push(before);
        before = key;
      }
    }
  }
  return { torn, garbage, generations: [...abandoned.values()], nextGeneration };
}
