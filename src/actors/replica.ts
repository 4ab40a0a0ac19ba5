import { Subject } from 'rxjs';
import { nextTimestamp } from '../../machines/clocks/wall.ts';
import { canonical, type Json } from '../../machines/json.ts';
import type { ClientAnswer, ClientRequest, NodeMessage } from '../../machines/maelstrom/events.ts';
import { type ClientOperation, type ClientOutcome, ERROR } from '../../machines/operations.ts';
import type { LwwEntry } from '../../machines/register/lww-entry.ts';
import { NO_VERSIONS, type Versions } from '../../machines/register/versions.ts';
import type { Item } from '../../machines/store/items.ts';
import type { Mode, StoreOutcome, VectorPairs } from '../../machines/store/operations.ts';
import type { CellStep } from './cell.ts';
import { Exchange } from './exchange.ts';
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
  readonly #exchange: Exchange;
  /** What plain requests mean. */
  #mode: Mode;
  /** The latest timestamp that this node gave out, in seconds. */
  #lastTs: number | null = null;
  readonly #entries = new Map<string, LwwEntry>();
  readonly #versions = new Map<string, Versions>();

  constructor(
    id: string,
    cluster: readonly string[],
    ports: Ports,
    options: NodeOptions,
    steps: Subject<CellStep>,
  ) {
    const { mode, life, gossipIntervalMs } = options.store;
    this.isAlone = cluster.length === 1;
    this.#ports = ports;
    this.#mode = mode;
    this.#nodes = cluster.length;
    this.#exchange = new Exchange({
      id,
      peers: cluster.filter((name) => name !== id),
      intervalMs: gossipIntervalMs,
      timers: ports.timers,
      wire: ports.wire,
      items: () => this.items(),
    });
    const holdings: Holdings = {
      entry: (name) => this.#entries.get(name) ?? null,
      versions: (name) => this.#versions.get(name) ?? NO_VERSIONS,
      keepEntry: (name, entry) => {
        this.#entries.set(name, entry);
        this.#exchange.changed({ kind: 'lww', name, entry });
      },
      keepVersions: (name, versions) => {
        this.#versions.set(name, versions);
        this.#exchange.changed({ kind: 'vv', name, versions });
      },
    };
    const owner = { node: id, cluster, life, floor: 0 };
    this.#registers = new StoreRegisters(holdings, owner, options.seed, steps);
  }

  /** What this node holds of a key by timestamps; for checks and tools. */
  entry(name: string): LwwEntry | null {
    return this.#entries.get(name) ?? null;
  }

  /** What this node holds of a key by version vectors. */
  versions(name: string): Versions {
    return this.#versions.get(name) ?? NO_VERSIONS;
  }

  /** All that this node holds. */
  *items(): Iterable<Item> {
    for (const [name, entry] of this.#entries) yield { kind: 'lww', name, entry };
    for (const [name, versions] of this.#versions) yield { kind: 'vv', name, versions };
  }

  start(): void {
    this.#exchange.start();
  }

  deliver(messages: readonly NodeMessage[]): void {
    for (const message of messages) {
      if (message.type !== 'gossip.push') continue;
      for (const item of message.items) {
        if (item.kind === 'lww') this.#registers.mergeEntry(item.name, item.entry);
        else this.#registers.mergeVersions(item.name, item.versions);
      }
    }
  }

  endTurn(): void {
    this.#exchange.endTurn();
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

  /** This node's own timestamps follow its clock, and nothing that it merges. */
  #put(reply: 'write_ok' | 'kv_delete_ok', key: Json, deleted: boolean, value: Json): ClientOutcome {
    const ts = nextTimestamp(this.#ports.wallMs(), this.#lastTs);
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
