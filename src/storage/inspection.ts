import type { Json } from '../../machines/json.ts';
import type { Entry } from '../../machines/raft/events.ts';
import type { Checkpoint } from '../../machines/raft/snapshot.ts';
import { describeKey } from './describe.ts';
import type { Engine } from './engine.ts';
import { batchOf, generationOf, isKey, STORE, stateTable, type TableName } from './keys.ts';
import type { Codec } from './records.ts';
import { isOtherwiseEmpty, recover } from './recovery.ts';
import { StorageError } from './storage-error.ts';
import { type Identity, readSuperblocks, type Superblock, type Tally } from './superblock.ts';
import { Audit, latestVersions, readItemRecord } from './versions.ts';

/** What a directory holds, and what of it is damaged. */
export type Inspection = {
  /** What is true of everything else; null when there is nothing, or it is damaged. */
  readonly superblock: {
    readonly format: number;
    readonly identity: Identity;
    readonly incarnation: number;
    readonly batch: number;
    readonly term: number;
    readonly votedFor: string | null;
    /** What the log begins after, and its last index. */
    readonly base: { readonly index: number; readonly term: number };
    readonly last: number;
    readonly checkpoint: Checkpoint | null;
    readonly counters: { readonly [name: string]: Json };
  } | null;
  /** Where each term of the log begins. */
  readonly terms: readonly { readonly term: number; readonly from: number }[];
  /** Of each, how many items there are, and how many bytes they take. */
  readonly state: Part | null;
  readonly incoming: (Part & { readonly checkpoint: Checkpoint; readonly after: string | null }) | null;
  readonly store: Part;
  /** All records; those of a batch that a crash cut short, which never happened; and those that will be removed. */
  readonly records: Part;
  readonly torn: number;
  readonly replaced: number;
  /** Whatever keeps a node from starting or from going on: each record that is damaged or missing. */
  readonly damage: readonly string[];
  /** Damage that is mended when the node starts. */
  readonly mended: readonly string[];
};

type Part = { readonly items: number; readonly bytes: number };

/** Reads and verifies every record; changes nothing. */
export function inspect<V>(engine: Engine<V>, codec: Codec<V>): Inspection {
  const damage = new Set<string>();
  /** What `look` finds; null when it comes upon damage, which is noted. */
  const noting = <T>(look: () => T): T | null => {
    try {
      return look();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      damage.add(error.fault);
      return null;
    }
  };
  const truth = noting(() => readSuperblocks(engine, codec, () => isOtherwiseEmpty(engine)).truth);
  const records = verify(engine, codec, truth, damage);
  const found = noting(() => recover(engine, codec));
  const part = (table: TableName, batch: number, what: string, tally: Tally): Part =>
    noting(() => audit(engine, codec, table, batch, what, tally)) ?? { items: tally.count, bytes: 0 };
  const { state, incoming, store } = truth ?? {};
  const batch = truth?.batch ?? 0;
  return {
    superblock: truth === null ? null : told(truth),
    terms: termsOf(found?.entries ?? [], truth?.base.index ?? 0),
    state:
      state === undefined || state.generation === 0
        ? null
        : part(stateTable(state.generation), state.batch, 'the items of the state', state),
    incoming:
      incoming === undefined || incoming === null
        ? null
        : {
            checkpoint: incoming.checkpoint,
            after: incoming.after,
            ...part(
              stateTable(incoming.generation),
              batch,
              'the items of the snapshot that is being received',
              incoming,
            ),
          },
    store:
      store === undefined
        ? { items: 0, bytes: 0 }
        : part(STORE, batch, 'the items of the conflict store', store),
    records,
    torn: found?.torn.length ?? 0,
    replaced: (found?.garbage ?? []).reduce((sum, one) => sum + ('keys' in one ? one.keys.length : 0), 0),
    damage: [...damage],
    mended: found?.repaired ?? [],
  };
}

function told(truth: Superblock): Inspection['superblock'] {
  const { format, identity, incarnation, batch, term, votedFor, base, last, checkpoint, counters } = truth;
  return { format, identity, incarnation, batch, term, votedFor, base, last, checkpoint, counters };
}

/** Opens every record there is. Torn ones are passed over: their batch never happened. */
function verify<V>(engine: Engine<V>, codec: Codec<V>, truth: Superblock | null, damage: Set<string>): Part {
  let items = 0;
  let bytes = 0;
  for (const [key, value] of engine.range('\x01', '\xff'.repeat(8))) {
    items += 1;
    bytes += codec.bytes(value);
    if (!isKey(key)) damage.add(`${describeKey(key)} belongs to nothing`);
    else if (key[0] !== 'B' && !isTorn(key, truth) && codec.open(key, value) === undefined) {
      damage.add(`${describeKey(key)} is damaged`);
    }
  }
  return { items, bytes };
}

function isTorn(key: string, truth: Superblock | null): boolean {
  if (truth === null) return false;
  const { state, batch } = truth;
  const isState = key[0] === 'S' && generationOf(key) === state.generation;
  return batchOf(key) > (isState ? state.batch : batch);
}

/** @throws StorageError when what a table holds is not what it should hold */
function audit<V>(
  engine: Engine<V>,
  codec: Codec<V>,
  table: TableName,
  batch: number,
  what: string,
  tally: Tally,
): Part {
  const seen = new Audit();
  let items = 0;
  let bytes = 0;
  for (const record of latestVersions(engine, table, null, batch)) {
    if (readItemRecord(codec, record) === null) continue;
    items += 1;
    bytes += codec.bytes(record[1]);
    seen.see(codec.fingerprint(record[1]));
  }
  seen.expect(what, tally);
  return { items, bytes };
}

function termsOf(entries: readonly Entry[], base: number): Inspection['terms'] {
  const terms: { term: number; from: number }[] = [];
  for (const [i, { term }] of entries.entries()) {
    if (terms.at(-1)?.term !== term) terms.push({ term, from: base + 1 + i });
  }
  return terms;
}
