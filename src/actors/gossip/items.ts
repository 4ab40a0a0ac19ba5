import { itemId } from '../../../machines/gossip/messages.ts';
import type { LwwEntry } from '../../../machines/register/lww-entry.ts';
import { NO_VERSIONS, read, type Versions } from '../../../machines/register/versions.ts';
import type { Item } from '../../../machines/store/items.ts';
import { DigestTrie } from './digest-trie.ts';
import { hashItem, spellLanes } from './hash.ts';
import { readEntry, readItem, readVersions } from './item-text.ts';

/**
 * All items that a node holds. Most of them are in the trie that is compared with other nodes'; a tombstone that is on
 * its way out (`setAside`) is in no digest and is sent to nobody, but is held, and holds off what it deleted.
 */
export class Items {
  /** What is compared. */
  readonly shared = new DigestTrie();
  readonly #aside = new Map<string, string>();

  get size(): number {
    return this.shared.size + this.#aside.size;
  }

  entry(name: string): LwwEntry | null {
    const text = this.text(itemId('lww', name));
    return text === null ? null : readEntry(text);
  }

  versions(name: string): Versions {
    const text = this.text(itemId('vv', name));
    return text === null ? NO_VERSIONS : readVersions(text);
  }

  /** The text of an item; null when this node holds none. */
  text(id: string): string | null {
    return this.shared.get(id) ?? this.#aside.get(id) ?? null;
  }

  /** The item's hash, 16 hexadecimal digits; null when this node holds none. */
  hash(id: string): string | null {
    const text = this.text(id);
    return text === null ? null : spellLanes(hashItem(id, text));
  }

  set(id: string, text: string): void {
    this.#aside.delete(id);
    this.shared.set(id, text);
  }

  isAside(id: string): boolean {
    return this.#aside.has(id);
  }

  setAside(id: string): void {
    const text = this.shared.get(id);
    if (text === null) return;
    this.shared.delete(id);
    this.#aside.set(id, text);
  }

  putBack(id: string): void {
    const text = this.#aside.get(id);
    if (text !== undefined) this.set(id, text);
  }

  delete(id: string): void {
    this.#aside.delete(id);
    this.shared.delete(id);
  }

  /** Everything, what is set aside included; in no particular order. */
  *[Symbol.iterator](): Iterator<Item> {
    for (const [id, text] of this.shared.entries()) yield readItem(id, text);
    for (const [id, text] of this.#aside) yield readItem(id, text);
  }
}

/** The same of an item as it is kept, mostly without reading it: many are asked when a node starts. */
export function isTombstoneText(id: string, text: string): boolean {
  const isEntry = id.startsWith('l');
  // A deletion is its timestamp and nothing else (item-text.ts).
  return isEntry ? !text.includes(',') : isTombstone(readItem(id, text));
}

/** Whether an item says only that there is nothing any more. */
export function isTombstone(item: Item): boolean {
  return item.kind === 'lww' ? item.entry.deleted : read(item.versions).length === 0;
}
