import type { SnapshotFrom } from 'xstate';
import { sessionMachine } from '../../machines/session/session.machine.ts';
import { createGate } from './step.ts';

const gate = createGate(sessionMachine);
const fresh = gate.start(undefined).snapshot;
const tracking: SnapshotFrom<typeof sessionMachine> = gate.machine.resolveState({
  value: 'tracking',
  context: { shownIndex: 0 },
});

/** Longer names are not remembered: the memory of a session must not depend on what clients call themselves. */
const MAX_NAME_LENGTH = 256;

/**
 * What every client has been shown by this node. Sessions are virtual actors, and bounded in number: the client that
 * was shown nothing for the longest time is forgotten first. To be forgotten costs freshness never, and speed
 * at most: a client that is not known is taken to have seen whatever any forgotten one has seen.
 */
export class Sessions {
  readonly #capacity: number;
  /** In order of last use, the least recently used first. */
  readonly #shown = new Map<string, number>();
  #forgottenIndex = 0;

  /** @param capacity how many clients are remembered; with 0, one number serves for all of them */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many clients are remembered. */
  get size(): number {
    return this.#shown.size;
  }

  /** Whether the client has been shown something in this life of the node, and is remembered. */
  knows(client: string): boolean {
    return this.#shown.has(client);
  }

  /** What a read by this client may not be older than. */
  tokenOf(client: string): number {
    return this.#shown.get(client) ?? this.#forgottenIndex;
  }

  /** A reply that carries `index` goes out to the client. */
  show(client: string, index: number): void {
    if (this.#capacity === 0 || client.length > MAX_NAME_LENGTH) {
      this.#forgottenIndex = Math.max(this.#forgottenIndex, index);
      return;
    }
    const known = this.#shown.get(client);
    const before = known === undefined ? this.#remembered() : { ...tracking, context: { shownIndex: known } };
    const { snapshot } = gate.step(before, { type: 'index.shown', index });
    this.#shown.delete(client);
    this.#shown.set(client, snapshot.context.shownIndex);
    if (this.#shown.size > this.#capacity) this.#forgetOne();
  }

  /** A client that comes anew may be one that was forgotten. */
  #remembered(): typeof tracking {
    return this.#forgottenIndex === 0
      ? fresh
      : { ...tracking, context: { shownIndex: this.#forgottenIndex } };
  }

  #forgetOne(): void {
    for (const [client, index] of this.#shown) {
      this.#shown.delete(client);
      this.#forgottenIndex = Math.max(this.#forgottenIndex, index);
      return;
    }
  }
}
