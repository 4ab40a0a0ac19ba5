import type { Item } from '../../machines/store/items.ts';
import type { Timers, Wire } from './ports.ts';

/** What the exchange needs of its node. */
export type ExchangeHost = {
  readonly id: string;
  readonly peers: readonly string[];
  readonly intervalMs: number;
  readonly timers: Timers;
  readonly wire: Wire;
  /** Everything that this node holds. */
  items(): Iterable<Item>;
};

/** About how many bytes of items go into one message, unless a single one takes more. */
const MESSAGE_BYTES = 256 * 1024;

/**
 * How replicas hear of each other's changes: what changed in a turn goes to everybody at its end, and at intervals all
 * that there is goes to each of them, in case something was lost.
 */
export class Exchange {
  readonly #host: ExchangeHost;
  readonly #changed = new Map<string, Item>();

  constructor(host: ExchangeHost) {
    this.#host = host;
  }

  start(): void {
    const { peers, intervalMs, timers } = this.#host;
    if (peers.length === 0) return;
    timers.set('exchange', intervalMs, () => {
      this.#send([...this.#host.items()]);
      this.start();
    });
  }

  changed(item: Item): void {
    this.#changed.set(`${item.kind} ${item.name}`, item);
  }

  endTurn(): void {
    if (this.#changed.size === 0) return;
    this.#send([...this.#changed.values()]);
    this.#changed.clear();
  }

  #send(items: readonly Item[]): void {
    const { id, peers, wire } = this.#host;
    let from = 0;
    while (from < items.length) {
      let to = from;
      for (let bytes = 0; to < items.length && (to === from || bytes < MESSAGE_BYTES); to += 1) {
        bytes += JSON.stringify(items[to]).length;
      }
      const chunk = items.slice(from, to);
      for (const peer of peers)
        wire.send(id, peer, { type: 'gossip.push', epoch: 0, to: 0, fence: 0, items: chunk });
      from = to;
    }
  }
}
