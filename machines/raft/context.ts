import { invariant } from '../assert.ts';
import { fraction, nextRandom, type RandomState } from '../random.ts';
import type { Entry, QueuedRead } from './events.ts';
import { emptyLog, type Log, type LogBase, lastIndex, logOf, slice } from './log.ts';
import {
  followLog,
  isSoleVoter,
  type Membership,
  type MembershipAt,
  membershipOf,
  standingAt,
} from './membership.ts';
import type { Checkpoint, Incoming } from './snapshot.ts';

/** What a node is told once, and never changes while it runs. */
export type RaftSettings = {
  /** This node's name. */
  readonly id: string;
  /** The shortest time without word from a leader after which a node campaigns; the longest is twice that. */
  readonly electionTimeoutMs: number;
  /** How often a leader makes itself heard. Well below the election timeout. */
  readonly heartbeatMs: number;
  /** The most log bytes in one message, unless a single entry is larger. */
  readonly maxMessageBytes: number;
  /** The most unacknowledged messages with entries on their way to one follower. */
  readonly maxInflightMessages: number;
  /** The most unacknowledged log bytes on their way to one follower. */
  readonly maxInflightBytes: number;
  /** The most entries that a learner may lack when it is to vote: it must not hold up what it helps to decide. */
  readonly promotionLagEntries: number;
  /** A checkpoint is due when so many entries were applied since the last one, */
  readonly checkpointEntries: number;
  /** or so many log bytes. */
  readonly checkpointBytes: number;
  /** How many entries before a checkpoint stay in the log, at most, for followers that are nearly there. */
  readonly trailingEntries: number;
};

/** What a leader knows of one follower (thesis section 10.2.1; the shape follows etcd's tracker). */
export type Progress = {
  /** The log is known to agree with the leader's up to here. Never goes back within a leadership. */
  readonly match: number;
  /** The first index to send next. Always above `match`. */
  readonly next: number;
  /** True while the place where the logs part is being looked for: one message at a time. */
  readonly probing: boolean;
  /** Probing, and the probe's answer is still out. */
  readonly paused: boolean;
  /** Sent and unacknowledged messages, oldest first: the last index of each, and its bytes. */
  readonly inflight: readonly { readonly last: number; readonly bytes: number }[];
  /** Has been heard from since the last check of the quorum. */
  readonly active: boolean;
  /** A heartbeat is to go out at the end of this turn. */
  readonly due: boolean;
  /** The latest round of reads that it has acknowledged, of this leadership. */
  readonly ackedRound: number;
  /** The latest round of reads that it has been told of. */
  readonly sentRound: number;
  /** The highest commit index that it has been told and could follow. */
  readonly sentCommit: number;
  /** The snapshot that it is being sent, because the log does not reach back to `next`; null otherwise. */
  readonly transfer: Transfer | null;
};

/** A snapshot on its way to one follower, one chunk at a time. */
export type Transfer = {
  readonly checkpoint: Checkpoint;
  /** The follower holds the chunks up to this key; null for none. */
  readonly after: string | null;
  /** The chunk after that is out, and its answer is not there yet. */
  readonly out: boolean;
};

/** A round of ReadIndex: reads that arrived together and are confirmed together (thesis section 6.4). */
export type ReadRound = {
  readonly round: number;
  /** The commit index when the round began: what has to be applied before these reads are served. */
  readonly index: number;
  readonly reads: readonly QueuedRead[];
};

export type Reads = {
  /** The latest round begun in this leadership; 0 before the first. */
  readonly round: number;
  /** Rounds that wait for a majority, oldest first. */
  readonly pending: readonly ReadRound[];
  /** Reads that arrived and belong to no round yet. */
  readonly waiting: readonly QueuedRead[];
};

/** An AppendEntries that is to be sent: `count` entries after `prevIndex`. */
export type PlannedAppend = { readonly to: string; readonly prevIndex: number; readonly count: number };

/** A chunk of a snapshot that is to be sent: the one after the key `after`. */
export type PlannedChunk = {
  readonly to: string;
  readonly checkpoint: Checkpoint;
  readonly after: string | null;
};

/**
 * What the last update decided, for the effects that follow it in the same transition to carry out. Every update
 * of the chart that decides anything sets all of it anew, so an effect never sees an older decision.
 */
export type Decision = {
  readonly appends: readonly PlannedAppend[];
  /** The first index to make durable; 0 for nothing. Everything from there on belongs to the write. */
  readonly persistFrom: number;
  /** The first index to apply, up to the commit index; 0 for nothing. */
  readonly applyFrom: number;
  readonly confirmed: readonly ReadRound[];
  /** The follower to be told to campaign. */
  readonly campaigner: string | null;
  readonly chunks: readonly PlannedChunk[];
  /** Followers to whom no more chunks are sent. */
  readonly ended: readonly string[];
  /** The checkpoint to take of what is applied then; null for none. */
  readonly checkpoint: Checkpoint | null;
  /** How far the log was compacted; 0 for not at all. */
  readonly compactThrough: number;
};

export const NOTHING_DECIDED: Decision = {
  appends: [],
  persistFrom: 0,
  applyFrom: 0,
  confirmed: [],
  campaigner: null,
  chunks: [],
  ended: [],
  checkpoint: null,
  compactThrough: 0,
};

/** Why messages were passed over. */
export type DropReason = 'stale' | 'disruptive' | 'unexpected';

export type Patience = {
  /** The generator behind the election timeouts. */
  readonly random: RandomState;
  /** How long the present wait may last before this node campaigns, drawn when the wait was decided on, in milliseconds. */
  readonly ms: number;
};

/** A node's own checkpoints, and the snapshot that it receives. */
export type Snapshots = {
  /** The latest durable checkpoint, between the log's base and the commit index; null for none. */
  readonly checkpoint: Checkpoint | null;
  /** The checkpoint that is being made durable; null for none. One at a time. */
  readonly checkpointing: Checkpoint | null;
  /** The log bytes that were applied since a checkpoint was last begun. */
  readonly appliedBytes: number;
  /** The snapshot that is being received, and the leader's term when its last chunk came; null for none. */
  readonly incoming: (Incoming & { readonly leaderTerm: number }) | null;
};

/**
 * Everything that a node knows. XState copies it with every update, and what V8 copies fast has at most 19 fields (with
 * one more an update takes ten times as long): so what changes seldom stands together.
 */
export type RaftContext = {
  readonly settings: RaftSettings;
  readonly patience: Patience;
  /** The latest term this node has seen. Never goes back, and is durable before anyone hears of it. */
  readonly term: number;
  /** Who got this node's vote in `term`. Set at most once a term, and durable before anyone hears of it. */
  readonly votedFor: string | null;
  /** The leader of `term`, once known. */
  readonly leader: string | null;
  readonly log: Log;
  /** Who belongs to the cluster: the latest membership in the log, committed or not (thesis section 4.1). */
  readonly membership: Membership;
  /** Every member but this node, sorted: whoever receives the log when this node leads. */
  readonly peers: readonly string[];
  /**
   * The memberships in the log, in order, the last being the one that counts: if its entry is cut, the one before it
   * counts again. The first is what held where the log begins.
   */
  readonly memberships: readonly MembershipAt[];
  /** A write of the log up to here has been emitted. At most `lastIndex`. */
  readonly stableIndex: number;
  /** Known to be committed, and handed on to be applied. Never goes back. */
  readonly commitIndex: number;
  /** As a candidate: who has answered, and how. Empty otherwise. */
  readonly votes: { readonly [node: string]: boolean };
  /** As a leader: what is known of each peer. Empty otherwise. */
  readonly progress: { readonly [node: string]: Progress };
  /** As a leader: the reads on their way. Empty otherwise. */
  readonly reads: Reads;
  /**
   * As a leader: the latest request for another membership or leader that each node has made in this leadership. A copy
   * of it, or of an earlier one, is passed over. Empty otherwise.
   */
  readonly asked: { readonly [node: string]: { readonly incarnation: number; readonly number: number } };
  /** As a transferring leader: who is to take over. */
  readonly transferee: string | null;
  readonly snapshots: Snapshots;
  readonly decided: Decision;
  /** How many messages were passed over, and why. */
  readonly dropped: { readonly [reason in DropReason]: number };
};

/** What a node starts with. `restored` is what it had made durable before it stopped. */
export type RaftInput = {
  readonly id: string;
  /** The voters of the cluster that `init` names, unless the log says otherwise; none for a node that is to join one. */
  readonly voters: readonly string[];
  /** Seeds the election timeouts: an unsigned 32-bit integer, another on every node. */
  readonly seed: RandomState;
  readonly restored?: RestoredState;
  readonly settings?: Partial<Omit<RaftSettings, 'id'>>;
};

export type RestoredState = {
  readonly term: number;
  readonly votedFor: string | null;
  /** What the log begins after: index and term of the last entry that was compacted away; both 0 for nothing. */
  readonly base: LogBase;
  /** The entries after the base. */
  readonly entries: readonly Entry[];
  /** The latest durable checkpoint, at or above the base and within the log; null when the base is 0. */
  readonly checkpoint: Checkpoint | null;
  /** A snapshot that was being received. */
  readonly incoming: Incoming | null;
};

/**
 * Timeouts fit Maelstrom's clients, who wait one second: a lost leader is missed within 0.4 to 0.8 s. Limits
 * keep a message far below the longest line that a node accepts.
 */
export const DEFAULT_LIMITS = {
  electionTimeoutMs: 400,
  heartbeatMs: 80,
  maxMessageBytes: 256 * 1024,
  maxInflightMessages: 16,
  maxInflightBytes: 1024 * 1024,
  promotionLagEntries: 1000,
  checkpointEntries: 10_000,
  checkpointBytes: 4 * 1024 * 1024,
  trailingEntries: 1000,
} as const;

export const NOTHING_ASKED: RaftContext['asked'] = {};

export const NO_READS: Reads = { round: 0, pending: [], waiting: [] };

export function createRaftContext({ input }: { input: RaftInput }): RaftContext {
  const { id, seed, restored } = input;
  const settings = { id, ...DEFAULT_LIMITS, ...input.settings };
  const log = restored === undefined ? emptyLog() : logOf(restored.entries, restored.base);
  const { index, membership } = restored?.checkpoint ?? { index: 0, membership: membershipOf(input.voters) };
  const incoming = restored?.incoming ?? null;
  invariant(
    log.base.index <= index && index <= lastIndex(log),
    'a restored log begins no later than its checkpoint, and reaches it',
    () => ({ base: log.base.index, checkpoint: index, lastIndex: lastIndex(log) }),
  );
  const known = standingAt(id, index, membership);
  const standing = followLog(id, known.memberships, index, slice(log, index + 1, lastIndex(log))) ?? known;
  return {
    settings,
    patience: drawPatience({ settings, membership: standing.membership }, seed >>> 0),
    term: restored?.term ?? 0,
    votedFor: restored?.votedFor ?? null,
    leader: null,
    log,
    membership: standing.membership,
    peers: standing.peers,
    memberships: standing.memberships,
    stableIndex: log.length,
    commitIndex: index,
    votes: {},
    progress: {},
    reads: NO_READS,
    asked: NOTHING_ASKED,
    transferee: null,
    snapshots: {
      checkpoint: restored?.checkpoint ?? null,
      checkpointing: null,
      appliedBytes: 0,
      incoming: incoming === null ? null : { ...incoming, leaderTerm: restored?.term ?? 0 },
    },
    decided: NOTHING_DECIDED,
    dropped: { stale: 0, disruptive: 0, unexpected: 0 },
  };
}

/**
 * A wait of one to two election timeouts, so that a split vote is unlikely to be split again (paper section
 * 5.2). Whoever decides alone has nobody to wait for.
 */
export function drawPatience(
  { settings, membership }: Pick<RaftContext, 'settings' | 'membership'>,
  random: RandomState,
): Patience {
  const next = nextRandom(random);
  const isAlone = isSoleVoter(membership, settings.id);
  const ms = isAlone ? 0 : Math.round(settings.electionTimeoutMs * (1 + fraction(next)));
  return { random: next, ms };
}
