import type { Body, Message, SetTimer, Transport } from '../../src/client/index.ts';

/** Timers that fire when the test says so, in order of their due times. */
export class VirtualTime {
  nowMs = 0;
  readonly #timers = new Set<{ readonly atMs: number; readonly fire: () => void }>();

  readonly setTimer: SetTimer = (fire, delayMs) => {
    const timer = { atMs: this.nowMs + delayMs, fire };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  get running(): number {
    return this.#timers.size;
  }

  /** Lets time pass, and everything happen that then happens. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    await settle();
    for (;;) {
      const [next] = [...this.#timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.nowMs = next.atMs;
      next.fire();
      await settle();
    }
    this.nowMs = untilMs;
  }
}

/** Until all promises that can be settled are. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 30; i += 1) await Promise.resolve();
}

/** A transport whose other end is the test: it looks at what was sent, and says what comes back. */
export class ScriptedNetwork implements Transport {
  readonly sent: Message[] = [];
  readonly #handlers = new Set<(message: Message) => void>();

  send(message: Message): void {
    this.sent.push(message);
  }

  onMessage(handler: (message: Message) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  get listeners(): number {
    return this.#handlers.size;
  }

  /** What was sent, as `node type`. */
  get log(): string[] {
    return this.sent.map(({ dest, body }) => `${dest} ${body.type}`);
  }

  /** The nth request from the end, the last one by default. */
  last(fromEnd = 0): Message {
    const message = this.sent.at(-1 - fromEnd);
    if (message === undefined) throw new Error('nothing was sent');
    return message;
  }

  /** Answers a request, the last one by default, from the node that it went to. */
  async reply(body: Body, to: Message = this.last()): Promise<void> {
    const inReplyTo = to.body.msg_id;
    const addressed = inReplyTo === undefined ? body : { ...body, in_reply_to: inReplyTo };
    this.deliver({ src: to.dest, dest: to.src, body: addressed });
    await settle();
  }

  deliver(message: Message): void {
    for (const handler of this.#handlers) handler(message);
  }
}
