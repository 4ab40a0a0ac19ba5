import type { Mode } from '../../machines/store/operations.ts';
import type { Workload } from '../actors/node.ts';
import { Dice } from '../kit/dice.ts';

/**
 * The weather of a simulated cluster. A seed draws all of it, each fault strong, weak or absent: bugs like to hide
 * where one fault is strong and another is missing (swarm testing, Groce et al., ISSTA 2012).
 */
export type Weather = {
  /** The shortest and longest time that a message takes, in milliseconds. A wide range reorders. */
  readonly delayMs: readonly [number, number];
  /** The share of messages that are lost. */
  readonly loss: number;
  /** The share of messages that arrive twice, the second time up to half a second later. */
  readonly duplicate: number;
  /** The share of messages that are held up for up to half a second, while later ones pass them. */
  readonly reorder: number;
  /** Partitions, pauses, crashes and transfers of leadership, each so many times a second for the whole cluster. */
  readonly partitionRate: number;
  readonly pauseRate: number;
  readonly crashRate: number;
  readonly transferRate: number;
  /** How many times a second all nodes crash at once. */
  readonly crashAllRate: number;
  /** The share of partitions that cut one direction only. */
  readonly oneWay: number;
  /** The longest time that a sync of the disk takes, in milliseconds. */
  readonly syncMs: number;
  /** How many times a second some disk becomes slow for a while: a sync then takes up to half a second more. */
  readonly slowDiskRate: number;
  /** The share of crashes that leave a part of what was on its way to the disk, its last record likely torn. */
  readonly torn: number;
  /** How many times a second, over all disks, the next sync or write fails, or no room is left for a while. */
  readonly fsyncFailureRate: number;
  readonly ioErrorRate: number;
  readonly diskFullRate: number;
  /** How many times a second some disk forgets a bit of what it had synced; never so many that a majority has. */
  readonly bitFlipRate: number;
  /** How many changes of membership are asked for a second. */
  readonly membershipRate: number;
};

/** How soon a log is compacted (not lww-kv): small numbers make snapshots happen in short runs. */
export type Limits = {
  /** After so many entries a node takes a checkpoint. */
  readonly checkpointEntries: number;
  /** So many entries stay in the log behind the checkpoint, for followers that are a little behind. */
  readonly trailingEntries: number;
};

/** One crash at one moment: when this node asks its disk for this commit, counted over all its lives from 1. */
export type CrashPoint = {
  readonly node: string;
  readonly commit: number;
  /** Whether the commit is on the disk all the same. */
  readonly kept: 'none' | 'all';
  /** How long the node is down, in milliseconds; at the most until everything is healed. */
  readonly downMs: number;
};

/** Long enough to be missed, and short enough to come back to the same leader. */
export const CRASH_POINT_MS = 150;

/** What only a run of the conflict store has. */
export type StoreConditions = {
  readonly mode: Mode;
  readonly gossipIntervalMs: number;
  readonly tombstoneGraceMs: number;
  /** How far a wall clock may be off, either way, in milliseconds; clocks are set anew while the run lasts. */
  readonly skewMs: number;
};

export type SimulationOptions = {
  readonly seed: number;
  /** With ryw-kv the clients have sessions, and read by token from any node. */
  readonly workload: Workload;
  /** How long a read waits for its follower to catch up before the leader serves it, in milliseconds. */
  readonly rywWaitMs: number;
  readonly nodes: number;
  /** Virtual seconds under faults; the healing and the last reads come after. */
  readonly seconds: number;
  readonly concurrency: number;
  /** Client operations a second, over all clients. */
  readonly opsPerSecond: number;
  readonly keys: number;
  readonly weather: Weather;
  readonly limits: Limits;
  /** Besides the crashes of the weather; null for none. */
  readonly crashAt: CrashPoint | null;
  /** Of lww-kv. */
  readonly store: StoreConditions;
  /** Every message between nodes goes as a line; otherwise one in so many does (see `network.ts`). The trace is the same. */
  readonly onlyLines?: boolean;
};

/** How many nodes wait to join, where memberships change. */
const SPARES = 3;

/** The names of the nodes that a simulation begins with. */
export function simulatedNodes({ nodes }: SimulationOptions): string[] {
  return Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
}

/** The names of those that do not run until they are to join. */
export function spareNodes({ nodes, weather, workload }: SimulationOptions): string[] {
  if (workload === 'lww-kv' || weather.membershipRate === 0) return [];
  return Array.from({ length: SPARES }, (_, i) => `n${nodes + i + 1}`);
}

export const CALM: Weather = {
  delayMs: [0.5, 3],
  loss: 0,
  duplicate: 0,
  reorder: 0,
  partitionRate: 0,
  pauseRate: 0,
  crashRate: 0,
  transferRate: 0,
  crashAllRate: 0,
  oneWay: 0,
  syncMs: 0,
  slowDiskRate: 0,
  torn: 0,
  fsyncFailureRate: 0,
  ioErrorRate: 0,
  diskFullRate: 0,
  bitFlipRate: 0,
  membershipRate: 0,
};

/** Each number of a weather but the delays, by the name of its option. */
export const WEATHER_OPTIONS = {
  loss: 'loss',
  duplicate: 'duplicate',
  reorder: 'reorder',
  'partition-rate': 'partitionRate',
  'one-way': 'oneWay',
  'pause-rate': 'pauseRate',
  'crash-rate': 'crashRate',
  'crash-all-rate': 'crashAllRate',
  'transfer-rate': 'transferRate',
  'sync-ms': 'syncMs',
  'slow-disk-rate': 'slowDiskRate',
  torn: 'torn',
  'fsync-failure-rate': 'fsyncFailureRate',
  'io-error-rate': 'ioErrorRate',
  'disk-full-rate': 'diskFullRate',
  'bit-flip-rate': 'bitFlipRate',
  'membership-rate': 'membershipRate',
} as const satisfies { readonly [option: string]: Exclude<keyof Weather, 'delayMs'> };
export type WeatherOption = keyof typeof WEATHER_OPTIONS;

function drawStore(seed: number): StoreConditions {
  // From other dice, too.
  const dice = new Dice(seed ^ 0x1eaf);
  return {
    mode: dice.pick(['vv', 'vv', 'lww']),
    gossipIntervalMs: dice.pick([500, 200, 100]),
    tombstoneGraceMs: dice.pick([0, 100, 1000, 3_600_000]),
    skewMs: dice.pick([0, 20, 2000]),
  };
}

type LaterFault = Exclude<
  keyof Weather,
  | 'delayMs'
  | 'loss'
  | 'duplicate'
  | 'partitionRate'
  | 'pauseRate'
  | 'crashRate'
  | 'transferRate'
  | 'oneWay'
  | 'syncMs'
>;

/** From dice of their own as well, so that a seed's other choices stay what they were before these faults came. */
function drawFaults(seed: number): Pick<Weather, LaterFault> {
  const dice = new Dice(seed ^ 0xd15c);
  return {
    reorder: dice.pick([0, 0.02, 0.2]),
    crashAllRate: dice.pick([0, 0, 0.05, 0.3]),
    slowDiskRate: dice.pick([0, 0, 0.1, 0.5]),
    torn: dice.pick([0, 0.5, 1]),
    fsyncFailureRate: dice.pick([0, 0, 0.1, 0.3]),
    ioErrorRate: dice.pick([0, 0, 0.1, 0.3]),
    diskFullRate: dice.pick([0, 0, 0.1, 0.3]),
    bitFlipRate: dice.pick([0, 0, 0.1, 0.3]),
    membershipRate: dice.pick([0, 0, 0.5, 2]),
  };
}

function drawLimits(seed: number): Limits {
  const dice = new Dice(seed ^ 0x10605);
  return {
    checkpointEntries: dice.pick([5, 20, 10_000]),
    trailingEntries: dice.pick([0, 5, 50]),
  };
}

/** What a seed chooses; the same weather whatever the workload. */
export function drawOptions(seed: number, workload: Workload = 'lin-kv'): SimulationOptions {
  const dice = new Dice(seed ^ 0x5eed);
  const level = (weak: number, strong: number) => dice.pick([0, weak, strong]);
  return {
    seed,
    workload,
    // From other dice: what they bring changes nothing that the seed chooses besides.
    rywWaitMs: new Dice(seed ^ 0x4a11).pick([100, 100, 20, 0, 700]),
    nodes: dice.pick([3, 3, 5, 5, 4, 1, 2]),
    seconds: 10,
    concurrency: dice.pick([3, 5, 10]),
    opsPerSecond: dice.pick([20, 20, 60]),
    keys: dice.pick([1, 2, 5]),
    weather: {
      delayMs: dice.pick([
        [0.5, 3],
        [1, 30],
        [1, 150],
      ]),
      loss: level(0.02, 0.2),
      duplicate: level(0.02, 0.2),
      partitionRate: level(0.2, 1),
      pauseRate: level(0.1, 0.5),
      crashRate: level(0.1, 0.5),
      transferRate: level(0.1, 0.5),
      oneWay: dice.pick([0, 0.5, 1]),
      syncMs: level(2, 20),
      ...drawFaults(seed),
    },
    limits: drawLimits(seed),
    crashAt: null,
    store: drawStore(seed),
  };
}
