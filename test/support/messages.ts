import type { LoggedOperation, Operation } from '../../machines/operations.ts';
import type {
  AppendRequest,
  AppendResponse,
  Entry,
  PreVoteRequest,
  PreVoteResponse,
  QueuedRead,
  RaftEvent,
  SnapshotRequest,
  SnapshotResponse,
  VoteRequest,
  VoteResponse,
} from '../../machines/raft/events.ts';

import { membershipOf } from '../../machines/raft/membership.ts';
import type { Checkpoint } from '../../machines/raft/snapshot.ts';

/** Short spellings of entries and messages: a test names only the fields that it is about. */

type Fields<M> = Partial<Omit<M, 'type'>> & { readonly from: string; readonly term: number };

export function write(value: number, key = 'x'): LoggedOperation {
  return { type: 'write', key, value };
}

/** An entry of `term`. With a number it carries a write that node `a` took; without one it is a no-op. */
export function entry(term: number, number?: number, bytes = 64): Entry {
  if (number === undefined) return { term, op: null, origin: null, number: 0, bytes };
  const origin = { node: 'a', incarnation: 1, floor: 1 };
  return { term, op: write(number), origin, number, bytes };
}

/** The log whose entries have these terms, as the paper's figures draw it. */
export function logOfTerms(...terms: readonly number[]): readonly Entry[] {
  return terms.map((term) => entry(term));
}

export function appendRequest(fields: Fields<AppendRequest>): AppendRequest {
  return {
    type: 'append.request',
    prevIndex: 0,
    prevTerm: 0,
    entries: [],
    commitIndex: 0,
    round: 0,
    ...fields,
  };
}

/** The follower's log is the leader's up to `index`. */
export function accepted(fields: Fields<AppendResponse>): AppendResponse {
  return { type: 'append.response', success: true, index: 0, conflict: null, round: 0, ...fields };
}

/** The follower's log is not the leader's at `index`. */
export function rejected(fields: Fields<AppendResponse>): AppendResponse {
  return { type: 'append.response', success: false, index: 0, conflict: null, round: 0, ...fields };
}

export function voteRequest(fields: Fields<VoteRequest>): VoteRequest {
  return { type: 'vote.request', lastIndex: 0, lastTerm: 0, transfer: false, ...fields };
}

export function voteResponse(fields: Fields<VoteResponse>): VoteResponse {
  return { type: 'vote.response', granted: true, ...fields };
}

export function preVoteRequest(fields: Fields<PreVoteRequest>): PreVoteRequest {
  return { type: 'prevote.request', lastIndex: 0, lastTerm: 0, ...fields };
}

export function preVoteResponse(fields: Fields<PreVoteResponse>): PreVoteResponse {
  return { type: 'prevote.response', granted: true, ...fields };
}

/** A checkpoint of a cluster of a, b and c. */
export function checkpoint(index: number, term: number): Checkpoint {
  return { index, term, membership: membershipOf(['a', 'b', 'c']) };
}

/** A chunk of a snapshot: the first and only one, unless it is said what comes before and after it. */
export function chunk(
  fields: Fields<SnapshotRequest> & { readonly checkpoint: SnapshotRequest['checkpoint'] },
): SnapshotRequest {
  return { type: 'snapshot.request', after: null, items: [], next: null, round: 0, ...fields };
}

/** The follower wants the chunk after `next`, or has it all. */
export function chunkAnswer(
  fields: Fields<SnapshotResponse> & { readonly index: number; readonly snapshotTerm: number },
): SnapshotResponse {
  return { type: 'snapshot.response', next: null, done: false, round: 0, ...fields };
}

type Proposed = Extract<RaftEvent, { type: 'requests.proposed' }>;

/** Operations that the clients of `from` asked for, numbered from `first`. */
export function proposal(
  fields: {
    readonly from: string;
    readonly term: number;
    readonly first?: number;
    readonly bytes?: number;
    readonly incarnation?: number;
    readonly floor?: number;
  },
  ...ops: readonly Operation[]
): Proposed {
  const { from, term, first = 1, bytes = 64, incarnation = 1, floor = 1 } = fields;
  const origin = { node: from, incarnation, floor };
  const entries: Entry[] = [];
  const reads: QueuedRead[] = [];
  for (const [i, op] of ops.entries()) {
    const number = first + i;
    if (op.type === 'read') reads.push({ origin, number, op });
    else entries.push({ term, op, origin, number, bytes });
  }
  return { type: 'requests.proposed', from, term, entries, reads };
}

export const READ: Operation = { type: 'read', key: 'x' };
