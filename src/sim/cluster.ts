import { invariant } from '../../machines/assert.ts';
import { membershipOf } from '../../machines/raft/membership.ts';
import type { CellStep } from '../actors/cell.ts';
import type { StoreOptions } from '../actors/node.ts';
import { Dice } from '../kit/dice.ts';
import type { Tracer } from '../trace/tracer.ts';
import type { Refusal } from './disk.ts';
import { SimulatedHost } from './host.ts';
import { Nemesis } from './nemesis.ts';
import type { Network } from './network.ts';
import { CALM, type SimulationOptions, simulatedNodes, spareNodes } from './options.ts';
import { Roster } from './roster.ts';
import type { Schedule } from './schedule.ts';

export type ClusterOptions = {
  readonly options: SimulationOptions;
  readonly schedule: Schedule;
  readonly network: Network;
  readonly dice: Dice;
  readonly tracer: Tracer | null;
  /** Of lww-kv, and how far a node's wall clock is off now. */
  readonly store?: Omit<StoreOptions, 'life' | 'restored'>;
  clockOffsetMs?(node: string): number;
  onStep(host: SimulatedHost, step: CellStep): void;
  /** A checkpoint is being taken of what a node has applied now. */
  onCheckpoint(host: SimulatedHost): void;
  /** A life of a node has begun: it knows what was on its disk. */
  onStart(host: SimulatedHost): void;
  /** A machine is about to lose its memory. */
  onCrash(host: SimulatedHost): void;
  /** A disk is damaged, and its node stays down. */
  onLoss(host: SimulatedHost): void;
  record(fault: string, nodes: readonly string[], text: string): void;
};

/** How long a node whose disk has failed is left alone, at the most. */
const REVIVAL_MS = 2500;

/** The machines of a simulation, and the nemesis that breaks them. */
export class Cluster {
  readonly hosts: readonly SimulatedHost[];
  /** The names of those that run or have run, in that order: those whom clients may ask. */
  readonly names: string[];
  readonly roster = new Roster();
  /** Nodes that refused to start. */
  readonly refused: string[] = [];
  readonly #options: ClusterOptions;
  #nemesis: Nemesis | null = null;
  #syncMs: number;

  constructor(options: ClusterOptions) {
    this.#options = options;
    const { weather } = options.options;
    this.#syncMs = weather.syncMs;
    this.names = simulatedNodes(options.options);
    const founders = this.names.slice();
    this.roster.see('', [{ index: 0, membership: membershipOf(founders) }]);
    this.hosts = [
      ...founders.map((name) => this.#create(name, founders, false)),
      ...spareNodes(options.options).map((name) => this.#create(name, [name], true)),
    ];
  }

  /** Switches on all machines but the spare ones, and lets things break from now on. */
  start(): void {
    const { options, schedule, dice, network, tracer, onCrash, record } = this.#options;
    for (const host of this.hosts) if (this.names.includes(host.name)) host.start();
    this.#nemesis = new Nemesis(
      {
        schedule,
        dice: new Dice(dice.seed()),
        network,
        hosts: this.hosts,
        roster: this.roster,
        onCrash,
        onStart: ({ name }) => {
          if (!this.names.includes(name)) this.names.push(name);
        },
        record,
        tracer,
      },
      options.weather,
    );
  }

  /** Nothing breaks any more, and what is broken is mended: every node runs whose disk is not damaged. */
  heal(): void {
    this.#options.network.weather = CALM;
    this.#syncMs = 0;
    this.#nemesis?.heal();
    for (const { name, isDown, hasRun } of this.hosts) {
      invariant(
        !isDown || !hasRun || this.refused.includes(name),
        'every node runs after healing',
        () => name,
      );
    }
  }

  /** What its disks have done, for the report. */
  get stats() {
    const sum = (of: (host: SimulatedHost) => number) =>
      this.hosts.reduce((total, host) => total + of(host), 0);
    return {
      commits: Object.fromEntries(this.hosts.map(({ name, drive }) => [name, drive.commits])),
      syncs: sum(({ witness }) => witness.syncs),
      restarts: sum(({ witness }) => witness.restarts),
      refused: this.refused,
    };
  }

  hostOf(name: string): SimulatedHost | undefined {
    return this.hosts.find((host) => host.name === name);
  }

  #create(name: string, cluster: readonly string[], joins: boolean): SimulatedHost {
    const { schedule, dice, network, options, store } = this.#options;
    const { clockOffsetMs, onStep, onCheckpoint, onStart } = this.#options;
    const { workload, rywWaitMs, limits, weather } = options;
    const host: SimulatedHost = new SimulatedHost(name, cluster, {
      schedule,
      dice: new Dice(dice.seed()),
      drive: { seed: dice.seed(), isChecked: canBeDamaged(weather) },
      workload,
      rywWaitMs,
      settings: limits,
      joins,
      ...(store === undefined ? {} : { store }),
      clockOffsetMs: () => clockOffsetMs?.(name) ?? 0,
      syncMs: () => this.#syncMs,
      onStep: (step) => onStep(host, step),
      onCheckpoint: () => onCheckpoint(host),
      onStart: () => onStart(host),
      onCommit: (number) => this.#isCrashPoint(host, number),
      onFailure: () => this.#reviveLater(host),
      onRefusal: (refusal) => this.#refuse(host, refusal),
      send: (src, dest, body) => {
        if (dest.startsWith('c')) network.sendCalmly(src, dest, body);
        else network.send(src, dest, body);
      },
    });
    network.attach(
      name,
      (line) => host.deliver(line),
      () => host.node !== null,
      (packet) => host.hand(packet),
    );
    return host;
  }

  /** Whether the commit is the one that the machine is to crash in; then it does, as soon as what is under way is done. */
  #isCrashPoint(host: SimulatedHost, number: number): boolean {
    const { options, schedule } = this.#options;
    const { crashAt } = options;
    if (crashAt === null || crashAt.node !== host.name || crashAt.commit !== number) return false;
    const fate = crashAt.kept === 'all' ? 'kept' : 'lost';
    schedule.after(0, () => this.#nemesis?.strike(host, fate, crashAt.downMs));
    return true;
  }

  /** A node may hear of a failure when its cause is over, because nothing waited for what failed. Somebody looks after it. */
  #reviveLater(host: SimulatedHost): void {
    const { life } = host;
    this.#options.schedule.after(REVIVAL_MS, () => {
      if (host.life === life) this.#nemesis?.revive(host);
    });
  }

  #refuse(host: SimulatedHost, { refused, text }: Refusal): void {
    const { record, onLoss } = this.#options;
    const { name } = host;
    record('refused', [name], text);
    if (refused !== 'damaged') return;
    invariant(this.roster.damaged.has(name), 'a disk that nothing has damaged lets its node start', () => ({
      name,
      text,
    }));
    if (!this.refused.includes(name)) this.refused.push(name);
    onLoss(host);
  }
}

/** Whether a record may be found that is not what was written. */
function canBeDamaged({
  torn,
  bitFlipRate,
  fsyncFailureRate,
  ioErrorRate,
}: SimulationOptions['weather']): boolean {
  return torn > 0 || bitFlipRate > 0 || fsyncFailureRate > 0 || ioErrorRate > 0;
}
