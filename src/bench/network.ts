import type { Dice } from '../kit/dice.ts';
import type { Tracer } from '../trace/tracer.ts';
import { DelayLine } from './delay-line.ts';
import { type Body, type Message, readMessage } from './envelope.ts';
import type { NodeProcess } from './node-process.ts';
import type { CutLink } from './partition.ts';
import { Traffic } from './traffic.ts';

/**
 * The network between nodes and clients: what Maelstrom's is. Messages between nodes take their time and can be
 * lost to a partition; messages from and to clients arrive at once and always.
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
  /** For each source, the destinations that it cannot reach. */
  readonly #cut = new Map<string, Set<string>>();

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#startMs = options.nowMs();
    this.#delayed = new DelayLine(options.nowMs);
  }

  attachNode(node: NodeProcess): void {
    this.#nodes.set(node.id, node);
  }

  attachClient(id: string, inbox: ClientInbox): void {
    this.#clients.set(id, inbox);
  }

  /** Cuts exactly these links; what is on its way over them is lost, too. */
  cut(links: readonly CutLink[]): void {
    this.heal();
    for (const { src, dest } of links) {
      const unreachable = this.#cut.get(src);
      if (unreachable === undefined) this.#cut.set(src, new Set([dest]));
      else unreachable.add(dest);
    }
  }

  /** Mends every link. */
  heal(): void {
    this.#cut.clear();
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
      tracer.received(tracer.sent(src, dest, body));
    }
    node.send(line);
  }

  /** A line that a node wrote. */
  route(sender: string, line: string): void {
    const message = readMessage(line, sender);
    if ('problem' in message) {
      this.#options.onViolation(sender, message.problem);
      return;
    }
    this.traffic.countAt(sender);
    const node = this.#nodes.get(message.dest);
    if (node !== undefined) {
      this.#carry(message, node, line);
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

  #carry(message: Message, node: NodeProcess, line: string): void {
    this.traffic.countPeer(message.body.type, this.#options.nowMs() - this.#startMs);
    this.#options.onPeerMessage?.(message);
    const { src, dest } = message;
    const id = this.#options.tracer?.sent(src, dest, message.body) ?? 0;
    const delayMs = this.#drawDelayMs() + (this.#options.lagMs?.(dest) ?? 0);
    this.traffic.countAt(dest);
    if (delayMs === 0) this.#arrive(id, src, dest, node, line);
    else this.#delayed.send(delayMs, () => this.#arrive(id, src, dest, node, line));
  }

  #arrive(id: number, src: string, dest: string, node: NodeProcess, line: string): void {
    const { tracer } = this.#options;
    if (this.#cut.get(src)?.has(dest) === true) {
      this.traffic.lostToPartitions += 1;
      tracer?.lost(id, 'partition');
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
