import type { Dice } from '../../kit/dice.ts';

/** Whom a fault may take away. */
export const WHOM = ['leader', 'one', 'minority', 'majority'] as const;
export type Whom = (typeof WHOM)[number];

/** What each means, for the help. */
export const WHOM_HELP: { readonly [whom in Whom]: string } = {
  leader: 'the node that leads (any, when nobody is known to lead)',
  one: 'any one node',
  minority: 'as many as can go while a majority stays',
  majority: 'a bare majority; never unless asked for',
};

/** By turns, the leader's first: what most faults come down to, so that a short run sees at least that. */
export const BY_TURNS: readonly Whom[] = ['leader', 'one', 'minority'];

/**
 * Who takes part at present. Faults that take nodes away ask here, so that two of them together do not take the
 * majority that each by itself would leave.
 */
export class Attendance {
  readonly #members: () => readonly string[];
  readonly #needed: (members: number) => number;
  /** For each member that is away, how many strikes keep it away: one that is paused may be killed, too. */
  readonly #away = new Map<string, number>();

  /**
   * @param members who belongs to the cluster at present
   * @param needed of so many members, how many must stay
   */
  constructor(members: () => readonly string[], needed: (members: number) => number = majorityOf) {
    this.#members = members;
    this.#needed = needed;
  }

  get members(): readonly string[] {
    return this.#members();
  }

  /** Members that are there, in order. */
  get present(): string[] {
    return this.#members().filter((node) => !this.#away.has(node));
  }

  /** How many more may go. One at least may where no majority could ever be left: in a cluster of one or two. */
  get dispensable(): number {
    const members = this.#members().length;
    const present = this.present.length;
    const spare = present - this.#needed(members);
    return members < 3 && present === members ? Math.max(1, spare) : Math.max(0, spare);
  }

  /** A strike takes these away. */
  leave(nodes: readonly string[]): void {
    for (const node of nodes) this.#away.set(node, (this.#away.get(node) ?? 0) + 1);
  }

  /** That strike is over; who was taken by another, too, is still away. */
  comeBack(nodes: readonly string[]): void {
    for (const node of nodes) {
      const strikes = (this.#away.get(node) ?? 0) - 1;
      if (strikes > 0) this.#away.set(node, strikes);
      else this.#away.delete(node);
    }
  }

  /**
   * Draws whom to take away.
   * @param leader who is believed to lead
   * @returns their names in order; empty when nobody can be spared
   */
  draw(whom: Whom, leader: string | undefined, dice: Dice): string[] {
    const { present, dispensable } = this;
    if (whom === 'majority') {
      const size = Math.min(present.length, majorityOf(this.members.length));
      return this.#inOrder(dice.shuffled(present).slice(0, size));
    }
    if (dispensable === 0) return [];
    if (whom === 'leader' && leader !== undefined && present.includes(leader)) return [leader];
    const size = whom === 'minority' ? dispensable : 1;
    return this.#inOrder(dice.shuffled(present).slice(0, size));
  }

  #inOrder(nodes: readonly string[]): string[] {
    return this.#members().filter((node) => nodes.includes(node));
  }
}

export function majorityOf(members: number): number {
  return Math.floor(members / 2) + 1;
}

/** Goes through kinds by turns: first as they stand, then shuffled anew each time. */
export class Turns<T> {
  readonly #kinds: readonly T[];
  readonly #dice: Dice;
  #left: T[];

  /** @param kinds at least one */
  constructor(kinds: readonly T[], dice: Dice) {
    this.#kinds = kinds;
    this.#dice = dice;
    this.#left = kinds.slice();
  }

  next(): T {
    if (this.#left.length === 0) this.#left = this.#dice.shuffled(this.#kinds);
    return this.#left.shift() as T;
  }
}
