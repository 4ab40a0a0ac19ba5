import { canonical, type Json } from '../../machines/json.ts';
import type { Entry, RaftEffect } from '../../machines/raft/events.ts';
import type { Checkpoint, StateItem } from '../../machines/raft/snapshot.ts';

/** The state as of a checkpoint, its items in order of their keys. */
export type StoredState = { readonly checkpoint: Checkpoint; readonly items: readonly StateItem[] };
type Chunk = { readonly items: readonly StateItem[]; readonly next: string | null };

/**
 * The state machine of a test's node and the disk under it, as plain as can be: a map, and copies of it. What the
 * disk holds lives on in `restarted`.
 */
export class RaftStore {
  /** What is applied. */
  values = new Map<string, Json>();
  /** The latest durable checkpoint. */
  durable: StoredState | null = null;
  /** The snapshot that is being received. */
  staged: StoredState | null = null;
  /** The state that the chart wants a checkpoint of. */
  pending: StoredState | null = null;
  /** Followers that are being sent a checkpoint, and which. */
  readonly readers = new Map<string, StoredState>();

  take(effect: RaftEffect): void {
    switch (effect.type) {
      case 'apply':
        for (const entry of effect.entries) this.#apply(entry);
        return;
      case 'checkpoint':
        this.pending = { checkpoint: effect.checkpoint, items: this.items() };
        return;
      case 'snapshot.stage': {
        const { checkpoint, after, items } = effect;
        const before = after === null ? [] : (this.staged?.items ?? []);
        this.staged = { checkpoint, items: [...before, ...items] };
        return;
      }
      case 'snapshot.install':
        this.durable = this.staged;
        this.staged = null;
        return;
      case 'state.restore':
        this.values = new Map(this.durable?.items);
        return;
      case 'snapshot.end':
        this.readers.delete(effect.to);
        return;
      default:
    }
  }

  /** The checkpoint that was wanted is durable now. */
  complete(): void {
    this.durable = this.pending;
    this.pending = null;
  }

  /** Everything that is applied, in order. */
  items(): readonly StateItem[] {
    return [...this.values].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** The chunk of `checkpoint` that follows the key `after`; null when the disk has another checkpoint by now. */
  chunk(to: string, checkpoint: Checkpoint, after: string | null, maxItems: number): Chunk | null {
    let state = this.readers.get(to);
    if (state?.checkpoint.index !== checkpoint.index) state = this.durable ?? undefined;
    if (state?.checkpoint.index !== checkpoint.index) return null;
    this.readers.set(to, state);
    const rest = state.items.filter(([key]) => after === null || key > after);
    const items = rest.slice(0, maxItems);
    return { items, next: rest.length > items.length ? (items.at(-1)?.[0] ?? null) : null };
  }

  /** What a node finds that starts again. */
  restarted(): RaftStore {
    const store = new RaftStore();
    store.durable = this.durable;
    store.staged = this.staged;
    store.values = new Map(this.durable?.items);
    return store;
  }

  #apply({ op }: Entry): void {
    if (op?.type === 'write') this.values.set(`key/${canonical(op.key)}`, op.value);
  }
}
