import type { Workload } from '../../machines/operations.ts';
import { replyProblem } from './contract.ts';
import type { Body } from './envelope.ts';
import type { ClientInbox } from './network.ts';

/** A request without `msg_id`, which the client gives it. */
export type Request = { readonly type: string; readonly [field: string]: unknown };

/** The end of the network that clients hold. */
export type ClientNetwork = {
  attachClient(id: string, inbox: ClientInbox): void;
  request(dest: string, line: string): void;
};

/** The body of a reply, or why there is none that could be used. */
export type Reply = Body | 'no answer' | 'malformed reply';

type Waiting = {
  readonly msgId: number;
  readonly type: string;
  readonly node: string;
  readonly resolve: (reply: Reply) => void;
};

/**
 * A client that does one thing at a time, as Maelstrom's do: it asks a node and waits for the answer, or until
 * its patience ends. A client whose patience ended is not used again, but its late reply is still expected.
 */
export class Client {
  readonly id: string;
  readonly #network: ClientNetwork;
  readonly #timeoutMs: number;
  readonly #onViolation: (node: string, problem: string) => void;
  readonly #workload: Workload;
  /** One timer for the client's life, wound up again for each request: cheaper than one for each request. */
  #patience: NodeJS.Timeout | undefined;
  #waiting: Waiting | undefined;
  /** The request that was given up, until its late reply comes. */
  #givenUp: Waiting | undefined;
  #sent = 0;

  constructor(
    id: string,
    network: ClientNetwork,
    timeoutMs: number,
    onViolation: (node: string, problem: string) => void,
    workload: Workload = 'lin-kv',
  ) {
    this.id = id;
    this.#network = network;
    this.#timeoutMs = timeoutMs;
    this.#onViolation = onViolation;
    this.#workload = workload;
    network.attachClient(id, this);
  }

  /** Asks a node; at most one request at a time. */
  call(node: string, request: Request): Promise<Reply> {
    if (this.#waiting !== undefined) throw new Error(`client ${this.id} does one thing at a time`);
    this.#sent += 1;
    const msgId = this.#sent;
    return new Promise((resolve) => {
      this.#waiting = { msgId, type: request.type, node, resolve };
      if (this.#patience === undefined) this.#patience = setTimeout(() => this.giveUp(), this.#timeoutMs);
      else this.#patience.refresh();
      const body = JSON.stringify(request);
      this.#network.request(
        node,
        `{"src":"${this.id}","dest":"${node}","body":${body.slice(0, -1)},"msg_id":${msgId}}}`,
      );
    });
  }

  receive(src: string, body: Body): void {
    const waiting = this.#waiting;
    if (waiting !== undefined && body.in_reply_to === waiting.msgId && src === waiting.node) {
      const problem = replyProblem(waiting.type, body, this.#workload, src);
      if (problem !== undefined) this.#onViolation(src, problem);
      this.#settle(waiting, problem === undefined ? body : 'malformed reply');
      return;
    }
    const givenUp = this.#givenUp;
    if (givenUp !== undefined && body.in_reply_to === givenUp.msgId && src === givenUp.node) {
      this.#givenUp = undefined;
      const problem = replyProblem(givenUp.type, body, this.#workload, src);
      if (problem !== undefined) this.#onViolation(src, problem);
      return;
    }
    this.#onViolation(
      src,
      `answered what nobody asked, or twice: ${JSON.stringify({ dest: this.id, body })}`,
    );
  }

  /** Stops waiting: an open request counts as not answered. */
  giveUp(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#givenUp = waiting;
    this.#settle(waiting, 'no answer');
  }

  /** Lets go of the timer; the client is not used again. */
  close(): void {
    this.giveUp();
    clearTimeout(this.#patience);
  }

  #settle(waiting: Waiting, reply: Reply): void {
    this.#waiting = undefined;
    waiting.resolve(reply);
  }
}
