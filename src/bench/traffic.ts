/** What went over the network, counted. */
export class Traffic {
  /** Messages that nodes sent each other, by type; lost ones included. */
  readonly betweenNodes = new Map<string, number>();
  /** For each node, what was sent to it: by clients and by other nodes, lost ones included. */
  readonly toNode = new Map<string, number>();
  /** Of these, lost to a partition. */
  lostToPartitions = 0;
  /** Of these, lost because the receiver read too slowly. */
  lostToOverflow = 0;
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

  countArrival(node: string): void {
    this.toNode.set(node, (this.toNode.get(node) ?? 0) + 1);
  }

  countPeer(type: string): void {
    this.betweenNodes.set(type, (this.betweenNodes.get(type) ?? 0) + 1);
  }
}
