import { invariant } from '../../machines/assert.ts';
import { canonical } from '../../machines/json.ts';
import type { LwwEntry } from '../../machines/register/lww-entry.ts';
import { read, type Slot, type Versions } from '../../machines/register/versions.ts';
import type { Item } from '../../machines/store/items.ts';
import type { CellStep } from '../actors/cell.ts';
import type { Replica } from '../actors/replica.ts';
import type { Acknowledged } from './store-clients.ts';

type Context = { readonly versions?: Versions; readonly entry?: LwwEntry | null };

/**
 * What must hold of the registers after every step, at any node: an event of a version vector stands for one write,
 * wherever it is met, and for ever.
 */
export class StoreInvariants {
  /** What each event wrote and where it was met, by register, actor and number. */
  readonly #events = new Map<string, { readonly wrote: string; readonly nodes: Set<string> }>();
  /** How many steps were looked at: zero would mean that nothing was checked. */
  checks = 0;
  /** The most values that one key had at one time. */
  mostSiblings = 0;

  /** How many events of vectors have been met. */
  get minted(): number {
    return this.#events.size;
  }

  /** @throws InvariantViolation naming the property that does not hold */
  check(node: string, { cell, event, snapshot }: CellStep): void {
    const { versions } = (snapshot as { readonly context: Context }).context;
    if (versions === undefined || event.type === 'versions.read') return;
    this.checks += 1;
    const alive = read(versions);
    this.mostSiblings = Math.max(this.mostSiblings, alive.length);
    this.#meet(node, cell, versions);
    const values = alive.map(({ value }) => canonical(value));
    invariant(new Set(values).size === values.length, 'a write is held once', () => ({ node, cell, values }));
  }

  /**
   * A node loses its memory. What was met nowhere else may never have been durable, and then never was: its event may be
   * given out again. What was durable is met again when the node has started.
   */
  crashed(node: string): void {
    for (const [name, { nodes }] of this.#events) {
      nodes.delete(node);
      if (nodes.size === 0) this.#events.delete(name);
    }
  }

  /** A node has started. @param items what it has found on its disk */
  restarted(node: string, items: Iterable<Item>): void {
    for (const item of items) {
      if (item.kind !== 'lww') this.#meet(node, `siblings ${item.name}`, item.versions);
    }
  }

  #meet(node: string, cell: string, versions: Versions): void {
    for (const { actor, count, version } of versions) {
      if (version === null) continue;
      const name = canonical([cell, actor, count]);
      const wrote = canonical([version.value, version.vc]);
      const known = this.#events.get(name);
      if (known === undefined) this.#events.set(name, { wrote, nodes: new Set([node]) });
      else known.nodes.add(node);
      invariant(known === undefined || known.wrote === wrote, 'no two writes share an event', () => ({
        node,
        event: [actor, count],
        writes: [known?.wrote, wrote],
      }));
    }
  }

  /**
   * Whether a node holds an acknowledged write or deletion, or what came of it. A context can name a later event of the
   * same actor to a node that has never heard of this one: it knows that the write is dead, and nothing of what the
   * write had replaced.
   */
  knows(replica: Replica, { key, ts, vc }: Acknowledged): boolean {
    const name = canonical(key);
    if (ts !== null) return (replica.entry(name)?.ts ?? -1) >= ts;
    const versions = replica.versions(name);
    const known = new Map(versions.map(({ actor, count }) => [actor, count]));
    const seen = new Map(vc);
    const isReplaced = ({ actor, count, version }: Slot) =>
      version === null || count > (seen.get(actor) ?? 0) || canonical(version.vc) === canonical([...vc]);
    return [...vc].every(([actor, count]) => (known.get(actor) ?? 0) >= count) && versions.every(isReplaced);
  }
}
