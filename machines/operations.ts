import type { Json } from './json.ts';
import type { Membership } from './raft/membership.ts';
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

/** Who belongs to the cluster, and how far is each? */
export type MembersOperation = {
  readonly type: 'members';
  /** As the node that is asked knows it, at once, whatever it has heard lately. Otherwise the leader says, confirmed. */
  readonly local: boolean;
};

/** Let the cluster be another one. Each list names nodes, sorted, and no node is in two of them. */
export type ChangeMembersOperation = {
  readonly type: 'change_members';
  /** Learners that are to vote. */
  readonly add: readonly string[];
  /** Nodes that are to receive the log, and not to vote yet. */
  readonly learners: readonly string[];
  readonly remove: readonly string[];
  /** Only if no change has been made after this index of the log; null for no condition. */
  readonly ifIndex: number | null;
};

/** Let another node lead. */
export type TransferLeadershipOperation = { readonly type: 'transfer_leadership'; readonly to: string };

/** What is asked of a leader once: it is no client's operation, and nothing makes two copies of it one. */
export type OnceOperation = ChangeMembersOperation | TransferLeadershipOperation;

/** What operators ask. */
export type AdminOperation = MembersOperation | OnceOperation;

/** What is read without the log: a key, or who belongs to the cluster. */
export type UnloggedOperation = ReadOperation | MembersOperation;

/** Everything that a client may ask for; a node's workload says which of it. */
export type ClientOperation = Operation | RywReadOperation | AdminOperation | StoreOperation;

/** Whether an operation is one that the leader of a log carries out. */
export function isLeaders(op: ClientOperation): op is Operation | AdminOperation {
  return LEADERS.has(op.type);
}

const LEADERS: ReadonlySet<string> = new Set<(Operation | AdminOperation)['type']>([
  'read',
  'write',
  'cas',
  'members',
  'change_members',
  'transfer_leadership',
]);

/** Whether an operation must not be asked of a leader a second time. */
export function isAskedOnce(op: Operation | AdminOperation): op is OnceOperation {
  return op.type === 'change_members' || op.type === 'transfer_leadership';
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
  | {
      readonly type: 'members_ok';
      readonly membership: Membership;
      readonly leader: string | null;
      /** From which index of the log on the membership counts. */
      readonly index: number;
      /** Up to which index each member is known to hold the log; empty when a node speaks that does not lead. */
      readonly match: { readonly [node: string]: number };
    }
  | { readonly type: 'change_members_ok'; readonly membership: Membership; readonly index: number }
  | { readonly type: 'transfer_leadership_ok' }
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
