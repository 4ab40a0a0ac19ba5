import { Subject } from 'rxjs';
import { nextTimestamp } from '../../machines/clocks/wall.ts';
import { isGossip } from '../../machines/gossip/messages.ts';
import { canonical, type Json } from '../../machines/json.ts';
import type { ClientAnswer, ClientRequest, NodeMessage } from '../../machines/maelstrom/events.ts';
import { type ClientOperation, type ClientOutcome, ERROR } from '../../machines/operations.ts';
import type { LwwEntry } from '../../machines/register/lww-entry.ts';
import type { Versions } from '../../machines/register/versions.ts';
import type { Item } from '../../machines/store/items.ts';
import type { Mode, StoreOutcome, VectorPairs } from '../../machines/store/operations.ts';
import type { CellStep } from './cell.ts';
import { Gossip } from './gossip/gossip.ts';
import type { NodeOptions } from './node.ts';
import type { Ports } from './ports.ts';
import type { Protocols } from './protocols.ts';
import { refusalOf } from './sibling-room.ts';
import { type Holdings, StoreRegisters } from './store-registers.ts';

type VersionWrite = { readonly key: Json; readonly value: Json; readonly context: VectorPairs };
type Written = Extract<StoreOutcome, { type: 'versioned' }>['reply'];

/**
 * A node's part of the conflict store: every request is answered at once from what this node holds, and what changed
 * is told to the others at the end of the turn.
 */
export class Replica implements Protocols {
  readonly answers = new Subject<readonly ClientAnswer[]>();
  readonly isAlone: boolean;
  readonly #ports: Ports;
  /** How many nodes the cluster has. */
  readonly #nodes: number;
  readonly #registers: StoreRegisters;
  readonly #gossip: Gossip;
  /** What plain requests mean. */
  #mode: Mode;
  /** The latest timestamp that this node gave out, in seconds. */
  #lastTs: number | null = null;

  constructor(
    id: string,
    cluster: readonly string[],
    ports: Ports,
    options: NodeOptions,
    steps: Subject<CellStep>,
  ) {
    const { mode, life, gossipIntervalMs, tombstoneGraceMs } = options.store;
    this.isAlone = cluster.length === 1;
    this.#ports = ports;
    this.#mode = mode;
    this.#nodes = cluster.length;
    this.#gossip = new Gossip(
      {
        id,
        cluster,
        intervalMs: gossipIntervalMs,
        graceMs: tombstoneGraceMs,
        seed: options.seed,
        epoch: options.incarnation,
        timers: ports.timers,
        wire: ports.wire,
        nowMs: ports.nowMs,
        nextTs: () => this.#nextTs(),
        merge: (item) => this.#mergeItem(item),
        dropped: (item) => this.#registers.dropped(item),
      },
      steps,
    );
    const holdings: Holdings = {
      entry: (name) => this.#gossip.items.entry(name),
      versions: (name) => this.#gossip.items.versions(name),
      keepEntry: (name, entry) => this.#gossip.keepEntry(name, entry),
      keepVersions: (name, versions) => this.#gossip.keepVersions(name, versions),
    };
    const owner = { node: id, cluster, life, floor: 0 };
    this.#registers = new StoreRegisters(holdings, owner, options.seed, steps);
  }

  /** What this node holds of a key by timestamps; for checks and tools. */
  entry(name: string): LwwEntry | null {
    return this.#gossip.items.entry(name);
  }

  /** What this node holds of a key by version vectors. */
  versions(name: string): Versions {
    return this.#gossip.items.versions(name);
  }

  /** The digest of all that this node compares with others: equal where they hold the same. */
  get digest(): string {
    return this.#gossip.items.shared.digest('');
  }

  /** All that this node holds. */
  items(): Iterable<Item> {
    return this.#gossip.items;
  }

  start(): void {
    this.#gossip.start();
  }

  deliver(messages: readonly NodeMessage[]): void {
    for (const message of messages) if (isGossip(message)) this.#gossip.deliver(message);
  }

  #mergeItem(item: Item): void {
    if (item.kind === 'lww') this.#registers.mergeEntry(item.name, item.entry);
    else this.#registers.mergeVersions(item.name, item.versions);
  }

  endTurn(): void {
    this.#gossip.endTurn();
  }

  /** Everything has been answered: nothing here ever waits for another node. */
  drain(completed: () => void): void {
    completed();
  }

  submit(requests: readonly ClientRequest[]): void {
    this.answers.next(
      requests.map(({ client, msgId, op, bytes }) => ({
        client,
        msgId,
        outcome: this.#operate(client, op, bytes),
        index: null,
      })),
    );
  }

  #operate(client: string, op: ClientOperation, bytes: number): ClientOutcome {
    switch (op.type) {
      case 'set_mode':
        this.#mode = op.mode;
        return { type: 'mode.set' };
      case 'kv_merge':
        return { type: 'merged', updated: this.#merge(op.entries) };
      case 'kv_write':
        if (this.#mode === 'vv') return this.#write('write_ok', client, op, bytes);
        return this.#put('write_ok', op.key, false, op.value);
      case 'kv_delete':
        if (this.#mode === 'vv') return this.#remove('kv_delete_ok', client, op.key, op.context);
        return this.#put('kv_delete_ok', op.key, true, null);
      case 'kv_read':
        return this.#mode === 'vv' ? this.#siblings('kv_read_ok', op.key) : this.#entry(op.key);
      case 'vv_write':
        return this.#write('vv_write_ok', client, op, bytes);
      case 'vv_delete':
        return this.#remove('vv_delete_ok', client, op.key, op.context);
      case 'vv_read':
        return this.#siblings('vv_read_ok', op.key);
      default:
        throw new Error(`the wire let in a request of another workload: ${op.type}`);
    }
  }

  #nextTs(): number {
    return nextTimestamp(this.#ports.wallMs(), this.#lastTs);
  }

  /** This node's own timestamps follow its clock, and nothing that it merges. */
  #put(reply: 'write_ok' | 'kv_delete_ok', key: Json, deleted: boolean, value: Json): ClientOutcome {
    const ts = this.#nextTs();
    this.#lastTs = ts;
    this.#registers.put(canonical(key), { ts, deleted, value });
    return { type: 'stamped', reply, ts };
  }

  #entry(key: Json): ClientOutcome {
    const outcome = this.#registers.readEntry(canonical(key));
    if (outcome.type === 'entry') return { type: 'entry', key, value: outcome.value, ts: outcome.ts };
    return { type: 'error', code: ERROR.keyDoesNotExist, text: 'Key not found' };
  }

  /** @returns how many keys changed */
  #merge(entries: readonly (readonly [key: string, entry: LwwEntry])[]): number {
    return entries.filter(([key, entry]) => this.#registers.mergeEntry(canonical(key), entry)).length;
  }

  #write(
    reply: Written,
    client: string,
    { key, value, context }: VersionWrite,
    bytes: number,
  ): ClientOutcome {
    const name = canonical(key);
    const refusal = refusalOf(this.versions(name), bytes, context, this.#nodes);
    if (refusal !== null) return refusal;
    return { type: 'versioned', reply, vc: this.#registers.write(name, value, context, client) };
  }

  #remove(reply: Written, client: string, key: Json, context: VectorPairs): ClientOutcome {
    const vc = this.#registers.remove(canonical(key), context, client);
    return { type: 'versioned', reply, vc };
  }

  #siblings(reply: 'kv_read_ok' | 'vv_read_ok', key: Json): ClientOutcome {
    return { type: 'siblings', reply, key, values: this.#registers.readVersions(canonical(key)) };
  }
}
