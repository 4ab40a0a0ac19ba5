import type { Body, Json, Message, Transport } from '../../src/client/index.ts';
import type { VirtualTime } from './scripted-network.ts';

export type Faults = {
  /** Probabilities: that a message is lost, that a reply comes twice, that a node refuses, or gives up too early. */
  readonly lost: number;
  readonly doubled: number;
  readonly refused: number;
  readonly gaveUp: number;
};

type Entry = { readonly key: string; readonly value: Json };
const RYW_WAIT_MS = 100;
const LONGEST_DELAY_MS = 400;

/**
 * What the client library talks to in its property test: one log, of which each node has applied a part, behind a
 * network that loses, delays and reorders messages. The model keeps the contract of ryw-kv.
 */
export class ModelCluster implements Transport {
  readonly log: Entry[] = [];
  readonly #nodes: readonly string[];
  readonly #random: () => number;
  readonly #time: VirtualTime;
  readonly #faults: Faults;
  readonly #applied = new Map<string, number>();
  readonly #handlers = new Set<(message: Message) => void>();

  constructor(nodes: readonly string[], random: () => number, time: VirtualTime, faults: Faults) {
    this.#nodes = nodes;
    this.#random = random;
    this.#time = time;
    this.#faults = faults;
  }

  onMessage(handler: (message: Message) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  send(message: Message): void {
    if (this.#chance('lost')) return;
    this.#later(() => this.#receive(message));
  }

  #receive(message: Message): void {
    const { body } = message;
    if (this.#chance('refused')) this.#reply(message, { type: 'error', code: 11, text: 'no leader' });
    else if (body.type === 'ryw_read') this.#rywRead(message, this.#time.nowMs + RYW_WAIT_MS);
    else if (body.type === 'read') this.#reply(message, { type: 'read_ok', ...this.#readAll(body) });
    else if (this.#chance('gaveUp')) {
      this.#reply(message, { type: 'error', code: 0, text: 'timeout' });
      if (this.#random() < 0.5) this.#later(() => this.#change(body));
    } else this.#reply(message, this.#change(body));
  }

  #rywRead(message: Message, untilMs: number): void {
    const { body, dest } = message;
    const token = body.last_write_index as number;
    this.#catchUp(dest);
    const applied = this.#applied.get(dest) ?? 0;
    if (applied >= token) {
      const value = this.#valueAt(body.key as Json, applied);
      const served = { value, served_by: dest, follower_applied_index: applied, waited_ms: 0 };
      this.#reply(message, { type: 'ryw_read_ok', ...served });
    } else if (this.#time.nowMs < untilMs) {
      this.#time.setTimer(() => this.#rywRead(message, untilMs), 20);
    } else if (this.log.length < token) {
      this.#reply(message, { type: 'error', code: 11, text: 'the log has not got there' });
    } else {
      const served = { served_by: this.#nodes[0] as string, reason: 'follower_behind_redirected_to_leader' };
      this.#reply(message, { type: 'ryw_read_ok', ...this.#readAll(body), ...served });
    }
  }

  #readAll(body: Body): { value: Json; commit_index: number } {
    return { value: this.#valueAt(body.key as Json, this.log.length), commit_index: this.log.length };
  }

  #change(body: Body): Body {
    const key = JSON.stringify(body.key);
    const held = this.log.findLast((entry) => entry.key === key);
    if (body.type === 'cas' && held === undefined) return { type: 'error', code: 20, text: 'no key' };
    if (body.type === 'cas' && held?.value !== body.from)
      return { type: 'error', code: 22, text: 'another value' };
    this.log.push({ key, value: (body.type === 'cas' ? body.to : body.value) as Json });
    return { type: `${body.type}_ok`, commit_index: this.log.length };
  }

  /** The first node leads; the others are behind as chance has it. */
  #catchUp(node: string): void {
    const applied = this.#applied.get(node) ?? 0;
    const share = node === this.#nodes[0] ? 1 : this.#random() * this.#random();
    this.#applied.set(node, applied + Math.floor((this.log.length - applied) * share));
  }

  #valueAt(key: Json, index: number): Json {
    const name = JSON.stringify(key);
    return this.log.slice(0, index).findLast((entry) => entry.key === name)?.value ?? null;
  }

  #reply({ src, dest, body }: Message, reply: Body): void {
    const copies = this.#chance('lost') ? 0 : this.#chance('doubled') ? 2 : 1;
    for (let i = 0; i < copies; i += 1) {
      this.#later(() => {
        for (const handler of this.#handlers) {
          handler({ src: dest, dest: src, body: { ...reply, in_reply_to: body.msg_id as number } });
        }
      });
    }
  }

  #later(happen: () => void): void {
    this.#time.setTimer(happen, this.#random() ** 4 * LONGEST_DELAY_MS);
  }

  #chance(fault: keyof Faults): boolean {
    return this.#random() < this.#faults[fault];
  }
}
