import type { Json } from './json.ts';
import type { StoreOperation, StoreOutcome } from './store/operations.ts';

/** What a cluster is for, and so which requests it knows and what its replies carry. */
export const WORKLOADS = ['lin-kv', 'ryw-kv', 'lww-kv'] as const;
export type Workload = (typeof WORKLOADS)[number];

/** What is there? Here and below, `key` and the values are any JSON. */
export type ReadOperation = { readonly type: 'read'; readonly key: Json };
/** Whatever is there, let it be `value`. */
export type WriteOperation = { readonly type: 'write'; readonly key: Json; readonly value: Json };
/** If `from` is there, let it be `to`. */
export type CasOperation = {
  readonly type: 'cas';
  readonly key: Json;
  readonly from: Json;
  readonly to: Json;
  /** A key that does not exist is written too. */
  readonly createIfNotExists: boolean;
};

/** An operation that changes something, and so has to go through the log. */
export type LoggedOperation = WriteOperation | CasOperation;
/** What a client asks of a linearizable register. */
export type Operation = ReadOperation | LoggedOperation;

/** A read that any replica may serve that has applied what its client has seen. */
export type RywReadOperation = {
  readonly type: 'ryw_read';
  readonly key: Json;
  /** The client's token: it must not be shown anything older. Null when the node is to know it. */
  readonly lastWriteIndex: number | null;
  readonly preferFollower: boolean;
};

/** Everything that a client may ask for; a node's workload says which of it. */
export type ClientOperation = Operation | RywReadOperation | StoreOperation;

/** Whether an operation is one that the leader of a log carries out. */
export function isLeaders(op: ClientOperation): op is Operation {
  return op.type === 'read' || op.type === 'write' || op.type === 'cas';
}

/** Maelstrom's error codes that this system answers with, and what each promises. */
export const ERROR = {
  /** Indefinite: the operation may or may not have happened, and may happen later. */
  timeout: 0,
  /** Definite: the type of the request is not known. */
  notSupported: 10,
  /** Definite: the node cannot carry the operation out at the moment. */
  temporarilyUnavailable: 11,
  /** Definite: the request is malformed. */
  malformedRequest: 12,
  /** Indefinite: an internal failure. */
  crash: 13,
  /** Definite: the request makes no sense in this state; it will never succeed. */
  abort: 14,
  /** Definite: no such key. */
  keyDoesNotExist: 20,
  /** Definite: the key's value is not the one that the request requires. */
  preconditionFailed: 22,
} as const;

const DEFINITE: ReadonlySet<number> = new Set([1, 10, 11, 12, 14, 20, 21, 22, 30]);

/** Whether an error of this code says that the operation did not happen and never will; all others leave it open. */
export function isDefinite(code: number): boolean {
  return DEFINITE.has(code);
}

/** What became of an operation, as a client is told. */
export type Outcome =
  | { readonly type: 'read_ok'; readonly value: Json }
  | { readonly type: 'write_ok' }
  | { readonly type: 'cas_ok' }
  | { readonly type: 'error'; readonly code: number; readonly text: string };

/** What became of a ryw_read: served by the node that was asked, or by the leader in its stead. */
export type RywOutcome =
  | {
      readonly type: 'ryw_read_ok';
      readonly value: Json;
      readonly servedBy: string;
      /** What the serving node had applied. */
      readonly index: number;
      /** How long the read waited for that, in milliseconds. */
      readonly waitedMs: number;
      readonly reason: null;
    }
  | {
      readonly type: 'ryw_read_ok';
      readonly value: Json;
      readonly servedBy: string;
      readonly index: number;
      readonly waitedMs: null;
      readonly reason: 'leader_preferred' | 'follower_behind_redirected_to_leader';
    };

/** What became of anything that a client may ask for. */
export type ClientOutcome = Outcome | RywOutcome | StoreOutcome;
