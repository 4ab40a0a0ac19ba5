import type { EventFromLogic, SnapshotFrom } from 'xstate';
import type { Stage, Statement } from '../../../machines/gossip/messages.ts';
import {
  type TombstoneContext,
  type TombstoneEffect,
  tombstoneMachine,
} from '../../../machines/gossip/tombstone.machine.ts';
import type { Item } from '../../../machines/store/items.ts';
import type { CellStep } from '../cell.ts';
import { createGate } from '../step.ts';
import { readItem } from './item-text.ts';
import type { Items } from './items.ts';
import { Outbox } from './outbox.ts';

const gate = createGate(tombstoneMachine);

/** So many tombstones are looked at in one sweep. */
const SWEEP_MAX = 4096;

/** What the tombstones need of their node. */
export type TombstonesHost = {
  readonly peers: readonly string[];
  readonly items: Items;
  /** How long a tombstone is held at the least. */
  readonly graceMs: number;
  nowMs(): number;
  /** Whether nothing that this node writes from now on could be weaker than this tombstone. */
  isPast(item: Item): boolean;
  /** This item is gone. */
  dropped(item: Item): void;
  onStep(step: CellStep): void;
};

type State = 'held' | 'ripe' | 'condemned';
/** A tombstone's chart as a plain value; one that nothing has happened to yet has none. */
type Record = { readonly value: State; readonly context: TombstoneContext };

/** The tombstones that a node holds, on their way to being dropped. A virtual actor each (tombstone.machine.ts). */
export class Tombstones {
  readonly #host: TombstonesHost;
  readonly #fresh: SnapshotFrom<typeof tombstoneMachine>;
  readonly #outboxes: ReadonlyMap<string, Outbox>;
  /** Since when each was held that is not ripe yet, the oldest first. */
  readonly #ageing = new Map<string, number>();
  readonly #records = new Map<string, Record>();

  constructor(host: TombstonesHost) {
    this.#host = host;
    this.#fresh = gate.start({ peers: host.peers }).snapshot;
    this.#outboxes = new Map(host.peers.map((peer) => [peer, new Outbox()]));
  }

  /** How many are not ripe yet. */
  get ageing(): number {
    return this.#ageing.size;
  }

  /** What is to be stated to a peer. */
  outbox(peer: string): Outbox {
    return this.#outboxes.get(peer) ?? new Outbox();
  }

  /** An item has become another: whatever was said of it before is over. */
  changed(id: string, isTombstone: boolean): void {
    this.#records.delete(id);
    for (const outbox of this.#outboxes.values()) outbox.delete(id);
    this.#ageing.delete(id);
    if (isTombstone) this.#ageing.set(id, this.#host.nowMs());
  }

  /** Looks for tombstones that have become old enough. */
  sweep(): void {
    const { graceMs, items, isPast } = this.#host;
    const nowMs = this.#host.nowMs();
    let looked = 0;
    for (const [id, sinceMs] of this.#ageing) {
      if (sinceMs + graceMs > nowMs || looked === SWEEP_MAX) break;
      looked += 1;
      this.#ageing.delete(id);
      const text = items.text(id);
      if (text === null) continue;
      if (isPast(readItem(id, text))) this.#step(id, { type: 'ripened' });
      else this.#ageing.set(id, nowMs);
    }
  }

  /** A peer's statements. @returns the ids of those that cannot be taken yet: this node does not hold what they name */
  take(from: string, statements: readonly Statement[]): string[] {
    const { items } = this.#host;
    const refused: string[] = [];
    for (const [id, hash, stage] of statements) {
      const own = items.hash(id);
      if (own === hash) {
        this.#step(id, { type: 'stated', from, stage });
      } else if (own !== null || stage === 'ripe') {
        refused.push(id);
      }
      // The peer condemned what this life of this node held, too: so it was dropped here already.
    }
    return refused;
  }

  /** A write turned up that this tombstone deleted: somebody does not hold it. */
  doubt(id: string): void {
    this.#step(id, { type: 'doubted' });
    this.#ageing.set(id, this.#host.nowMs());
  }

  /** Some node lives another life than when statements were made: they are made again. */
  startOver(): void {
    for (const outbox of this.#outboxes.values()) outbox.clear();
    for (const [id, { value }] of [...this.#records]) {
      this.#step(id, { type: 'doubted' });
      if (value !== 'held') this.#step(id, { type: 'ripened' });
    }
  }

  #step(id: string, event: EventFromLogic<typeof tombstoneMachine>): void {
    const { snapshot, effects } = gate.step(this.#activate(id), event);
    const { context, value } = snapshot;
    if (snapshot.status === 'done') this.#records.delete(id);
    else this.#records.set(id, { value: value as State, context });
    this.#host.onStep({
      cell: `tombstone ${id}`,
      chart: tombstoneMachine.id,
      event,
      before: null,
      snapshot,
      effects,
    });
    for (const effect of effects) this.#carryOut(id, effect);
  }

  #activate(id: string): SnapshotFrom<typeof tombstoneMachine> {
    const record = this.#records.get(id);
    return record === undefined ? this.#fresh : gate.machine.resolveState(record);
  }

  #carryOut(id: string, effect: TombstoneEffect): void {
    const { items } = this.#host;
    switch (effect.type) {
      case 'state':
        return this.#state(id, effect.stage);
      case 'set.aside':
        return items.setAside(id);
      case 'put.back':
        for (const outbox of this.#outboxes.values()) outbox.delete(id);
        return items.putBack(id);
      case 'drop': {
        const text = items.text(id);
        items.delete(id);
        if (text !== null) this.#host.dropped(readItem(id, text));
      }
    }
  }

  #state(id: string, stage: Stage): void {
    const hash = this.#host.items.hash(id);
    if (hash === null) return;
    for (const outbox of this.#outboxes.values()) outbox.put(id, hash, stage);
  }
}
