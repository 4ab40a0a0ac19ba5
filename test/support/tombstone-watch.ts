import { itemId } from '../../machines/gossip/messages.ts';
import { compareEntries, type LwwEntry } from '../../machines/register/lww-entry.ts';
import type { Versions } from '../../machines/register/versions.ts';
import type { Item } from '../../machines/store/items.ts';
import type { ReplicaCluster } from './replica-cluster.ts';

/**
 * Watches a cluster: once some node has dropped a tombstone, nothing that it deleted may be held by any node, ever
 * again. Writes are to have timestamps of clocks that agree, so that a later one is never weaker.
 */
export class TombstoneWatch {
  /** How many tombstones were dropped. */
  drops = 0;
  readonly #cluster: ReplicaCluster;
  readonly #entries = new Map<string, LwwEntry>();
  readonly #counts = new Map<string, Map<string, number>>();

  constructor(cluster: ReplicaCluster) {
    this.#cluster = cluster;
    cluster.onStep = (node, { cell, effects }) => {
      if (!effects.some(({ type }) => type === 'drop')) return;
      const id = cell.slice('tombstone '.length);
      for (const item of cluster.replica(node).items())
        if (itemId(item.kind, item.name) === id) this.#note(item);
    };
    cluster.onTurn = (node) => this.#check(node);
  }

  #note(item: Item): void {
    this.drops += 1;
    if (item.kind === 'lww') {
      const known = this.#entries.get(item.name);
      if (known === undefined || compareEntries(item.entry, known) > 0)
        this.#entries.set(item.name, item.entry);
      return;
    }
    const counts = this.#counts.get(item.name) ?? new Map<string, number>();
    this.#counts.set(item.name, counts);
    for (const { actor, count } of item.versions) counts.set(actor, Math.max(count, counts.get(actor) ?? 0));
  }

  #check(node: string): void {
    const replica = this.#cluster.replica(node);
    for (const [name, dropped] of this.#entries) {
      const entry = replica.entry(name);
      if (entry !== null && !entry.deleted && compareEntries(entry, dropped) < 0) {
        throw new Error(`${node} holds ${JSON.stringify(entry)} under ${name}, deleted at ${dropped.ts}`);
      }
    }
    for (const [name, counts] of this.#counts) {
      const revived = revivedOf(replica.versions(name), counts);
      if (revived !== undefined) {
        throw new Error(`${node} holds ${JSON.stringify(revived)} under ${name}, which was deleted`);
      }
    }
  }
}

function revivedOf(versions: Versions, counts: ReadonlyMap<string, number>): Versions[number] | undefined {
  return versions.find(({ actor, count, version }) => version !== null && count <= (counts.get(actor) ?? 0));
}
