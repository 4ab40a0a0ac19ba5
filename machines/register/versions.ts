import { InvariantViolation } from '../assert.ts';
import { join, type VectorEntry, type VersionVector } from '../clocks/version-vector.ts';
import type { Json } from '../json.ts';
import { isAlone, isOwn, MAX_COUNT, MAX_NAMES, type Owner, ownActor, plausible } from './owner.ts';

/**
 * The versions of one key where no write is lost: each write that no other has replaced.
 *
 * For each actor that ever wrote the key there is the number of its latest event, and the version that this event
 * wrote, unless it is dead: replaced, or a deletion to begin with. An actor has one version alive at most, because an
 * owner mints only in an actor whose version is dead (owner.ts). So a plain vector says exactly which versions its
 * holder has seen.
 *
 * Versions travel whole. Whoever learns of an actor's later event learns with it what replaced the earlier one; that
 * is why an actor may be used again.
 */
export type Versions = readonly Slot[];

/** What is known of one actor. */
export type Slot = {
  readonly actor: string;
  /** The number of its latest event, at least 1. */
  readonly count: number;
  /** What that event wrote; null when it is dead. */
  readonly version: Version | null;
};

/** A value, and the vector of its write: what the writer had seen, and the write's own event. */
export type Version = { readonly value: Json; readonly vc: VersionVector };

/** What a write or a deletion made of the versions, and its vector. */
export type Minted = { readonly versions: Versions; readonly vc: VersionVector };

/** What a merge made of the versions, and the vector of the event that it made its owner mint; null when none. */
export type Merged = { readonly versions: Versions; readonly vc: VersionVector | null };

/** A key that was never written. */
export const NO_VERSIONS: Versions = [];

/** The versions that are alive, by the name of their actor (by code units): alike on all replicas that agree. */
export function read(versions: Versions): readonly Version[] {
  return versions.flatMap(({ version }) => (version === null ? [] : [version]));
}

/**
 * A write. It replaces the versions that the context covers, those among them that have not arrived here yet, and is
 * kept beside the others.
 *
 * @param context what the client has seen of the key; counts from 1 to MAX_COUNT
 * @param client who writes; on a lone node it mints the event under its own name
 */
export function write(
  versions: Versions,
  value: Json,
  context: VersionVector,
  client: string,
  owner: Owner,
): Minted {
  const seen = plausible(context, countsOf(versions), owner);
  return mint(cover(versions, seen), seen, client, owner, (vc) => ({ value, vc }));
}

/**
 * A deletion: a write whose own version is dead from the start. It removes the versions that the context covers, so
 * one without a context removes nothing.
 */
export function remove(versions: Versions, context: VersionVector, client: string, owner: Owner): Minted {
  const seen = plausible(context, countsOf(versions), owner);
  return mint(cover(versions, seen), seen, client, owner, () => null);
}

/**
 * What two replicas know together: for each actor the later event, and of one event that somebody knows to be dead,
 * the death. Commutative, associative and idempotent, because it takes for each actor the greater in a total order.
 *
 * @returns `a` itself when `b` adds nothing to it
 */
export function merge(a: Versions, b: Versions): Versions {
  const slots = new Map(a.map((slot) => [slot.actor, slot]));
  let changed = false;
  for (const slot of b) {
    const known = slots.get(slot.actor);
    if (known !== undefined && !isLater(slot, known)) continue;
    slots.set(slot.actor, slot);
    changed = true;
  }
  return changed ? inOrder(slots.values()) : a;
}

/**
 * Takes in what another replica knows, at the node that owns some of the actors. Nobody but the owner mints in its
 * actors; so where the other knows a later event of one of them than the owner does, a client's context named an event
 * that never was. The version that this would bury is minted again, under another actor of the owner's.
 */
export function mergeAtOwner(versions: Versions, other: Versions, owner: Owner): Merged {
  const merged = merge(versions, other);
  if (merged === versions || isAlone(owner)) return { versions: merged, vc: null };
  const counts = countsOf(merged);
  const buried = versions.flatMap(({ actor, count, version }) =>
    version !== null && isOwn(owner, actor) && counts.get(actor) !== count ? [version] : [],
  );
  return buried.reduce<Merged>(
    (now, { value, vc }) => mint(now.versions, vc, owner.node, owner, (again) => ({ value, vc: again })),
    { versions: merged, vc: null },
  );
}

/** Whether `a` says more of its actor than `b` does. */
function isLater(a: Slot, b: Slot): boolean {
  if (a.count !== b.count) return a.count > b.count;
  return a.version === null && b.version !== null;
}

/** Lets die what the context covers. An event that has not arrived yet is remembered as dead, and dies on arrival. */
function cover(versions: Versions, context: VersionVector): Versions {
  return merge(
    versions,
    context.map(([actor, count]) => ({ actor, count, version: null })),
  );
}

function mint(
  versions: Versions,
  seen: VersionVector,
  client: string,
  owner: Owner,
  versionOf: (vc: VersionVector) => Version | null,
): Minted {
  const slots = new Map(versions.map((slot) => [slot.actor, slot]));
  const [actor, count] = nextEvent(slots, seen, client, owner);
  const vc = join(seen, [[actor, count]]);
  slots.set(actor, { actor, count, version: versionOf(vc) });
  return { versions: inOrder(slots.values()), vc };
}

/**
 * The event of a new write: in an actor without a living version; on a lone node in the client's, else if possible in
 * one that the writer has seen (then the vector names no more actors than it must), else in the first.
 */
function nextEvent(
  slots: ReadonlyMap<string, Slot>,
  seen: VersionVector,
  client: string,
  owner: Owner,
): VectorEntry {
  const inSight = new Set(seen.map(([actor]) => actor));
  // Among these, one at least is new to the key.
  const own = Array.from({ length: slots.size + 1 }, (_, i) => ownActor(owner, i + 1));
  const isNamed = isAlone(owner) && (slots.has(client) || slots.size < MAX_NAMES);
  for (const actor of [...(isNamed ? [client] : []), ...own.filter((name) => inSight.has(name)), ...own]) {
    const slot = slots.get(actor);
    const count = numberAfter(slot?.count ?? 0, owner);
    if (slot?.version == null && count !== null) return [actor, count];
  }
  throw new InvariantViolation(`${owner.node} has no actor left for an event above ${owner.floor}`);
}

/** The number of the owner's next event in an actor whose last one has the number `last`; null when there is none. */
function numberAfter(last: number, owner: Owner): number | null {
  if (isAlone(owner)) return Math.max(last, owner.floor) < MAX_COUNT ? Math.max(last, owner.floor) + 1 : null;
  // An actor that is ahead of its owner was pushed there by a context that named what never was: it is given up.
  return last <= owner.floor ? owner.floor + 1 : null;
}

function countsOf(versions: Versions): ReadonlyMap<string, number> {
  return new Map(versions.map(({ actor, count }) => [actor, count]));
}

function inOrder(slots: Iterable<Slot>): Versions {
  return [...slots].sort((a, b) => (a.actor < b.actor ? -1 : 1));
}
