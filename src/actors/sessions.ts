import type { Subject } from 'rxjs';
import type { SnapshotFrom } from 'xstate';
import { sessionMachine } from '../../machines/session/session.machine.ts';
import type { CellStep } from './cell.ts';
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
  readonly #steps: Subject<CellStep> | undefined;
  /** In order of last use, the least recently used first. */
  readonly #shown = new Map<string, number>();
  #forgottenIndex = 0;

  /**
   * @param capacity how many clients are remembered; with 0, one number serves for all of them
   * @param steps tells an observer of every step; costs nothing while nobody listens
   */
  constructor(capacity: number, steps?: Subject<CellStep>) {
    this.#capacity = capacity;
    this.#steps = steps;
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
    const before = known === undefined ? this.#remembered() : gate.at(tracking, { shownIndex: known });
    const event = { type: 'index.shown', index } as const;
    const { snapshot, effects } = gate.step(before, event);
    if (this.#steps?.observed) {
      const cell = `session ${client}`;
      this.#steps.next({ cell, chart: gate.machine.id, event, before: null, snapshot, effects });
    }
    this.#shown.delete(client);
    this.#shown.set(client, snapshot.context.shownIndex);
    if (this.#shown.size > this.#capacity) this.#forgetOne();
  }

  /** A client that comes anew may be one that was forgotten. */
  #remembered(): typeof tracking {
    return this.#forgottenIndex === 0 ? fresh : gate.at(tracking, { shownIndex: this.#forgottenIndex });
  }

  #forgetOne(): void {
    for (const [client, index] of this.#shown) {
      this.#shown.delete(client);
      this.#forgottenIndex = Math.max(this.#forgottenIndex, index);
      return;
    }
  }
}
