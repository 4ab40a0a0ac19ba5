import type { GossipMessage } from '../gossip/messages.ts';
import type { Json } from '../json.ts';
import type { ClientOperation, ClientOutcome } from '../operations.ts';
import type { PeerMessage } from '../raft/events.ts';

/** Whatever a node says to another; which of it a cluster speaks is a matter of its workload. */
export type NodeMessage = PeerMessage | GossipMessage;

/** A client's request that has passed validation, with what its reply will need. */
export type ClientRequest = {
  readonly client: string;
  /** null when the request had no `msg_id`: it is carried out and not answered. */
  readonly msgId: number | null;
  readonly op: ClientOperation;
  /** Length of the request on the wire, in bytes. */
  readonly bytes: number;
};

/** What became of a client's request. */
export type ClientAnswer = {
  readonly client: string;
  readonly msgId: number | null;
  readonly outcome: ClientOutcome;
  /** The log index at which the operation took place, was read, or was refused by its register; else null. */
  readonly index: number | null;
};

/**
 * The `msg_id` that an answer repeats in `in_reply_to`; null when there was none, and so no answer is expected.
 * Only a malformed one can be a string, a fraction or negative: it is repeated so that its sender can match it.
 */
export type ReplyTo = number | string | null;

/** What can happen to the node's end of the wire. */
export type MaelstromEvent =
  /** The node is told its name and those of all nodes of the cluster, itself included. */
  | {
      readonly type: 'init.received';
      readonly client: string;
      readonly msgId: number | null;
      readonly nodeId: string;
      readonly nodeIds: readonly string[];
    }
  /** An init that names no usable cluster. `text` names the field, the offending value and what is allowed. */
  | {
      readonly type: 'init.malformed';
      readonly dest: string;
      readonly client: string;
      readonly msgId: ReplyTo;
      readonly text: string;
    }
  /** Valid requests, in the order in which they arrived together. `dest` is who they were addressed to. */
  | { readonly type: 'requests.received'; readonly dest: string; readonly requests: readonly ClientRequest[] }
  /** Somebody wants to hear `echo` again. */
  | {
      readonly type: 'echo.received';
      readonly dest: string;
      readonly client: string;
      readonly msgId: number | null;
      readonly echo: Json;
    }
  /** A message that cannot be carried out: unknown type, or a field that is missing, wrong or out of range. */
  | {
      readonly type: 'invalid.received';
      readonly dest: string;
      readonly client: string;
      readonly msgId: ReplyTo;
      readonly code: number;
      readonly text: string;
    }
  /** Messages between nodes, in order of arrival. */
  | { readonly type: 'peers.received'; readonly messages: readonly NodeMessage[] }
  /** Outcomes of requests that were submitted earlier. */
  | { readonly type: 'answers.ready'; readonly answers: readonly ClientAnswer[] }
  /** End of input, SIGTERM or SIGINT. */
  | { readonly type: 'input.ended' }
  /** Everything that can be finished without further input is finished. */
  | { readonly type: 'drain.completed' }
  /**
   * The disk has failed for good. Comes after the answers to what was under way, and once.
   * `text` says what failed and what to do.
   */
  | { readonly type: 'node.failed'; readonly text: string };

/** What the node's end of the wire does. */
export type MaelstromEffect =
  /**
   * Write a message to a client; `body` is complete. It carries `in_reply_to` always, and `msg_id` from `init_ok`
   * on: the count starts there, so an error that is written before it has no number.
   */
  | {
      readonly type: 'reply';
      readonly src: string;
      readonly dest: string;
      readonly body: { readonly [name: string]: Json };
    }
  /** The node knows who it is: start its protocols. Emitted after the reply to init. */
  | { readonly type: 'start'; readonly nodeId: string; readonly nodeIds: readonly string[] }
  /** Hand these requests of clients to the protocol. */
  | { readonly type: 'submit'; readonly requests: readonly ClientRequest[] }
  /** Hand these messages of other nodes to the protocol. */
  | { readonly type: 'deliver'; readonly messages: readonly NodeMessage[] }
  /** Finish what can be finished, then answer with `drain.completed`. */
  | { readonly type: 'drain' }
  /** Nothing more will be written: flush and end the process. */
  | { readonly type: 'exit' };
