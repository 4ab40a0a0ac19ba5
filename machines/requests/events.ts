import type { ClientAnswer, ClientRequest } from '../maelstrom/events.ts';
import type { AdminOperation, OnceOperation, Operation, Outcome } from '../operations.ts';
import type { Entry, ForwardedOutcome, Life, QueuedRead } from '../raft/events.ts';

/** An operation for the leader: a client's or operator's, or a waiting read's in its client's name. */
export type Submission = Pick<ClientRequest, 'client' | 'msgId' | 'bytes'> & {
  readonly op: Operation | AdminOperation;
  /** The waiting read that asks; null for the client itself. */
  readonly reader: number | null;
  /** When the client's request arrived. */
  readonly sinceMs: number;
  /** A read of anything older is no answer: it is asked for again until the deadline. */
  readonly minIndex: number;
};

/** What became of a waiting read that the leader was asked for. */
export type SettledRead = {
  readonly reader: number;
  readonly outcome: Outcome;
  /** Where in the log it was read, and who told; null on errors of this node. */
  readonly index: number | null;
  readonly servedBy: string | null;
};

/** An operation that was applied or served here, with the way back to who asked. */
export type Result = ForwardedOutcome & { readonly origin: Life };

/** What can happen to the client requests of one node. Times are this node's monotonic clock, in milliseconds. */
export type RequestsEvent =
  /** Clients of this node, or its waiting reads, ask for these operations. */
  | { readonly type: 'requests.arrived'; readonly requests: readonly Submission[]; readonly nowMs: number }
  /** Who leads now, as far as this node knows; null for nobody. */
  | {
      readonly type: 'leader.changed';
      readonly leader: string | null;
      readonly term: number;
      readonly nowMs: number;
    }
  /** Operations were applied or served by this node, for whomever. */
  | { readonly type: 'results.ready'; readonly results: readonly Result[] }
  /** The leader's answer to requests that were forwarded to it. */
  | {
      readonly type: 'forward.response';
      readonly from: string;
      readonly term: number;
      readonly incarnation: number;
      readonly outcomes: readonly ForwardedOutcome[];
    }
  /** Time to look for requests whose deadline has passed, and for those that deserve another try. */
  | { readonly type: 'patrol.timeout'; readonly nowMs: number }
  /** This node takes no part any more, for the reason in `text`: nothing will become known of what waits. */
  | { readonly type: 'node.failed'; readonly text: string };

export type RequestsEffect =
  /** Hand requests to the leader of `term`, which may be this node. */
  | {
      readonly type: 'forward';
      readonly to: string;
      readonly term: number;
      /** What the leader is to append, in its own term. */
      readonly entries: readonly Entry[];
      readonly reads: readonly QueuedRead[];
    }
  /** Ask the leader of `term`, which may be this node, for what is asked only once. */
  | {
      readonly type: 'ask';
      readonly to: string;
      readonly term: number;
      readonly incarnation: number;
      readonly floor: number;
      readonly number: number;
      readonly op: OnceOperation;
    }
  /** Tell the nodes that passed these requests on what became of them. */
  | {
      readonly type: 'respond';
      readonly to: string;
      readonly term: number;
      readonly incarnation: number;
      readonly outcomes: readonly ForwardedOutcome[];
    }
  /** These requests are settled: tell the clients. */
  | { readonly type: 'answer'; readonly answers: readonly ClientAnswer[] }
  /** These reads are settled: tell those that wait for them. */
  | { readonly type: 'reads.answered'; readonly reads: readonly SettledRead[] }
  /** Come back with `patrol.timeout` in `ms` milliseconds. */
  | { readonly type: 'timer.set'; readonly timer: 'patrol'; readonly ms: number }
  /** Nothing is left to look for. */
  | { readonly type: 'timer.clear'; readonly timer: 'patrol' };
