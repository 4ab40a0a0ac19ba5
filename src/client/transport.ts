import type { Json } from '../../machines/json.ts';

/** A message of the wire contract: who sends it, to whom, and what it says. */
export type Message = {
  readonly src: string;
  readonly dest: string;
  readonly body: Body;
};

export type Body = {
  readonly type: string;
  readonly msg_id?: number;
  readonly in_reply_to?: number;
  readonly [field: string]: Json | undefined;
};

/**
 * How messages get to nodes and back: a pipe, a socket, a simulated network. It may lose, delay and reorder them, and
 * bring a reply twice; a request that it brings twice may be carried out twice. Sessions that share a transport need
 * client ids of their own.
 */
export type Transport = {
  send(message: Message): void;
  /** Hands every message that arrives to `handler`; what it returns ends that. */
  onMessage(handler: (message: Message) => void): () => void;
};

/** Calls `fire` once, `delayMs` milliseconds from now, unless what it returns is called before. */
export type SetTimer = (fire: () => void, delayMs: number) => () => void;
