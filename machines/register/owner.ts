import { type VersionVector, vectorOf } from '../clocks/version-vector.ts';
import { fraction, nextRandom, type RandomState } from '../random.ts';

/**
 * Who mints events of a version vector, under which names (actors) and with which numbers. Two writes must never
 * share an event, so an actor has one owner, and the owner never gives out a number twice:
 *
 * - In a cluster the actors of node n1 in its life L (a name drawn at every start without memory) are `n1@L`,
 *   `n1@L/2`, `n1@L/3` and so on. All events of a life are numbered in one ascending row with gaps, whatever their key.
 * - On a node of its own the actors are its clients, and from the 17th of a key on the node itself: `n1`, `n1/2` and
 *   so on. Each actor counts its events of the key.
 *
 * docs/decisions/0012-who-mints-events.md tells why.
 */
export type Owner = {
  readonly node: string;
  /** All nodes of the cluster, this one included. */
  readonly cluster: readonly string[];
  /** This life of the node. Letters and digits. */
  readonly life: string;
  /**
   * New events are numbered above this. In a cluster: no less than any number that this life has given out (see
   * raisedFloor). On a lone node: the greatest number in any versions that it has forgotten, 0 when it forgot none.
   */
  readonly floor: number;
};

/** The greatest number of an event: the greatest that a context may name (docs/protocol.md). */
export const MAX_COUNT = Number.MAX_SAFE_INTEGER - 1;

/** How many actors a lone node takes into a key's versions by the names that clients have or send. */
export const MAX_NAMES = 16;

/** How many numbers more than one a life may leave out between two events. */
const MAX_GAP = 4096;
const ACTOR = /^(.+)@([0-9A-Za-z]+)(?:\/(?:[2-9]|[1-9][0-9]{1,8}))?$/s;

/** Whether nobody else holds the store. */
export function isAlone({ cluster }: Owner): boolean {
  return cluster.length === 1;
}

/** The name of the owner's nth actor, from 1. On a lone node clients come before these. */
export function ownActor(owner: Owner, n: number): string {
  const name = isAlone(owner) ? owner.node : `${owner.node}@${owner.life}`;
  return n === 1 ? name : `${name}/${n}`;
}

/** Whether this life of this node, and nobody else, mints the actor's events. */
export function isOwn(owner: Owner, actor: string): boolean {
  if (isAlone(owner)) return true;
  const first = ownActor(owner, 1);
  return actor === first || (actor.startsWith(`${first}/`) && ACTOR.test(actor));
}

/**
 * The part of a client's context that can be about this store. In a cluster an actor that no node of it can own names
 * no event, ever. On a lone node every name may be a client's; there, names that the key does not know are taken in
 * while it knows fewer than MAX_NAMES, by name, so that no context can fill the store.
 *
 * @param known the actors of the key, and only they
 */
export function plausible(context: VersionVector, known: ReadonlySet<string>, owner: Owner): VersionVector {
  const sorted = vectorOf(context);
  if (!isAlone(owner)) return sorted.filter(([actor]) => owner.cluster.includes(nodeOf(actor)));
  let room = MAX_NAMES - known.size;
  return sorted.filter(([actor]) => {
    if (known.has(actor)) return true;
    room -= 1;
    return room >= 0;
  });
}

/** The node that an actor of a cluster belongs to; the empty string, which names no node, when none can own it. */
function nodeOf(actor: string): string {
  return ACTOR.exec(actor)?.[1] ?? '';
}

/**
 * The floor after an event was minted in a cluster: above the number that was spent, by a random step. So a context
 * that was raised by hand, or is one of another key, next to never names exactly a number that is given out later, and
 * never does when it was raised by one. Any other wrong number is found out (mergeAtOwner in versions.ts).
 *
 * @param random a seeded generator's state; the one that follows is returned
 */
export function raisedFloor(floor: number, random: RandomState): { floor: number; random: RandomState } {
  return { floor: floor + 2 + Math.floor(fraction(random) * MAX_GAP), random: nextRandom(random) };
}
