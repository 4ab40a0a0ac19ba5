import { invariant } from '../../../machines/assert.ts';
import { hashItem, type Lanes, placeOf, spellLanes } from './hash.ts';

/**
 * The items of a node, in a trie over the hash of their ids. Each part of the trie knows the sum of the hashes of what
 * is below it: the digest of a range. A sum depends neither on the order in which items came nor on the trie's shape,
 * so two nodes with the same items have the same digest of every range.
 *
 * An item is a text. A leaf holds up to LEAF_MAX of them in one plain array, place, id and text in turn: an object for
 * each item, or an array for each of the three, would take more memory than the items do.
 */

/** Above this many items a leaf is divided into sixteen; at half as many a branch becomes a leaf again. */
const LEAF_MAX = 32;
const JOIN_AT = LEAF_MAX / 2;
/** So many slots an item takes in a leaf, and where in them its id and its text are. */
const WIDTH = 3;
const ID = 1;
const TEXT = 2;
/** So many digits a place has. */
const MAX_DEPTH = 8;

type Leaf = {
  readonly isLeaf: true;
  high: number;
  low: number;
  /** For each item its place, its id and its text. */
  readonly slots: (number | string)[];
};

type Branch = {
  readonly isLeaf: false;
  high: number;
  low: number;
  count: number;
  readonly children: (TrieNode | null)[];
};

type TrieNode = Leaf | Branch;

/** What a change adds to the digests on its way. */
type Delta = { high: number; low: number; count: number };

/** One item with its place. */
type Entry = readonly [place: number, id: string, text: string];

export class DigestTrie {
  #root: TrieNode | null = null;

  get size(): number {
    return countOf(this.#root);
  }

  /** The item's text; null when there is none. */
  get(id: string): string | null {
    const place = placeOf(id);
    let node = this.#root;
    for (let depth = 0; node !== null && !node.isLeaf; depth += 1) {
      node = node.children[digitOf(place, depth)] ?? null;
    }
    if (node === null) return null;
    const at = indexIn(node, place, id);
    return at < 0 ? null : textAt(node, at);
  }

  set(id: string, text: string): void {
    const delta = { high: 0, low: 0, count: 0 };
    add(delta, hashItem(id, text), 1);
    this.#root = put(this.#root, 0, [placeOf(id), id, text], delta);
  }

  delete(id: string): void {
    this.#root = remove(this.#root, 0, placeOf(id), id, { high: 0, low: 0, count: 0 });
  }

  /** The digest of a range: 16 hexadecimal digits, or the empty string when nothing is in it. */
  digest(range: string): string {
    const node = this.#find(range);
    if (node !== null && isWhole(node)) return spell(node.node);
    return spellSum(this.#within(range));
  }

  /** The digests of the sixteen parts of a range. */
  digests(range: string): readonly string[] {
    const found = this.#find(range);
    if (found !== null && isWhole(found) && !found.node.isLeaf) return found.node.children.map(spell);
    const parts: Entry[][] = Array.from({ length: 16 }, () => []);
    for (const entry of this.#within(range)) parts[digitOf(entry[0], range.length)]?.push(entry);
    return parts.map(spellSum);
  }

  /** How many items are in a range. */
  count(range: string): number {
    const found = this.#find(range);
    if (found === null) return 0;
    return isWhole(found) ? countOf(found.node) : [...this.#within(range)].length;
  }

  /** The items of a range, in no particular order. */
  *entries(range = ''): Iterable<readonly [id: string, text: string]> {
    for (const [, id, text] of this.#within(range)) yield [id, text];
  }

  /** The node that holds a whole range, or the leaf that holds it with others; null when nothing is there. */
  #find(range: string): Found | null {
    let node = this.#root;
    let rest = range;
    while (node !== null && !node.isLeaf && rest !== '') {
      node = node.children[Number.parseInt(rest.charAt(0), 16)] ?? null;
      rest = rest.slice(1);
    }
    return node === null ? null : { node, rest };
  }

  *#within(range: string): Iterable<Entry> {
    const found = this.#find(range);
    if (found === null) return;
    if (isWhole(found)) {
      yield* entriesOf(found.node);
      return;
    }
    const above = 32 - 4 * range.length;
    const prefix = Number.parseInt(range, 16);
    for (const entry of entriesOf(found.node)) if (entry[0] >>> above === prefix) yield entry;
  }
}

/** `rest` is what the range has beyond its leaf. */
type Found = { readonly node: TrieNode; readonly rest: string };

function isWhole({ rest }: Found): boolean {
  return rest === '';
}

function digitOf(place: number, depth: number): number {
  return (place >>> (28 - 4 * depth)) & 15;
}

function countOf(node: TrieNode | null): number {
  if (node === null) return 0;
  return node.isLeaf ? node.slots.length / WIDTH : node.count;
}

/** The slot at which an item begins; -1 when it is not here. */
function indexIn({ slots }: Leaf, place: number, id: string): number {
  for (let at = 0; at < slots.length; at += WIDTH) {
    if (slots[at] === place && slots[at + ID] === id) return at;
  }
  return -1;
}

function textAt({ slots }: Leaf, at: number): string {
  return slots[at + TEXT] as string;
}

/** Puts an item below a node. `delta` comes with what is new, and leaves with what has changed. */
function put(node: TrieNode | null, depth: number, entry: Entry, delta: Delta): TrieNode {
  if (node === null) return createLeaf([entry]);
  if (node.isLeaf) {
    putIntoLeaf(node, entry, delta);
    return countOf(node) > LEAF_MAX && depth < MAX_DEPTH ? divide(node, depth) : node;
  }
  const digit = digitOf(entry[0], depth);
  node.children[digit] = put(node.children[digit] ?? null, depth + 1, entry, delta);
  change(node, delta);
  return node;
}

function putIntoLeaf(leaf: Leaf, [place, id, text]: Entry, delta: Delta): void {
  const at = indexIn(leaf, place, id);
  if (at < 0) {
    leaf.slots.push(place, id, text);
  } else {
    add(delta, hashItem(id, textAt(leaf, at)), -1);
    leaf.slots[at + TEXT] = text;
  }
  change(leaf, delta);
}

/** Removes an item below a node. @returns null when nothing is left there */
function remove(
  node: TrieNode | null,
  depth: number,
  place: number,
  id: string,
  delta: Delta,
): TrieNode | null {
  if (node === null) return null;
  if (node.isLeaf) {
    const at = indexIn(node, place, id);
    if (at < 0) return node;
    add(delta, hashItem(id, textAt(node, at)), -1);
    node.slots.splice(at, WIDTH);
    change(node, delta);
    return node.slots.length === 0 ? null : node;
  }
  const digit = digitOf(place, depth);
  node.children[digit] = remove(node.children[digit] ?? null, depth + 1, place, id, delta);
  change(node, delta);
  return node.count > JOIN_AT ? node : createLeaf([...entriesOf(node)]);
}

function add(delta: Delta, [high, low]: Lanes, sign: 1 | -1): void {
  delta.high = (delta.high + sign * high) | 0;
  delta.low = (delta.low + sign * low) | 0;
  delta.count += sign;
}

function change(node: TrieNode, { high, low, count }: Delta): void {
  node.high = (node.high + high) | 0;
  node.low = (node.low + low) | 0;
  if (!node.isLeaf) node.count += count;
}

function createLeaf(entries: readonly Entry[]): Leaf {
  const [high, low] = sumOf(entries);
  return { isLeaf: true, high, low, slots: entries.flat() };
}

function divide(leaf: Leaf, depth: number): Branch {
  const parts: Entry[][] = Array.from({ length: 16 }, () => []);
  for (const entry of entriesOf(leaf)) parts[digitOf(entry[0], depth)]?.push(entry);
  const children = parts.map((part) => {
    if (part.length === 0) return null;
    // Ids whose hashes begin alike are divided again, until their hashes are used up.
    const child = createLeaf(part);
    return part.length > LEAF_MAX && depth + 1 < MAX_DEPTH ? divide(child, depth + 1) : child;
  });
  const { high, low } = leaf;
  const branch: Branch = { isLeaf: false, high, low, count: countOf(leaf), children };
  invariant(branch.count === children.reduce((sum, child) => sum + countOf(child), 0), 'no item is lost');
  return branch;
}

function* entriesOf(node: TrieNode | null): Iterable<Entry> {
  if (node === null) return;
  if (node.isLeaf) {
    const { slots } = node;
    for (let at = 0; at < slots.length; at += WIDTH) {
      yield [slots[at] as number, slots[at + ID] as string, slots[at + TEXT] as string];
    }
  } else {
    for (const child of node.children) yield* entriesOf(child);
  }
}

function sumOf(entries: Iterable<Entry>): Lanes {
  let high = 0;
  let low = 0;
  for (const [, id, text] of entries) {
    const [h, l] = hashItem(id, text);
    high = (high + h) | 0;
    low = (low + l) | 0;
  }
  return [high, low];
}

function spell(node: TrieNode | null): string {
  return countOf(node) === 0 || node === null ? '' : spellLanes([node.high, node.low]);
}

function spellSum(entries: Iterable<Entry>): string {
  const all = [...entries];
  return all.length === 0 ? '' : spellLanes(sumOf(all));
}
