import { invariant } from '../../machines/assert.ts';
import { canonical, type Json } from '../../machines/json.ts';
import type { Entry, Origin } from '../../machines/raft/events.ts';

/**
 * The state machine once more, in other words than the node's: what a committed log makes of the registers. It is led
 * along the one committed log of a run, and says of any index what every node has to hold there, whether the node got
 * there entry by entry or by a snapshot.
 */
export class Reference {
  readonly #entries: Entry[] = [];
  readonly #state = new ReferenceState();
  /** The state's digest after each entry; the first is that of the empty state. */
  readonly #digests: bigint[] = [0n];

  /** How many entries it has applied. */
  get length(): number {
    return this.#entries.length;
  }

  /** The entry at an index, from 1. */
  entryAt(index: number): Entry | undefined {
    return this.#entries[index - 1];
  }

  /** The next entry of the committed log. */
  apply(entry: Entry): void {
    this.#entries.push(entry);
    this.#state.apply(entry);
    this.#digests.push(this.#state.digest);
  }

  /**
   * That a node's registers hold what they should.
   * @param values by the canonical spelling of their keys
   * @throws InvariantViolation when they do not
   */
  checkState(node: string, index: number, values: ReadonlyMap<string, Json>): void {
    const digest = this.#digests[index];
    invariant(digest !== undefined, 'what is applied is committed', () => ({
      node,
      index,
      committed: this.length,
    }));
    let held = 0n;
    for (const [key, value] of values) held ^= hashOf(key, value);
    invariant(held === digest, 'the state at an index is what the committed log makes of it', () => ({
      node,
      index,
      holds: [...values],
      should: [...this.#valuesAt(index)],
    }));
  }

  #valuesAt(index: number): ReadonlyMap<string, Json> {
    const state = new ReferenceState();
    for (const entry of this.#entries.slice(0, index)) state.apply(entry);
    return state.values;
  }
}

type Life = { incarnation: number; floor: number; readonly applied: Set<number> };

class ReferenceState {
  readonly values = new Map<string, Json>();
  readonly #lives = new Map<string, Life>();
  /** Of all pairs together: it does not depend on their order, and changes with each of them. */
  digest = 0n;

  apply({ op, origin, number }: Entry): void {
    // A change of membership is a request like any other, and tells of a new life of its node, too.
    if (op === null || origin === null || !this.#isFirst(origin, number) || op.type === 'members') return;
    const key = canonical(op.key);
    if (op.type === 'write') return this.#put(key, op.value);
    const value = this.values.get(key);
    const fits = value === undefined ? op.createIfNotExists : canonical(value) === canonical(op.from);
    if (fits) this.#put(key, op.to);
  }

  #put(key: string, value: Json): void {
    const before = this.values.get(key);
    if (before !== undefined) this.digest ^= hashOf(key, before);
    this.digest ^= hashOf(key, value);
    this.values.set(key, value);
  }

  /** A request counts once, in the latest life of its node, and only while its node has not settled it (thesis 6.3). */
  #isFirst({ node, incarnation, floor }: Origin, number: number): boolean {
    const life = this.#lives.get(node);
    if (life === undefined || life.incarnation < incarnation) {
      this.#lives.set(node, { incarnation, floor, applied: new Set([number]) });
      return true;
    }
    if (life.incarnation > incarnation || number < life.floor || life.applied.has(number)) return false;
    life.applied.add(number);
    life.floor = Math.max(life.floor, floor);
    return true;
  }
}

/** FNV-1a with 64 bits, in two halves: what a pair is for the digest. */
function hashOf(key: string, value: Json): bigint {
  const text = `${key}\n${canonical(value)}`;
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let i = 0; i < text.length; i += 1) {
    low = Math.imul(low ^ text.charCodeAt(i), 0x01000193);
    high = Math.imul(high ^ text.charCodeAt(i), 0x85ebca6b);
  }
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
