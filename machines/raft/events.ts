import type {
  ChangeMembersOperation,
  LoggedOperation,
  OnceOperation,
  Outcome,
  UnloggedOperation,
} from '../operations.ts';
import type { Membership } from './membership.ts';
import type { Checkpoint, StateItem } from './snapshot.ts';

/**
 * Everything that the nodes of a Raft cluster say to each other, and everything that happens to one of them.
 * A wire message's body is its event without `from`: who sent it is the envelope's `src`.
 */

/** One life of a node. */
export type Life = {
  readonly node: string;
  /** Which life of that node: a restarted node counts its requests from one again. */
  readonly incarnation: number;
};

/**
 * Where requests came from: the node that clients handed them to, and what those have in common that it handed to a
 * leader together. It is made once for all of them. A request may be proposed more than once (a change of leader, a lost
 * answer, a duplicated message); its origin and its number there make all copies one (the idea of thesis section 6.3).
 */
export type Origin = Life & {
  /** Every request below this number is settled at its origin and will never be proposed again. */
  readonly floor: number;
};

/** From here on the cluster is this one. It counts as soon as it stands in the log, and changes no register. */
export type MembershipOperation = { readonly type: 'members'; readonly membership: Membership };

/** One entry of the replicated log. Its index is its place. */
export type Entry = {
  /** The term of the leader that made it. */
  readonly term: number;
  /** What to apply; null for the no-op with which a leader opens its term. */
  readonly op: LoggedOperation | MembershipOperation | null;
  /** Where it came from; null for what a leader appends of its own accord. */
  readonly origin: Origin | null;
  /** The request's number within that life of its origin, from 1; 0 without an origin. */
  readonly number: number;
  /** About how many bytes it takes on the wire, for the limits on messages. */
  readonly bytes: number;
};

/** How a forwarded operation ended; `index` is the log index at which it did or was read. */
export type ForwardedOutcome = { readonly number: number; readonly index: number; readonly outcome: Outcome };

/** Who sent a message, and the sender's current term: what every message between nodes carries. */
type Header = { readonly from: string; readonly term: number };

/** Paper figure 2, AppendEntries; also the heartbeat, and (by `round`) the ReadIndex confirmation of thesis 6.4. */
export type AppendRequest = Header & {
  readonly type: 'append.request';
  readonly prevIndex: number;
  readonly prevTerm: number;
  readonly entries: readonly Entry[];
  readonly commitIndex: number;
  /** The latest round of reads that the leader had started when it sent this. */
  readonly round: number;
};

/** The answer to an AppendRequest, sent when what it acknowledges is durable. */
export type AppendResponse = Header & {
  readonly type: 'append.response';
  readonly success: boolean;
  /** On success, the last index verified to be the leader's; otherwise the `prevIndex` that did not match. */
  readonly index: number;
  /**
   * On failure, where to try next: the term of the follower's entry at `prevIndex` and that term's first index
   * there; or term 0 and the index after its last entry, when its log is shorter than `prevIndex`.
   */
  readonly conflict: { readonly term: number; readonly index: number } | null;
  /** The round of the request that this answers. */
  readonly round: number;
};

/** Thesis section 9.6: would you vote for me in the term after mine? Nobody's vote is spent on it. */
export type PreVoteRequest = Header & {
  readonly type: 'prevote.request';
  readonly lastIndex: number;
  readonly lastTerm: number;
};
/** The answer to a PreVoteRequest. */
export type PreVoteResponse = Header & { readonly type: 'prevote.response'; readonly granted: boolean };

/** Paper figure 2, RequestVote. */
export type VoteRequest = Header & {
  readonly type: 'vote.request';
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** The leader itself asked for this campaign, so a follower need not defend it (thesis section 4.2.3). */
  readonly transfer: boolean;
};
/** The answer to a VoteRequest, sent when the vote is durable. */
export type VoteResponse = Header & { readonly type: 'vote.response'; readonly granted: boolean };

/** Thesis section 3.10, TimeoutNow: the leader asks a follower that has everything to take over at once. */
export type CampaignRequest = Header & { readonly type: 'campaign.request' };

/**
 * Paper figure 13, InstallSnapshot: one chunk of the leader's checkpoint, for a follower that needs entries which the
 * leader has no more. Chunks go by key and not by offset, so that another leader can go on with them.
 */
export type SnapshotRequest = Header & {
  readonly type: 'snapshot.request';
  readonly checkpoint: Checkpoint;
  /** The last key of the chunk before this one; null for the first chunk. */
  readonly after: string | null;
  /** What follows `after`, in ascending order of the keys' code units. */
  readonly items: readonly StateItem[];
  /** The last key of this chunk; null when nothing follows it. */
  readonly next: string | null;
  /** The latest round of reads that the leader had started when it sent this. */
  readonly round: number;
};

/** The answer to a SnapshotRequest, sent when what it acknowledges is durable. */
export type SnapshotResponse = Header & {
  readonly type: 'snapshot.response';
  /** Which checkpoint this speaks of: its index and its term. */
  readonly index: number;
  readonly snapshotTerm: number;
  /** Not done: go on after this key; null for the beginning. */
  readonly next: string | null;
  /** The follower's log and state are the leader's up to `index`. */
  readonly done: boolean;
  /** The round of the request that this answers. */
  readonly round: number;
};

/** Client requests, passed by the node that took them to the leader of `term`: here `term` names the leadership, not the sender's. */
export type ForwardRequest = Header & {
  readonly type: 'forward.request';
  /** The very entries that the leader is to append, which are of that term: made once, where the requests were taken. */
  readonly entries: readonly Entry[];
  /** What it is to read without the log. */
  readonly reads: readonly QueuedRead[];
};

/**
 * What an operator asks, passed on once to the leader of `term`, and never again: so a refusal is final. What is taken
 * twice for want of that is a change of members, which takes effect before it is applied, and so before its origin
 * could make two copies one.
 */
export type AdminRequest = Header & {
  readonly type: 'admin.request';
  readonly incarnation: number;
  readonly floor: number;
  readonly number: number;
  readonly op: OnceOperation;
};

/** What became of requests that were forwarded to the leader of `term`. */
export type ForwardResponse = Header & {
  readonly type: 'forward.response';
  readonly incarnation: number;
  readonly outcomes: readonly ForwardedOutcome[];
};

/** The messages between nodes. */
export type PeerMessage =
  | AppendRequest
  | AppendResponse
  | PreVoteRequest
  | PreVoteResponse
  | VoteRequest
  | VoteResponse
  | CampaignRequest
  | SnapshotRequest
  | SnapshotResponse
  | ForwardRequest
  | ForwardResponse
  | AdminRequest;

/** The messages that the raft chart itself takes part in; forwarding belongs to the chart of client requests. */
export type RaftMessage = Exclude<PeerMessage, ForwardRequest | ForwardResponse | AdminRequest>;

/** Who asks the leader of `term` for something that it answers itself, and how to tell the request from its copies. */
export type Asker = {
  readonly node: string;
  readonly term: number;
  readonly incarnation: number;
  /** The request's number within that life of the node. */
  readonly number: number;
};

/** A message without its header: what the chart emits, and its node completes with sender and term. */
export type MessageBody<M extends PeerMessage = RaftMessage> = M extends PeerMessage
  ? Omit<M, 'from'>
  : never;

/** Everything that can happen to a Raft node. */
export type RaftEvent =
  | RaftMessage
  /** A message arrived whose sender lives in a later term. Comes before the message itself. */
  | {
      readonly type: 'term.seen';
      readonly from: string;
      readonly term: number;
      readonly by: PeerMessage['type'];
      /** The message is a vote request that the present leader itself asked for. */
      readonly transfer: boolean;
    }
  /** A message arrived from an earlier term. Comes instead of the message. */
  | {
      readonly type: 'message.stale';
      readonly from: string;
      readonly term: number;
      readonly by: PeerMessage['type'];
    }
  /** No leader has been heard for as long as this node is patient, or nobody has won in that time. */
  | { readonly type: 'election.timeout' }
  /** The followers are due to hear from the leader again. */
  | { readonly type: 'heartbeat.timeout' }
  /** Time for a leader to ask itself who has answered it since the last time. */
  | { readonly type: 'quorum.timeout' }
  /** The successor has not taken over in time. */
  | { readonly type: 'transfer.timeout' }
  /** Client requests for the leader of `term`, from the node `from` (which may be this one). */
  | {
      readonly type: 'requests.proposed';
      readonly from: string;
      readonly term: number;
      /** To be appended as they are: they are of that term. */
      readonly entries: readonly Entry[];
      readonly reads: readonly QueuedRead[];
    }
  /** The checkpoint that was asked for would survive a crash. */
  | { readonly type: 'checkpoint.durable'; readonly index: number }
  /** The checkpoint that `to` is being sent cannot be read any more. */
  | { readonly type: 'snapshot.unavailable'; readonly to: string }
  /** Somebody wants `to` to lead. Whoever is to be told of the outcome stands in `by`. */
  | { readonly type: 'transfer.requested'; readonly to: string; readonly by?: Asker }
  /** Somebody wants the cluster to have other members. */
  | {
      readonly type: 'change.requested';
      readonly by: Asker;
      /** See `Origin`. */
      readonly floor: number;
      readonly change: ChangeMembersOperation;
    }
  /** Everything that arrived together has been handled: each follower is told the sum of it in one message. */
  | { readonly type: 'turn.ended' };

/** A node has one timer of each name; to set it again is to start it anew. */
export type TimerName = 'election' | 'heartbeat' | 'quorum' | 'transfer';

/** A read that a leader has taken on, with the way back to who asked. */
export type QueuedRead = {
  readonly origin: Origin;
  /** The request's number at its origin. */
  readonly number: number;
  /** A change of members that finds everything as it should be is a read, too. */
  readonly op: UnloggedOperation | ChangeMembersOperation;
};

/** What a Raft node does. Whoever runs the chart carries these out in order. */
export type RaftEffect =
  /** Send a message to the node `to`, in this node's name. */
  | { readonly type: 'send'; readonly to: string; readonly message: MessageBody }
  /** Make this durable before anything that follows it is let out. */
  | {
      readonly type: 'persist';
      readonly hardState: { readonly term: number; readonly votedFor: string | null } | null;
      /** The log ends with `entries` from index `from` on; whatever stood there before is gone. */
      readonly log: { readonly from: number; readonly entries: readonly Entry[] } | null;
    }
  /**
   * Make the applied state durable as of `checkpoint.index`, which is exactly what is applied when this is carried
   * out, and come back with `checkpoint.durable`. Nothing waits for it.
   */
  | { readonly type: 'checkpoint'; readonly checkpoint: Checkpoint }
  /** The log up to `through`, whose term there is `term`, may go from the disk: the durable checkpoint stands for it. */
  | { readonly type: 'compact'; readonly through: number; readonly term: number }
  /** Send `to` the chunk of the durable checkpoint that follows the key `after`, or come back with `snapshot.unavailable`. */
  | {
      readonly type: 'snapshot.send';
      readonly to: string;
      readonly term: number;
      readonly round: number;
      readonly checkpoint: Checkpoint;
      readonly after: string | null;
    }
  /** `to` is sent no more chunks: what was opened to read them can be closed. */
  | { readonly type: 'snapshot.end'; readonly to: string }
  /**
   * Keep a chunk of another node's checkpoint aside, durably before anything that follows is let out. The first one
   * (`after` is null) takes the place of whatever was kept aside before; the state in use is not touched.
   */
  | {
      readonly type: 'snapshot.stage';
      readonly checkpoint: Checkpoint;
      readonly after: string | null;
      readonly items: readonly StateItem[];
      readonly next: string | null;
    }
  /**
   * What was kept aside becomes the durable checkpoint, and the log begins after it and is empty; all of it or
   * nothing, durably before anything that follows is let out.
   */
  | { readonly type: 'snapshot.install'; readonly checkpoint: Checkpoint }
  /** What is applied becomes what the disk holds as of the checkpoint. Comes only when that is installed. */
  | { readonly type: 'state.restore'; readonly checkpoint: Checkpoint }
  /** Come back with the timer's event in `ms` milliseconds. */
  | { readonly type: 'timer.set'; readonly timer: TimerName; readonly ms: number }
  /** The timer's event is not wanted any more. */
  | { readonly type: 'timer.clear'; readonly timer: TimerName }
  /** These entries are committed. Every index is applied exactly once, in order. */
  | { readonly type: 'apply'; readonly firstIndex: number; readonly entries: readonly Entry[] }
  /** These reads may be served from what is applied now, which is at least `index`. */
  | { readonly type: 'reads.confirmed'; readonly index: number; readonly reads: readonly QueuedRead[] }
  /** An operator's request is settled without the log: refused, mostly. */
  | {
      readonly type: 'request.answered';
      readonly origin: Life;
      readonly number: number;
      readonly index: number;
      readonly outcome: Outcome;
    }
  /** Who leads now, as far as this node knows; null for nobody. */
  | { readonly type: 'leader.changed'; readonly leader: string | null; readonly term: number };
