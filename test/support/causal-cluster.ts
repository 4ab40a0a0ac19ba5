import { compare, join, type VersionVector } from '../../machines/clocks/version-vector.ts';
import { canonical, type Json } from '../../machines/json.ts';
import type { RandomState } from '../../machines/random.ts';
import { isAlone, type Owner, raisedFloor } from '../../machines/register/owner.ts';
import {
  mergeAtOwner,
  NO_VERSIONS,
  read,
  remove,
  type Version,
  type Versions,
  write,
} from '../../machines/register/versions.ts';

/** A write or a deletion, by its number. What it writes is this number, so a value tells which event wrote it. */
export type EventId = number;

/** What somebody has seen of the key: as the store tells it, and as it is. */
export type Sight = { readonly context: VersionVector; readonly past: ReadonlySet<EventId> };

/** One replica of one key, beside the events of which it has heard. */
export type Replica = {
  readonly owner: Owner;
  /** Where the gaps between its numbers come from. */
  readonly random: RandomState;
  readonly versions: Versions;
  readonly known: ReadonlySet<EventId>;
};

/** What a replica held at some moment: a message that may arrive at any later one, anywhere, any number of times. */
export type Message = Pick<Replica, 'versions' | 'known'>;

/**
 * Replicas of one key together with the truth about them: of every event, the set of all events that its writer had
 * seen, directly or through others. The replicas know nothing of it. Values are immutable, so that schedules branch.
 */
export type World = {
  readonly replicas: readonly Replica[];
  /** By the event's number: its past, with itself in it. */
  readonly pasts: readonly ReadonlySet<EventId>[];
  readonly deletions: ReadonlySet<EventId>;
  /** All that any client could have seen so far; nothing seen comes first. */
  readonly sights: readonly Sight[];
  readonly messages: readonly Message[];
};

/** The life that every node begins with; the next is the next letter. */
const FIRST_LIFE = 'a';

export const BLIND: Sight = { context: [], past: new Set() };

export function newWorld(nodes: number): World {
  const cluster = Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
  const replicas = cluster.map((node, i) => ({
    owner: { node, cluster, life: FIRST_LIFE, floor: 0 },
    random: i,
    versions: NO_VERSIONS,
    known: new Set<EventId>(),
  }));
  return { replicas, pasts: [], deletions: new Set(), sights: [BLIND], messages: [] };
}

/** A client with `sight` writes, or deletes, at node `at`. */
export function act(world: World, f: 'write' | 'delete', at: number, sight: Sight, client = 'c1'): World {
  const replica = replicaAt(world, at);
  const id = world.pasts.length;
  const { versions, vc } =
    f === 'write'
      ? write(replica.versions, id, sight.context, client, replica.owner)
      : remove(replica.versions, sight.context, client, replica.owner);
  const past = new Set([...sight.past, id]);
  const next = {
    ...spent(replica),
    versions,
    known: new Set([...replica.known, id]),
  };
  return seen(
    replaced(
      {
        ...world,
        pasts: [...world.pasts, past],
        deletions: f === 'delete' ? new Set([...world.deletions, id]) : world.deletions,
      },
      at,
      next,
    ),
    at,
    [{ context: vc, past }],
  );
}

/** A message arrives at node `at`. */
export function deliver(world: World, at: number, message: Message): World {
  return seen(replaced(world, at, hearing(replicaAt(world, at), message)), at, []);
}

function hearing(replica: Replica, message: Message): Replica {
  const { versions, vc } = mergeAtOwner(replica.versions, message.versions, replica.owner);
  return {
    ...(vc === null ? replica : spent(replica)),
    versions,
    known: new Set([...replica.known, ...message.known]),
  };
}

/** Node `at` begins a new life without any memory. */
export function restart(world: World, at: number): World {
  const { owner, random } = replicaAt(world, at);
  const life = String.fromCharCode(owner.life.charCodeAt(0) + 1);
  return replaced(world, at, {
    owner: { ...owner, life, floor: 0 },
    random,
    versions: NO_VERSIONS,
    known: new Set(),
  });
}

/** Everybody hears of everything, until nobody learns anything new. */
export function converge(world: World): World {
  let now = world;
  for (let changed = true; changed; ) {
    changed = false;
    for (let to = 0; to < now.replicas.length; to += 1) {
      for (const from of now.replicas) {
        const before = replicaAt(now, to);
        const after = hearing(before, from);
        changed ||= after.versions !== before.versions;
        now = replaced(now, to, after);
      }
    }
  }
  return now;
}

/** The events whose versions are alive at a replica. */
export function alive({ versions }: Pick<Replica, 'versions'>): readonly EventId[] {
  return read(versions).map(({ value }) => value as EventId);
}

/** The writes of a set that no event of another set has in its past. */
function uncovered(world: World, events: Iterable<EventId>, by: Iterable<EventId>): readonly EventId[] {
  const covering = [...by];
  return [...events].filter(
    (event) =>
      !world.deletions.has(event) &&
      !covering.some((other) => other !== event && world.pasts[other]?.has(event)),
  );
}

export function spelled(value: unknown): string {
  return canonical(value as Json);
}

/**
 * What is wrong with the replicas now, and when all have heard of everything; empty when nothing is.
 *
 * Now: a version is alive that an event known there has seen; one is missing that no event anywhere has seen; or the
 * vectors of two that are alive side by side claim that one has seen the other. In the end: the replicas differ by a
 * byte, or do not hold exactly what no event has seen. (Events that were forgotten with a life count as having seen
 * what they saw: what they replaced need not come back.)
 */
export function problems(world: World): readonly string[] {
  const end = converge(world);
  const spellings = new Set(end.replicas.map(({ versions }) => spelled(versions)));
  const forgot = end.replicas.some(({ owner }) => owner.life !== FIRST_LIFE);
  return [
    ...world.replicas.flatMap((replica) => [
      ...faults(world, replica, world.pasts.keys()),
      ...orderedVectors(replica),
    ]),
    ...(spellings.size > 1 ? [`the replicas differ in the end: ${[...spellings].join(' and ')}`] : []),
    ...end.replicas.flatMap((replica) =>
      faults(end, replica, forgot ? end.pasts.keys() : replica.known).map((fault) => `in the end ${fault}`),
    ),
  ];
}

/** @param seeing events that excuse the absence of what they have seen */
function faults(world: World, replica: Replica, seeing: Iterable<EventId>): readonly string[] {
  const living = alive(replica);
  const standing = uncovered(world, living, replica.known);
  const expected = uncovered(world, replica.known, seeing);
  return [
    ...living
      .filter((event) => !standing.includes(event))
      .map((event) => `${event} is still at ${replica.owner.node}`),
    ...expected
      .filter((event) => !living.includes(event))
      .map((event) => `${event} is missing at ${replica.owner.node}`),
  ];
}

function orderedVectors({ owner, versions }: Replica): readonly string[] {
  const living = read(versions);
  return living.flatMap((a) =>
    living
      .filter((b) => a !== b && compare(a.vc, b.vc) !== 'concurrent')
      .map((b) => `at ${owner.node}, ${spelled(a)} is ${compare(a.vc, b.vc)} ${spelled(b)}`),
  );
}

function replicaAt({ replicas }: World, at: number): Replica {
  const replica = replicas[at];
  if (replica === undefined) throw new Error(`there is no node ${at}`);
  return replica;
}

/** A number was given out. */
function spent({ owner, random, ...replica }: Replica): Replica {
  if (isAlone(owner)) return { owner, random, ...replica };
  const next = raisedFloor(owner.floor, random);
  return { ...replica, owner: { ...owner, floor: next.floor }, random: next.random };
}

function replaced(world: World, at: number, next: Replica): World {
  return { ...world, replicas: world.replicas.map((replica, i) => (i === at ? next : replica)) };
}

/** Adds what can be seen at a node now, and what it may send: all of its siblings, and each alone. */
function seen(world: World, at: number, more: readonly Sight[]): World {
  const { versions, known } = replicaAt(world, at);
  const siblings = read(versions).map((version) => sightOf(world, [version]));
  const sights = new Map(world.sights.map((sight) => [nameOf(sight), sight]));
  for (const sight of [...more, sightOf(world, read(versions)), ...siblings]) {
    if (!sights.has(nameOf(sight))) sights.set(nameOf(sight), sight);
  }
  const message = { versions, known };
  const text = JSON.stringify(versions);
  const isKnown = world.messages.some((other) => JSON.stringify(other.versions) === text);
  return {
    ...world,
    sights: [...sights.values()],
    messages: isKnown || versions.length === 0 ? world.messages : [...world.messages, message],
  };
}

/** What a client has seen who has read at node `at`: all siblings. */
export function sightAt(world: World, at: number): Sight {
  return sightOf(world, read(replicaAt(world, at).versions));
}

/** What a client has seen who was shown these versions. */
function sightOf(world: World, versions: readonly Version[]): Sight {
  return {
    context: versions.reduce<VersionVector>((all, { vc }) => join(all, vc), []),
    past: new Set(versions.flatMap(({ value }) => [...(world.pasts[value as EventId] ?? [])])),
  };
}

function nameOf({ context, past }: Sight): string {
  return JSON.stringify([context, [...past].sort((a, b) => a - b)]);
}
