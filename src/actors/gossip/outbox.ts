import type { Stage, Statement } from '../../../machines/gossip/messages.ts';

/** So many statements go into one message at most. */
const BATCH_MAX = 512;
/** About how many characters of ids go into one message, unless a single one takes more. */
const BATCH_CHARACTERS = 64 * 1024;

/** What is to be stated to one peer, until it has taken it. Of a tombstone only the latest statement counts. */
export class Outbox {
  readonly #waiting = new Map<string, Statement>();
  #batch: readonly Statement[] = [];
  #number = 0;

  get size(): number {
    return this.#waiting.size;
  }

  put(id: string, hash: string, stage: Stage): void {
    // What is put again goes to the end: nobody waits behind one that is refused time and again.
    this.#waiting.delete(id);
    this.#waiting.set(id, [id, hash, stage]);
  }

  delete(id: string): void {
    this.#waiting.delete(id);
  }

  clear(): void {
    this.#waiting.clear();
  }

  /** The next batch, which takes the place of the one before; null when there is nothing to state. */
  next(): { readonly number: number; readonly statements: readonly Statement[] } | null {
    const statements: Statement[] = [];
    let characters = 0;
    for (const statement of this.#waiting.values()) {
      characters += statement[0].length;
      if (statements.length === BATCH_MAX || (statements.length > 0 && characters > BATCH_CHARACTERS)) break;
      statements.push(statement);
    }
    if (statements.length === 0) return null;
    this.#number += 1;
    this.#batch = statements;
    return { number: this.#number, statements };
  }

  /** The peer has taken a batch, except what it refused. */
  taken(number: number, refused: readonly string[]): void {
    if (number !== this.#number) return;
    const again = new Set(refused);
    for (const statement of this.#batch) {
      const [id, hash, stage] = statement;
      if (this.#waiting.get(id) !== statement) continue;
      if (again.has(id)) this.put(id, hash, stage);
      else this.#waiting.delete(id);
    }
    this.#batch = [];
  }
}
