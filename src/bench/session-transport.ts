import type { Message, Transport } from '../client/index.ts';
import { type Outcome, operationOf } from './operation.ts';
import type { Worker } from './workers.ts';

/**
 * What a session of the client library speaks through: each message that it sends is an operation of its own in the
 * history, so that an attempt at one node and the next at another are judged one by one, whatever the library makes
 * of them.
 */
export class SessionTransport implements Transport {
  readonly #worker: Worker;
  #handler: ((message: Message) => void) | undefined;
  /** Resolves when the latest attempt has ended. */
  #ended: Promise<void> = Promise.resolve();
  #lastOutcome: Outcome = { type: 'fail', error: 'nothing was sent' };

  constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** The session asks one thing at a time: whoever sends again has given up what was open. */
  send(message: Message): void {
    this.#worker.giveUp();
    this.#ended = this.#ended.then(() => this.#attempt(message));
  }

  onMessage(handler: (message: Message) => void): () => void {
    this.#handler = handler;
    return () => {
      if (this.#handler === handler) this.#handler = undefined;
    };
  }

  /** How the latest attempt ended; an operation that is over has given up what is open. */
  async settle(): Promise<Outcome> {
    this.#worker.giveUp();
    await this.#ended;
    return this.#lastOutcome;
  }

  async #attempt({ src, dest, body }: Message): Promise<void> {
    const { reply, outcome } = await this.#worker.exchange(operationOf(body), dest);
    this.#lastOutcome = outcome;
    if (typeof reply === 'string') return;
    // Clients are replaced when an answer stays away, and count their requests anew; the session knows nothing of it.
    this.#handler?.({
      src: dest,
      dest: src,
      body: { ...(reply as Message['body']), in_reply_to: body.msg_id ?? 0 },
    });
  }
}
