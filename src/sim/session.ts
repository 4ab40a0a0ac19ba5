import type { Dice } from '../kit/dice.ts';

/** How many sessions stay with one node, as long as it lasts. */
const STAYING_SHARE = 0.4;
const MOVE_SHARE = 0.4;
/** How many reads ask for more than anyone was shown: some of it comes in time, some never. */
const FAR_TOKEN_SHARE = 0.04;
const FAR_TOKEN_REACH = 20;

/** What a session needs to know of the cluster: the nodes, and which life each of them lives. */
export type Places = { readonly nodes: readonly string[]; readonly lifeOf: (node: string) => number };

/**
 * One client's session: the highest log index that any reply has shown it, which it sends as its token wherever it
 * goes. While every reply came from one life of one node, that node remembers as much, and the token may be left out.
 */
export class Session {
  readonly name: string;
  readonly #dice: Dice;
  readonly #places: Places;
  readonly #stays: boolean;
  #shownIndex = 0;
  #at: { readonly node: string; readonly life: number } | null = null;
  /** A refused cas has shown it something, at an index that an error does not tell. */
  #owesIndex = false;
  /** The node that it is at has given it every reply so far, and has not forgotten since. */
  #known = true;

  constructor(name: string, dice: Dice, places: Places) {
    this.name = name;
    this.#dice = dice;
    this.#places = places;
    this.#stays = dice.chance(STAYING_SHARE);
  }

  /** The node to ask next. */
  visit(): string {
    const at = this.#at;
    const moves = at === null || (!this.#stays && this.#dice.chance(MOVE_SHARE));
    const node = moves ? this.#dice.pick(this.#places.nodes) : at.node;
    const life = this.#places.lifeOf(node);
    if (at !== null && (at.node !== node || at.life !== life)) this.#known = false;
    this.#at = { node, life };
    return node;
  }

  /** What to send with a read at the node visited; undefined to rely on what the node remembers. */
  token(): number | undefined {
    if (this.#known && this.#dice.chance(0.5)) return undefined;
    if (!this.#dice.chance(FAR_TOKEN_SHARE)) return this.#shownIndex;
    return this.#shownIndex + 1 + this.#dice.below(FAR_TOKEN_REACH);
  }

  /** Whether a read with this token may go to a follower: not while the token lacks what a refusal has shown. */
  mayFollow(token: number | undefined): boolean {
    return token === undefined || !this.#owesIndex;
  }

  /** A cas was refused. */
  refused(): void {
    this.#owesIndex = true;
  }

  /** A reply has shown this index. */
  learn(index: number): void {
    this.#owesIndex = false;
    this.#shownIndex = Math.max(this.#shownIndex, index);
  }
}
