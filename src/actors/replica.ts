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
import { idOf } from './gossip/item-text.ts';
import type { NodeOptions } from './node.ts';
import { PersistFirst } from './persist-first.ts';
import type { DiskFailure, Ports } from './ports.ts';
import type { Protocols } from './protocols.ts';
import { refusalOf } from './sibling-room.ts';
import { resumeCounting, StoreJournal } from './store-journal.ts';
import { type Holdings, StoreRegisters } from './store-registers.ts';

/** How many answers may wait for the disk; requests beyond are turned away, before they do anything. */
const MAX_HELD_BACK = 10_000;
const OVERLOADED: ClientOutcome = {
  type: 'error',
  code: ERROR.temporarilyUnavailable,
  text: `${MAX_HELD_BACK} requests wait for the disk already: try again later, or another node`,
};

type VersionWrite = { readonly key: Json; readonly value: Json; readonly context: VectorPairs };
type Written = Extract<StoreOutcome, { type: 'versioned' }>['reply'];

/** What a replica says: to clients, or to another node. */
type Said =
  | { readonly answers: readonly ClientAnswer[] }
  | { readonly to: string; readonly body: { readonly [name: string]: Json } };

/**
 * A node's part of the conflict store: every request is answered from what this node holds, and what changed is told
 * to the others at the end of the turn. A node with a disk first makes durable what it says (persist first): an answer
 * is a promise, and so is a message, because tombstones are dropped on the strength of what peers say that they hold.
 */
export class Replica implements Protocols {
  readonly answers = new Subject<readonly ClientAnswer[]>();
  readonly isAlone: boolean;
  readonly #ports: Ports;
  /** How many nodes the cluster has. */
  readonly #nodes: number;
  readonly #registers: StoreRegisters;
  readonly #gossip: Gossip;
  readonly #outlet: PersistFirst<Said>;
  /** Null on a node without a disk: nothing waits there. */
  readonly #journal: StoreJournal | null;
  readonly failures = new Subject<DiskFailure>();
  #onDrained: (() => void) | null = null;
  /** How many answers wait for the disk. */
  #heldBack = 0;
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
    const { mode, life, gossipIntervalMs, tombstoneGraceMs, restored } = options.store;
    this.isAlone = cluster.length === 1;
    this.#ports = ports;
    this.#mode = mode;
    this.#nodes = cluster.length;
    this.#outlet = new PersistFirst(ports.disk, {
      release: (said) => this.#say(id, said),
      released: () => this.endTurn(),
      failed: (failure, heldBack) => this.#fail(failure, heldBack),
    });
    const counters = resumeCounting(restored ?? null, life, options.incarnation);
    this.#lastTs = counters.lastTs;
    this.#journal = restored === undefined ? null : new StoreJournal(this.#outlet);
    this.#gossip = new Gossip(
      {
        id,
        cluster,
        intervalMs: gossipIntervalMs,
        graceMs: tombstoneGraceMs,
        seed: options.seed,
        epoch: counters.epoch,
        timers: ports.timers,
        send: (to, body) => this.#outlet.put({ to, body }),
        nowMs: ports.nowMs,
        nextTs: () => this.#nextTs(),
        merge: (item) => this.#mergeItem(item),
        kept: (itemId, text) => this.#journal?.note(itemId, text),
        dropped: (item) => {
          this.#journal?.note(idOf(item), null);
          this.#registers.dropped(item);
        },
        epochRaised: (epoch) => this.#journal?.count('epoch', epoch),
        endTurn: () => this.endTurn(),
      },
      steps,
    );
    if (restored != null) this.#gossip.restore(restored.items);
    const holdings: Holdings = {
      entry: (name) => this.#gossip.items.entry(name),
      versions: (name) => this.#gossip.items.versions(name),
      keepEntry: (name, entry) => this.#gossip.keepEntry(name, entry),
      keepVersions: (name, versions) => this.#gossip.keepVersions(name, versions),
      keepFloor: (floor) => this.#journal?.count('floor', floor),
    };
    const owner = { node: id, cluster, life: counters.life, floor: counters.floor };
    this.#registers = new StoreRegisters(holdings, owner, options.seed, steps);
    this.#journal?.count('life', counters.life);
    this.#journal?.count('epoch', counters.epoch);
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
    if (this.#outlet.hasFailed) return;
    this.#gossip.endTurn();
    this.#journal?.endTurn();
    this.#outlet.endTurn();
    if (this.#outlet.isClear) this.#finishDraining();
  }

  /** Nothing here ever waits for another node; but answers may wait for the disk. */
  drain(completed: () => void): void {
    this.#onDrained = completed;
    this.endTurn();
  }

  #finishDraining(): void {
    const completed = this.#onDrained;
    this.#onDrained = null;
    completed?.();
  }

  submit(requests: readonly ClientRequest[]): void {
    const isFull = this.#heldBack >= MAX_HELD_BACK;
    const answers = requests.map(({ client, msgId, op, bytes }) => ({
      client,
      msgId,
      outcome: isFull ? OVERLOADED : this.#operate(client, op, bytes),
      index: null,
    }));
    this.#heldBack += answers.length;
    this.#outlet.put({ answers });
  }

  #say(id: string, said: Said): void {
    if ('answers' in said) {
      this.#heldBack -= said.answers.length;
      this.answers.next(said.answers);
    } else this.#ports.wire.send(id, said.to, said.body);
  }

  /** Nothing that waited will be known to be durable: it may have happened or not. */
  #fail(failure: DiskFailure, heldBack: readonly Said[]): void {
    this.#gossip.stop();
    const outcome = { type: 'error', code: ERROR.crash, text: failure.text } as const;
    const answers = heldBack.flatMap((said) => ('answers' in said ? said.answers : []));
    this.answers.next(answers.map((answer) => ({ ...answer, outcome })));
    this.failures.next(failure);
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
    this.#journal?.count('lastTs', ts);
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
