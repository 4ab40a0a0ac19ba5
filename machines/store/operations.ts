import type { Json } from '../json.ts';

/** What clients ask of the conflict store, and what they are told. Lists of pairs stand for maps, so all of it is JSON. */

/** What plain requests mean: last writer wins, or versions that know what they replace. */
export const MODES = ['lww', 'vv'] as const;
export type Mode = (typeof MODES)[number];

/** A version vector as it travels: each actor once. An actor that is not named stands for 0. */
export type VectorPairs = readonly (readonly [actor: string, count: number])[];

/** An entry that a client brings from elsewhere; a deleted one has no value of its own. */
export type MergedEntry = { readonly ts: number; readonly deleted: boolean; readonly value: Json };

/** What a client asks of one node's conflict store. `context` is what the client has seen of the key. */
export type StoreOperation =
  /** A plain write, read or delete: the node's mode decides which history of the key it is about. */
  | { readonly type: 'kv_write'; readonly key: Json; readonly value: Json; readonly context: VectorPairs }
  | { readonly type: 'kv_read'; readonly key: Json }
  | { readonly type: 'kv_delete'; readonly key: Json; readonly context: VectorPairs }
  | { readonly type: 'kv_merge'; readonly entries: readonly (readonly [key: string, entry: MergedEntry])[] }
  | { readonly type: 'set_mode'; readonly mode: Mode }
  | { readonly type: 'vv_write'; readonly key: Json; readonly value: Json; readonly context: VectorPairs }
  | { readonly type: 'vv_read'; readonly key: Json }
  | { readonly type: 'vv_delete'; readonly key: Json; readonly context: VectorPairs };

/** One of the values that a key has, and the vector of its write. */
export type Sibling = { readonly value: Json; readonly vc: VectorPairs };

/** What became of it. `reply` is the type under which the client is answered. */
export type StoreOutcome =
  | { readonly type: 'stamped'; readonly reply: 'write_ok' | 'kv_delete_ok'; readonly ts: number }
  | {
      readonly type: 'versioned';
      readonly reply: 'write_ok' | 'kv_delete_ok' | 'vv_write_ok' | 'vv_delete_ok';
      readonly vc: VectorPairs;
    }
  | { readonly type: 'entry'; readonly key: Json; readonly value: Json; readonly ts: number }
  | {
      readonly type: 'siblings';
      readonly reply: 'kv_read_ok' | 'vv_read_ok';
      readonly key: Json;
      readonly values: readonly Sibling[];
    }
  | { readonly type: 'merged'; readonly updated: number }
  | { readonly type: 'mode.set' };
