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

/** The least distance between two numbers of a life. */
const GAP = 4096;
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
 * The part of a client's context that can be true. In a cluster an actor that no node of it can own names no event,
 * ever; and of its own actors the owner knows every event, so a context that names a later one is wrong, perhaps
 * handed on by an honest client, and says nothing of what was really seen. On a lone node every name may be a
 * client's; there, names that the key does not know are taken in while it knows fewer than MAX_NAMES, in order, so
 * that no context can fill the store.
 *
 * @param known the key's actors, with the number of the latest event of each
 */
export function plausible(
  context: VersionVector,
  known: ReadonlyMap<string, number>,
  owner: Owner,
): VersionVector {
  const sorted = vectorOf(context);
  if (!isAlone(owner)) {
    return sorted.filter(([actor, count]) =>
      isOwn(owner, actor) ? count <= (known.get(actor) ?? 0) : owner.cluster.includes(nodeOf(actor)),
    );
  }
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
 * The floor after an event was minted in a cluster: above the number that was spent, by a step of at least GAP and at
 * random less than twice that. A context that was raised by hand, or is one of another key, may name events that are
 * still to come; thanks to the gaps it next to never names exactly one, and never when it is off by less than GAP.
 * Any other wrong number the owner finds out (mergeAtOwner in versions.ts).
 *
 * @param random a seeded generator's state; the one that follows is returned
 */
export function raisedFloor(floor: number, random: RandomState): { floor: number; random: RandomState } {
  const next = nextRandom(random);
  return { floor: floor + GAP + Math.floor(fraction(next) * GAP), random: next };
}
