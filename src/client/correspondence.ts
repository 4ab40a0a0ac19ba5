import type { Body, Message, SetTimer, Transport } from './transport.ts';

/** A reply, or why there is none. */
export type Answer = { readonly body: Body } | { readonly silence: string };

type Waiting = {
  readonly msgId: number;
  readonly node: string;
  readonly settle: (answer: Answer) => void;
};

/** What the sessions of one transport share: message numbers, so that a reply to one is never taken by another. */
export type Mailroom = { sessions: number; lastMsgId: number };

const mailrooms = new WeakMap<Transport, Mailroom>();

export function mailroomOf(transport: Transport): Mailroom {
  const known = mailrooms.get(transport);
  if (known !== undefined) return known;
  const mailroom = { sessions: 0, lastMsgId: 0 };
  mailrooms.set(transport, mailroom);
  return mailroom;
}

/** One letter at a time: asks a node, and hands back its reply or, after a while, none. */
export class Correspondence {
  readonly #transport: Transport;
  readonly #clientId: string;
  readonly #setTimer: SetTimer;
  readonly #onLate: (body: Body) => void;
  readonly #stop: () => void;
  #waiting: Waiting | undefined;
  readonly #mailroom: Mailroom;
  /** The numbers of requests that are no longer waited for and may yet be answered. */
  readonly #late = new Set<number>();

  /** @param onLate is told of replies to requests that are no longer waited for */
  constructor(
    transport: Transport,
    mailroom: Mailroom,
    clientId: string,
    setTimer: SetTimer,
    onLate: (body: Body) => void,
  ) {
    this.#transport = transport;
    this.#mailroom = mailroom;
    this.#clientId = clientId;
    this.#setTimer = setTimer;
    this.#onLate = onLate;
    this.#stop = transport.onMessage((message) => this.#receive(message));
  }

  /** Asks a node. Resolves with its reply to this very request, or after `timeoutMs`; never rejects. */
  ask(node: string, request: Body, timeoutMs: number): Promise<Answer> {
    this.#mailroom.lastMsgId += 1;
    const msgId = this.#mailroom.lastMsgId;
    return new Promise((resolve) => {
      const cancel = this.#setTimer(() => this.giveUp(`no answer within ${timeoutMs} ms`), timeoutMs);
      const settle = (answer: Answer) => {
        cancel();
        this.#waiting = undefined;
        resolve(answer);
      };
      this.#waiting = { msgId, node, settle };
      try {
        this.#transport.send({ src: this.#clientId, dest: node, body: { ...request, msg_id: msgId } });
      } catch (error) {
        // Whether any of it got out is not known.
        this.giveUp(`it could not be sent: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
  }

  /** Stops waiting for the open request, if there is one. */
  giveUp(why: string): void {
    if (this.#waiting === undefined) return;
    this.#late.add(this.#waiting.msgId);
    this.#waiting.settle({ silence: why });
  }

  /** Hears no more messages. */
  close(why: string): void {
    this.giveUp(why);
    this.#stop();
  }

  #receive({ src, dest, body }: Message): void {
    if (dest !== this.#clientId || typeof body?.in_reply_to !== 'number') return;
    const waiting = this.#waiting;
    if (waiting?.msgId === body.in_reply_to && waiting.node === src) waiting.settle({ body });
    else if (this.#late.delete(body.in_reply_to)) this.#onLate(body);
  }
}
