import type { Subject } from 'rxjs';
import { type GossipEffect, gossipMachine } from '../../../machines/gossip/gossip.machine.ts';
import type { Content, GossipMessage, MessageOf } from '../../../machines/gossip/messages.ts';
import type { Json } from '../../../machines/json.ts';
import type { LwwEntry } from '../../../machines/register/lww-entry.ts';
import type { Versions } from '../../../machines/register/versions.ts';
import type { Item } from '../../../machines/store/items.ts';
import { listen } from '../bus.ts';
import { Cell, type CellStep } from '../cell.ts';
import type { Timers } from '../ports.ts';
import { createGate } from '../step.ts';
import { answer, itemBytes, MESSAGE_BYTES, opening } from './comparison.ts';
import { placeOf } from './hash.ts';
import { idOf, spellItem } from './item-text.ts';
import { Items, isTombstone, isTombstoneText } from './items.ts';
import { Link } from './link.ts';
import { Tombstones } from './tombstones.ts';

const gate = createGate(gossipMachine);

/** How long a peer is given to start before it is spoken to. */
const START_DELAY_MS = 500;
/** How long a round waits for an answer, in intervals. */
const PATIENCE = 4;

/** What gossip needs of its node. */
export type GossipHost = {
  readonly id: string;
  /** All nodes of the cluster, this one included. */
  readonly cluster: readonly string[];
  /** How often this node compares what it has with each other node. */
  readonly intervalMs: number;
  /** How long a tombstone is kept at the least. */
  readonly graceMs: number;
  readonly seed: number;
  /** Which life of the node this is: higher than every earlier one (milliseconds since 1970 do). */
  readonly epoch: number;
  readonly timers: Timers;
  /** Sends a message to another node, as soon as everything is durable that it may rest on. */
  send(to: string, body: { readonly [name: string]: Json }): void;
  /** Monotonic time in milliseconds. */
  nowMs(): number;
  /** The timestamp that this node's next write would have, in seconds. */
  nextTs(): number;
  /** Takes in what a peer holds of an item: whatever comes of it goes to `keepEntry` or `keepVersions`. */
  merge(item: Item): void;
  /** The node holds an item, under this text. */
  kept(id: string, text: string): void;
  /** A tombstone is gone; its counts must not be given out again. */
  dropped(item: Item): void;
  /** This start of the node goes by a higher number than it was given. */
  epochRaised(epoch: number): void;
  /** Something happened outside of any turn. */
  endTurn(): void;
};

type Peer = {
  readonly name: string;
  readonly link: Link;
  readonly cell: Cell<typeof gossipMachine>;
  /** What the peer takes for the current lives of all nodes. */
  view: readonly number[];
};

/**
 * All that a replica holds, and what it does so that the others come to hold it too: changes are sent at the end of
 * the turn, comparisons mend what that misses, and tombstones are dropped when nobody needs them any more.
 */
export class Gossip {
  readonly items = new Items();
  /** Messages that were not taken: repeated, overtaken by a statement, of an earlier life, or of no node of ours. */
  passedOver = 0;
  readonly #host: GossipHost;
  readonly #peers = new Map<string, Peer>();
  readonly #tombstones: Tombstones;
  /** What this node changed in this turn. */
  readonly #changed = new Map<string, Item>();
  #epoch: number;
  /** What comes in now comes from a peer: it is not sent on. */
  #isMerging = false;
  #sweeps = false;
  /** Nothing is said any more. */
  #stopped = false;

  constructor(host: GossipHost, steps: Subject<CellStep>) {
    this.#host = host;
    this.#epoch = host.epoch;
    for (const name of host.cluster) {
      if (name === host.id) continue;
      const cell = new Cell(`gossip ${name}`, gate, steps);
      const peer = { name, link: new Link(), cell, view: [] };
      this.#peers.set(name, peer);
      listen(cell.outlet, (effect) => this.#carryOut(peer, effect));
    }
    this.#tombstones = new Tombstones({
      peers: [...this.#peers.keys()],
      items: this.items,
      graceMs: host.graceMs,
      nowMs: host.nowMs,
      isPast: (item) => this.#isPast(item),
      dropped: host.dropped,
      onStep: (step) => {
        if (steps.observed) steps.next(step);
      },
    });
  }

  /** Takes back what the node held in an earlier life. A tombstone's time begins anew. */
  restore(items: Iterable<readonly [id: string, text: string]>): void {
    for (const [id, text] of items) {
      this.items.set(id, text);
      if (isTombstoneText(id, text)) this.#tombstones.changed(id, true);
    }
  }

  /** Says nothing from here on. */
  stop(): void {
    this.#stopped = true;
  }

  start(): void {
    this.#scheduleSweep();
    const { id, seed, intervalMs } = this.#host;
    for (const { name, cell } of this.#peers.values()) {
      cell.start({
        intervalMs,
        startDelayMs: START_DELAY_MS,
        patienceMs: PATIENCE * intervalMs,
        seed: (seed ^ placeOf(`${id} ${name}`)) >>> 0,
      });
    }
  }

  keepEntry(name: string, entry: LwwEntry): void {
    this.#keep({ kind: 'lww', name, entry });
  }

  keepVersions(name: string, versions: Versions): void {
    this.#keep({ kind: 'vv', name, versions });
  }

  #keep(item: Item): void {
    const id = idOf(item);
    const text = spellItem(item);
    this.items.set(id, text);
    this.#host.kept(id, text);
    this.#tombstones.changed(id, isTombstone(item));
    this.#scheduleSweep();
    // What is sent is what is held: an item that a peer has changed after this node did goes out as it is now.
    const isOwn = !this.#isMerging || this.#changed.has(id);
    if (isOwn && this.#peers.size > 0) this.#changed.set(id, item);
  }

  /** Sends what has changed in this turn to every peer that was heard. */
  endTurn(): void {
    if (this.#changed.size === 0) return;
    const chunks = this.#chunks();
    this.#changed.clear();
    for (const { cell } of this.#peers.values()) {
      for (const items of chunks) cell.inbox.next({ type: 'items.changed', items });
    }
  }

  #chunks(): Item[][] {
    const chunks: Item[][] = [];
    let room = 0;
    for (const [id, item] of this.#changed) {
      const bytes = itemBytes(id, this.items.text(id) ?? '');
      if (bytes > room) {
        chunks.push([]);
        room = MESSAGE_BYTES;
      }
      room -= bytes;
      chunks.at(-1)?.push(item);
    }
    return chunks;
  }

  deliver(message: GossipMessage): void {
    const peer = this.#peers.get(message.from);
    if (peer === undefined) {
      this.passedOver += 1;
      return;
    }
    const { taken, isNewLife, greets, outlivedBy } = peer.link.receive(message, this.#epoch);
    if (outlivedBy !== null) this.#raiseEpoch(outlivedBy + 1);
    if (outlivedBy !== null || isNewLife) this.#tombstones.startOver();
    if (isNewLife) peer.cell.inbox.next({ type: 'peer.met' });
    if (greets) this.#send(peer, { type: 'gossip.hello' });
    if (taken) this.#take(peer, message);
    else this.passedOver += 1;
  }

  #raiseEpoch(epoch: number): void {
    this.#epoch = epoch;
    this.#host.epochRaised(epoch);
  }

  #take(peer: Peer, message: GossipMessage): void {
    switch (message.type) {
      case 'gossip.hello':
        return;
      case 'gossip.push':
        this.#merge(message.items);
        return;
      case 'gossip.compare': {
        this.#merge(message.items);
        const { round, step } = message;
        const found = answer(this.items, message, round);
        return peer.cell.inbox.next({ type: 'step.asked', round, step, answer: found });
      }
      case 'gossip.differ':
        return this.#takeAnswer(peer, message);
      case 'gossip.tell': {
        if (!isSameView(message.view, this.#view())) return;
        const refused = this.#tombstones.take(peer.name, message.statements);
        return this.#send(peer, { type: 'gossip.told', number: message.number, refused });
      }
      case 'gossip.told':
        return this.#tombstones.outbox(peer.name).taken(message.number, message.refused);
    }
  }

  #takeAnswer(peer: Peer, message: MessageOf<'gossip.differ'>): void {
    peer.view = message.view;
    const received = this.#merge(message.items);
    const { round, step, cut } = message;
    const found = answer(this.items, message, round);
    peer.cell.inbox.next({ type: 'step.answered', round, step, answer: found, received, cut });
  }

  /** @returns how many items changed */
  #merge(items: readonly Item[]): number {
    let changed = 0;
    this.#isMerging = true;
    for (const item of items) {
      const id = idOf(item);
      const before = this.items.text(id);
      this.#host.merge(item);
      if (this.items.text(id) !== before) changed += 1;
      else if (this.items.isAside(id) && spellItem(item) !== before) this.#tombstones.doubt(id);
    }
    this.#isMerging = false;
    return changed;
  }

  #carryOut(peer: Peer, effect: GossipEffect): void {
    switch (effect.type) {
      case 'greet':
        return this.#send(peer, { type: 'gossip.hello' });
      case 'push':
        return this.#send(peer, { type: 'gossip.push', items: effect.items });
      case 'open':
        return this.#send(peer, {
          type: 'gossip.compare',
          round: effect.round,
          step: 0,
          ...opening(this.items),
        });
      case 'ask': {
        const { round, step, findings } = effect;
        return this.#send(peer, { type: 'gossip.compare', round, step, ...findings });
      }
      case 'answer': {
        const { round, step, findings } = effect;
        return this.#send(peer, { type: 'gossip.differ', round, step, view: this.#view(), ...findings });
      }
      case 'tell':
        return this.#tell(peer);
      case 'timer.set':
        return this.#host.timers.set(`gossip ${peer.name} ${effect.timer}`, effect.ms, () => {
          if (this.#stopped) return;
          peer.cell.inbox.next({ type: `${effect.timer}.timeout` });
          this.#host.endTurn();
        });
      case 'timer.clear':
        return this.#host.timers.clear(`gossip ${peer.name} ${effect.timer}`);
    }
  }

  /** States what there is to be stated, if both mean the same lives. */
  #tell(peer: Peer): void {
    const view = this.#view();
    if (!isComplete(view) || !isSameView(view, peer.view)) return;
    const batch = this.#tombstones.outbox(peer.name).next();
    if (batch === null) return;
    peer.link.raiseFence();
    this.#send(peer, { type: 'gossip.tell', view, ...batch });
  }

  #send({ name, link }: Peer, content: Content): void {
    const body = { ...link.fields(this.#epoch), ...content };
    this.#host.send(name, body as { readonly [name: string]: Json });
  }

  /** The lives of all nodes as this one knows them, by the nodes' names; 0 for one that was never heard. */
  #view(): readonly number[] {
    const { id, cluster } = this.#host;
    return [...cluster]
      .sort()
      .map((name) => (name === id ? this.#epoch : (this.#peers.get(name)?.link.theirEpoch ?? 0)));
  }

  #isPast(item: Item): boolean {
    if (item.kind === 'lww') return this.#host.nextTs() > item.entry.ts;
    // A lone node must go on counting above what it drops; beyond this, numbers could run out.
    return this.#peers.size > 0 || item.versions.every(({ count }) => count <= MAX_DROPPED_COUNT);
  }

  #scheduleSweep(): void {
    if (this.#sweeps || this.#tombstones.ageing === 0) return;
    this.#sweeps = true;
    this.#host.timers.set('gossip sweep', this.#host.intervalMs, () => {
      this.#sweeps = false;
      if (this.#stopped) return;
      this.#tombstones.sweep();
      this.#scheduleSweep();
      this.#host.endTurn();
    });
  }
}

/** Tombstones with events numbered above this are kept on a lone node. */
const MAX_DROPPED_COUNT = 2 ** 40;

function isComplete(view: readonly number[]): boolean {
  return view.every((epoch) => epoch > 0);
}

function isSameView(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((epoch, i) => epoch === b[i]);
}
