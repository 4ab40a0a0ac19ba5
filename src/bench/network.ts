import type { Dice } from '../kit/dice.ts';
import type { Tracer } from '../trace/tracer.ts';
import { DelayLine } from './delay-line.ts';
import { type Body, type Message, readMessage } from './envelope.ts';
import type { NodeProcess } from './node-process.ts';
import type { CutLink } from './partition.ts';
import { Traffic } from './traffic.ts';
import { CLEAR, fateOf, type Weather } from './weather.ts';

/**
 * The network between nodes and clients: what Maelstrom's is. Messages between nodes take their time, can be lost to
 * a partition or by chance, come twice or out of order; messages from and to clients arrive at once and always, unless
 * the node is not there.
 */

export const LATENCY_KINDS = ['constant', 'uniform', 'exponential'] as const;

/** How long a message between nodes travels. Drawn anew for each, so all but `constant` reorder messages. */
export type Latency = {
  /** constant: always the mean; uniform: from 0 to twice the mean; exponential: a few take very long. */
  readonly kind: (typeof LATENCY_KINDS)[number];
  readonly meanMs: number;
};

export type NetworkOptions = {
  readonly latency: Latency;
  readonly dice: Dice;
  readonly nowMs: () => number;
  /** How much longer than that a message to this node takes; nothing when left out. */
  readonly lagMs?: (dest: string) => number;
  /** Is told what a node did that Maelstrom would not accept. */
  readonly onViolation: (node: string, problem: string) => void;
  /** Sees every message between nodes when it is sent, also one that will be lost. */
  readonly onPeerMessage?: (message: Message) => void;
  /** Is told of every message and what became of it; null when nobody watches. */
  readonly tracer?: Tracer | null;
};

/** Who receives messages at an address that is no node. */
export type ClientInbox = { receive(src: string, body: Body): void };

export class Network {
  readonly traffic = new Traffic();
  readonly #options: NetworkOptions;
  readonly #startMs: number;
  readonly #delayed: DelayLine;
  readonly #nodes = new Map<string, NodeProcess>();
  readonly #clients = new Map<string, ClientInbox>();
  /** What is cut at present: several partitions may overlap, and each is mended by itself. */
  readonly #cuts = new Set<readonly CutLink[]>();
  /** For each source, the destinations that it cannot reach: all cuts together. */
  #unreachable: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  /** Of its own, so that a fault changes nothing in what else is drawn. */
  readonly #weatherDice: Dice;
  #weather: Weather = CLEAR;

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#startMs = options.nowMs();
    this.#delayed = new DelayLine(options.nowMs);
    this.#weatherDice = options.dice.fork();
  }

  /** The process that from now on is this node. */
  attachNode(node: NodeProcess): void {
    this.#nodes.set(node.id, node);
  }

  attachClient(id: string, inbox: ClientInbox): void {
    this.#clients.set(id, inbox);
  }

  /**
   * Cuts these links beside those that are cut already; what is on its way over them is lost, too.
   * @returns mends them again, except where another cut still holds
   */
  cut(links: readonly CutLink[]): () => void {
    const own = links.slice();
    this.#cuts.add(own);
    this.#unite();
    return () => {
      if (this.#cuts.delete(own)) this.#unite();
    };
  }

  /** Every link that is cut at present, once. */
  get cutLinks(): CutLink[] {
    return [...this.#unreachable].flatMap(([src, dests]) => [...dests].map((dest) => ({ src, dest })));
  }

  /** Mends every link. */
  heal(): void {
    this.#cuts.clear();
    this.#unite();
  }

  /** What chance does to messages from now on, as far as it is said. */
  changeWeather(change: Partial<Weather>): void {
    this.#weather = { ...this.#weather, ...change };
  }

  #unite(): void {
    const unreachable = new Map<string, Set<string>>();
    for (const { src, dest } of [...this.#cuts].flat()) {
      const known = unreachable.get(src);
      if (known === undefined) unreachable.set(src, new Set([dest]));
      else known.add(dest);
    }
    this.#unreachable = unreachable;
  }

  /** Forgets what is on its way. */
  close(): void {
    this.#delayed.clear();
  }

  /** A client's request, as a line. @throws Error when there is no such node */
  request(dest: string, line: string): void {
    const node = this.#nodes.get(dest);
    if (node === undefined) throw new Error(`there is no node ${dest}`);
    this.traffic.requests += 1;
    this.traffic.countAt(dest);
    const { tracer } = this.#options;
    if (tracer) {
      const { src, body } = JSON.parse(line) as Message;
      const id = tracer.sent(src, dest, body);
      if (node.running) tracer.received(id);
      else tracer.lost(id, 'down');
    }
    // Nobody refuses it: its client waits in vain, and cannot know what became of it.
    if (node.running) node.send(line);
    else this.traffic.lostToDown += 1;
  }

  /** A line that a node wrote. */
  route(sender: string, line: string): void {
    const message = readMessage(line, sender);
    if ('problem' in message) {
      this.#options.onViolation(sender, message.problem);
      return;
    }
    this.traffic.countAt(sender);
    if (this.#nodes.has(message.dest)) {
      this.#carry(message, line);
      return;
    }
    const client = this.#clients.get(message.dest);
    if (client === undefined) {
      this.#options.onViolation(
        sender,
        `wrote to ${JSON.stringify(message.dest)}, whom nobody knows: ${line}`,
      );
      return;
    }
    this.traffic.replies += 1;
    const { tracer } = this.#options;
    tracer?.received(tracer.sent(sender, message.dest, message.body));
    client.receive(sender, message.body);
  }

  #carry(message: Message, line: string): void {
    this.traffic.countPeer(message.body.type, this.#options.nowMs() - this.#startMs);
    this.#options.onPeerMessage?.(message);
    const { src, dest } = message;
    const id = this.#options.tracer?.sent(src, dest, message.body) ?? 0;
    const delayMs = this.#drawDelayMs() + (this.#options.lagMs?.(dest) ?? 0);
    this.traffic.countAt(dest);
    const copies = fateOf(this.#weather, this.#weatherDice);
    if (copies.length === 0) {
      this.traffic.lostToChance += 1;
      this.#options.tracer?.lost(id, 'loss');
    }
    this.traffic.repeated += Math.max(0, copies.length - 1);
    for (const laterMs of copies) {
      if (delayMs + laterMs === 0) this.#arrive(id, src, dest, line);
      else this.#delayed.send(delayMs + laterMs, () => this.#arrive(id, src, dest, line));
    }
  }

  #arrive(id: number, src: string, dest: string, line: string): void {
    const { tracer } = this.#options;
    // Whoever is the node by now: a message may outlive the process that it was sent to.
    const node = this.#nodes.get(dest) as NodeProcess;
    if (this.#unreachable.get(src)?.has(dest) === true) {
      this.traffic.lostToPartitions += 1;
      tracer?.lost(id, 'partition');
    } else if (!node.running) {
      this.traffic.lostToDown += 1;
      tracer?.lost(id, 'down');
    } else if (node.overwhelmed) {
      this.traffic.lostToOverflow += 1;
      tracer?.lost(id, 'overflow');
    } else {
      tracer?.received(id);
      node.send(line);
    }
  }

  #drawDelayMs(): number {
    const { latency, dice } = this.#options;
    if (latency.meanMs === 0) return 0;
    switch (latency.kind) {
      case 'constant':
        return latency.meanMs;
      case 'uniform':
        return dice.fraction() * 2 * latency.meanMs;
      case 'exponential':
        return -Math.log(1 - dice.fraction()) * latency.meanMs;
    }
  }
}
