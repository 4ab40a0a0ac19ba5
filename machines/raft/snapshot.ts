import type { Json } from '../json.ts';
import type { Membership } from './membership.ts';

/** Snapshots and compaction: paper section 7 and figure 13, thesis chapter 5. */

/**
 * The applied state, made durable as of an index: what stands in the log up to there is not needed any more. To take
 * one costs what has changed since the last.
 */
export type Checkpoint = {
  /** The last entry whose effect is in it. */
  readonly index: number;
  /** That entry's term. */
  readonly term: number;
  /** Who belonged to the cluster as of that entry. */
  readonly membership: Membership;
};

/**
 * A piece of the state machine's state: for Raft an opaque value under a key. The state of an index is the same on
 * every node, so that a snapshot begun with one leader can be gone on with by the next.
 */
export type StateItem = readonly [key: string, value: Json];

/** A snapshot that is being received: of which checkpoint, and after which key the next chunk begins; null for the first. */
export type Incoming = { readonly index: number; readonly term: number; readonly after: string | null };
