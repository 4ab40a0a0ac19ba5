import { Tally } from '../kit/tally.ts';

/** What went over the network, counted. */
export class Traffic {
  /** Messages that nodes sent each other, by type; lost ones included. */
  readonly betweenNodes = new Map<string, number>();
  /** The same over time. */
  readonly overTime = new Tally();
  /** For each node, what it sent and what was sent to it, to and from clients and nodes; lost ones included. */
  readonly ofNode = new Map<string, number>();
  /** Of these, lost to a partition. */
  lostToPartitions = 0;
  /** Of these, lost because the receiver read too slowly. */
  lostToOverflow = 0;
  /** Of these, lost by chance. */
  lostToChance = 0;
  /** Of these and of the requests of clients, lost because the receiver was not there. */
  lostToDown = 0;
  /** Messages that nodes sent each other once and that arrived twice. */
  repeated = 0;
  /** Requests of clients. */
  requests = 0;
  /** Replies to clients. */
  replies = 0;

  /** Messages that nodes sent each other. */
  get sent(): number {
    let sum = 0;
    for (const count of this.betweenNodes.values()) sum += count;
    return sum;
  }

  /** A message from or to a node. */
  countAt(node: string): void {
    this.ofNode.set(node, (this.ofNode.get(node) ?? 0) + 1);
  }

  /** @param timeMs milliseconds since the network began */
  countPeer(type: string, timeMs: number): void {
    this.overTime.count(type, timeMs);
    this.betweenNodes.set(type, (this.betweenNodes.get(type) ?? 0) + 1);
  }
}
