import {
  type Findings,
  NOTHING,
  type RangeDigests,
  type RangeList,
} from '../../../machines/gossip/messages.ts';
import { hashItem, spellLanes } from './hash.ts';
import { readItem } from './item-text.ts';
import type { Items } from './items.ts';

/**
 * How two nodes find out where they differ, without a list of all that they have. One names the digest of everything;
 * where the other has another digest it names those of sixteen parts, and so they go down in turns, until a part is
 * small enough to list. Whoever gets a list knows what to send and what to ask for. An answer follows from what is
 * asked and from what is held, so whoever answers remembers nothing.
 */

/** A range of at most so many items is listed instead of divided. */
const LIST_MAX = 16;
/** So many items go into one list; only a range of colliding hashes has more. */
const LIST_PART = 512;
/** About how many bytes a message may have, unless a single item takes more. */
export const MESSAGE_BYTES = 256 * 1024;

const UTF8_WORST = 3;

/** How a comparison begins. */
export function opening(items: Items): Findings {
  return { ...NOTHING, ranges: [['', [items.shared.digest('')]]] };
}

/**
 * The answer to one step of a comparison; the items that came with it have been merged already.
 *
 * @param round where to begin among what differs, so that what one message cannot hold is not left out every time
 */
export function answer(items: Items, asked: Findings, round: number): Findings {
  const draft = new Draft(items);
  for (const id of asked.wants) draft.ship(id);
  for (const list of asked.lists) compareList(items, list, draft);
  for (const part of turned(asked.ranges, round)) compareRange(items, part, round, draft);
  return draft.findings();
}

/** What one message takes, as far as it has room. */
class Draft {
  readonly #items: Items;
  readonly #shipped = new Map<string, string>();
  readonly #wants = new Set<string>();
  readonly #ranges: RangeDigests[] = [];
  readonly #lists: RangeList[] = [];
  #bytes = 0;
  #cut = false;

  constructor(items: Items) {
    this.#items = items;
  }

  /** Whether something of this size still fits; a message that is empty takes anything. */
  #hasRoom(bytes: number): boolean {
    if (this.#bytes > 0 && this.#bytes + bytes > MESSAGE_BYTES) {
      this.#cut = true;
      return false;
    }
    this.#bytes += bytes;
    return true;
  }

  /** @returns whether there may be room for more */
  ship(id: string): boolean {
    const text = this.#items.shared.get(id);
    if (text === null || this.#shipped.has(id)) return true;
    if (!this.#hasRoom(itemBytes(id, text))) return false;
    this.#shipped.set(id, text);
    return true;
  }

  shipAll(range: string): void {
    for (const [id] of this.#items.shared.entries(range)) if (!this.ship(id)) return;
  }

  want(id: string): void {
    if (!this.#wants.has(id) && this.#hasRoom(textBytes(id) + 3)) this.#wants.add(id);
  }

  divide(range: string): void {
    if (this.#hasRoom(16 * 19 + 16)) this.#ranges.push([range, this.#items.shared.digests(range)]);
  }

  list(range: string): void {
    const all = [...this.#items.shared.entries(range)].sort(([a], [b]) => (a < b ? -1 : 1));
    for (let at = 0; at === 0 || at < all.length; at += LIST_PART) {
      const part = all.slice(at, at + LIST_PART);
      const from = at === 0 ? '' : (part[0]?.[0] ?? '');
      const until = all[at + LIST_PART]?.[0] ?? null;
      const bytes = part.reduce(
        (sum, [id]) => sum + textBytes(id) + 25,
        60 + textBytes(from + (until ?? '')),
      );
      if (!this.#hasRoom(bytes)) return;
      const entries = part.map(([id, text]) => [id, spellLanes(hashItem(id, text))] as const);
      this.#lists.push({ range, from, until, entries });
    }
  }

  findings(): Findings {
    return {
      ranges: this.#ranges,
      lists: this.#lists,
      items: [...this.#shipped].map(([id, text]) => readItem(id, text)),
      wants: [...this.#wants],
      cut: this.#cut,
    };
  }
}

function compareRange(items: Items, [range, digests]: RangeDigests, round: number, draft: Draft): void {
  const parts = digests.map((digest, i) => ({
    part: digests.length === 1 ? range : range + i.toString(16),
    digest,
  }));
  for (const { part, digest } of turned(parts, round)) {
    if (items.shared.digest(part) === digest) continue;
    // At the end of the digits nothing can be divided any more.
    if (digest === '') draft.shipAll(part);
    else if (items.shared.count(part) <= LIST_MAX || part.length === 8) draft.list(part);
    else draft.divide(part);
  }
}

function compareList(items: Items, { range, from, until, entries }: RangeList, draft: Draft): void {
  const theirs = new Map(entries);
  for (const [id, text] of items.shared.entries(range)) {
    if (id < from || (until !== null && id >= until)) continue;
    if (theirs.get(id) !== spellLanes(hashItem(id, text))) draft.ship(id);
  }
  for (const [id, hash] of entries) if (items.hash(id) !== hash) draft.want(id);
}

/** The same elements, beginning elsewhere. */
function turned<T>(list: readonly T[], by: number): readonly T[] {
  const at = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

/** About what an item takes in a message. */
export function itemBytes(id: string, text: string): number {
  return 64 + textBytes(id) + textBytes(text);
}

/** An upper bound of what a text takes; quotes are doubled by a backslash. */
function textBytes(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    bytes += unit === 0x22 || unit === 0x5c ? 2 : unit < 0x80 ? 1 : UTF8_WORST;
  }
  return bytes;
}
