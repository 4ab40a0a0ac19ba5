import type { Dice } from '../kit/dice.ts';
import type { Tracer } from '../trace/tracer.ts';
import { DiskFaults } from './disk-faults.ts';
import type { Fate } from './drive.ts';
import type { SimulatedHost } from './host.ts';
import { Machines } from './machines.ts';
import { MembershipFaults } from './membership-faults.ts';
import type { Network } from './network.ts';
import type { Weather } from './options.ts';
import type { Roster } from './roster.ts';
import type { Schedule } from './schedule.ts';
import { Troubles } from './troubles.ts';

/** What the nemesis works on. */
export type Victims = {
  readonly schedule: Schedule;
  readonly dice: Dice;
  readonly network: Network;
  readonly hosts: readonly SimulatedHost[];
  /** Who must not be damaged, too. */
  readonly roster: Roster;
  /** A machine is about to lose its memory. */
  onCrash(host: SimulatedHost): void;
  /** A machine is started. */
  onStart(host: SimulatedHost): void;
  /** @param text says more to people; it is no part of the history */
  record(fault: string, nodes: readonly string[], text: string): void;
  readonly tracer: Tracer | null;
};

/** Breaks the cluster, each kind of fault at its own rate, until told to stop; `heal` undoes everything. */
export class Nemesis {
  readonly #victims: Victims;
  readonly #troubles: Troubles;
  readonly #machines: Machines;
  #stopped = false;

  constructor(victims: Victims, weather: Weather) {
    this.#victims = victims;
    this.#troubles = new Troubles(victims.record);
    this.#machines = new Machines({ ...victims, troubles: this.#troubles });
    this.#tellOfMessages(weather);
    this.#often(weather.partitionRate, () => this.#partition(weather.oneWay));
    this.#often(weather.pauseRate, () => this.#pause());
    this.#often(weather.crashRate, () => this.#crash(weather.torn));
    this.#often(weather.transferRate, () => this.#transfer());
    this.#often(weather.crashAllRate, () => this.#crashAll(weather.torn));
    const members = new MembershipFaults({ ...victims, machines: this.#machines });
    this.#often(weather.membershipRate, () => members.strike());
    const disks = new DiskFaults({
      ...victims,
      hosts: () => this.#hosts,
      troubles: this.#troubles,
      machines: this.#machines,
      later: (minMs, maxMs, run) => this.#later(minMs, maxMs, run),
    });
    this.#often(weather.slowDiskRate, () => disks.slow());
    this.#often(weather.fsyncFailureRate, () => disks.fail('fsync-failure', 'sync'));
    this.#often(weather.ioErrorRate, () => disks.fail('io-error', 'io'));
    this.#often(weather.diskFullRate, () => disks.fill());
    this.#often(weather.bitFlipRate, () => disks.flipBit());
  }

  /** Mends everything: the network is whole, every node runs, and nothing breaks any more. */
  heal(): void {
    this.#stopped = true;
    const { network, record, tracer } = this.#victims;
    network.heal();
    tracer?.fault({ fault: 'recovery', text: 'everything is healed, and every node runs' });
    this.#troubles.endAll();
    for (const host of this.#hosts) this.#machines.revive(host);
    record('heal', [], '');
  }

  /** Starts a node anew whose disk has failed. */
  revive(host: SimulatedHost): void {
    this.#machines.revive(host);
  }

  /** One crash that was asked for by name. */
  strike(host: SimulatedHost, fate: Fate, forMs: number): void {
    if (!host.isDown) this.#strikeDown(() => fate, [host], ['crash', 'crash'], [forMs, forMs]);
  }

  /** The machines that run or have run. */
  get #hosts(): readonly SimulatedHost[] {
    return this.#victims.hosts.filter(({ hasRun }) => hasRun);
  }

  /** What the network does to messages all the time is a fault from the beginning to the healing. */
  #tellOfMessages(weather: Weather): void {
    const nodes = this.#hosts.map(({ name }) => name);
    for (const fault of ['loss', 'duplicate', 'reorder'] as const) {
      if (weather[fault] > 0)
        this.#troubles.begin(fault, nodes, `${weather[fault]} of the messages`, () => {});
    }
  }

  #often(perSecond: number, strike: () => void): void {
    if (perSecond === 0) return;
    const { schedule, dice } = this.#victims;
    schedule.after(dice.waitMs(perSecond), () => {
      if (this.#stopped) return;
      strike();
      this.#often(perSecond, strike);
    });
  }

  #later(minMs: number, maxMs: number, undo: () => void): void {
    const { schedule, dice } = this.#victims;
    schedule.after(dice.between(minMs, maxMs), () => {
      if (!this.#stopped) undo();
    });
  }

  #partition(oneWay: number): void {
    const { dice, network, tracer } = this.#victims;
    const hosts = this.#hosts;
    for (const fault of ['partition', 'one-way-partition']) this.#troubles.endAll(fault);
    network.heal();
    if (hosts.length < 2 || dice.chance(0.2)) {
      tracer?.fault({ fault: 'heal', text: 'the network is whole again' });
      return;
    }
    const names = dice.shuffled(hosts.map(({ name }) => name));
    const place = 1 + dice.below(names.length - 1);
    const [here, there] = [names.slice(0, place), names.slice(place)];
    const both = !dice.chance(oneWay);
    // Now and then only one link is bad: a node that hears half of its peers is harder to deal with than none.
    const links = dice.chance(0.3) ? [[here[0], there[0]]] : here.flatMap((a) => there.map((b) => [a, b]));
    const cut = (links as [string, string][]).flatMap<[string, string]>(([a, b]) =>
      both
        ? [
            [a, b],
            [b, a],
          ]
        : [[a, b]],
    );
    for (const [src, dest] of cut) network.cut(src, dest);
    const text = `${here.join(' ')} | ${there.join(' ')} (${cut.length} links)`;
    tracer?.fault({ fault: 'partition', cut, text });
    this.#troubles.begin(both ? 'partition' : 'one-way-partition', here, text, () => network.heal());
  }

  #pause(): void {
    const { dice, tracer } = this.#victims;
    const host = dice.pick(this.#hosts);
    if (!host.isRunning) return;
    const nodes = [host.name];
    host.pause();
    tracer?.fault({ fault: 'pause', nodes, text: `${host.name} stands still` });
    this.#troubles.begin('pause', nodes, '', () => {
      tracer?.fault({ fault: 'resume', nodes, text: `${host.name} goes on` });
      host.resume();
    });
    this.#later(50, 1500, () => this.#troubles.end('pause', nodes));
  }

  /** How much of the batch on its way to the disk survives, and whether torn, is a matter of luck. */
  #crash(torn: number): void {
    const host = this.#victims.dice.pick(this.#hosts);
    if (host.isDown) return;
    this.#strikeDown(() => this.#fate(torn), [host], ['crash', 'torn']);
  }

  /** The power is gone everywhere. Nodes come back together, as they do when it returns. */
  #crashAll(torn: number): void {
    const hosts = this.#hosts.filter((host) => !host.isDown);
    if (hosts.length > 0) this.#strikeDown(() => this.#fate(torn), hosts, ['crash-all', 'torn-all']);
  }

  /** @param names of a crash, and of one that has left a part of a batch behind */
  #strikeDown(
    fate: () => Fate,
    hosts: readonly SimulatedHost[],
    names: readonly [string, string],
    [minMs, maxMs]: readonly [number, number] = [10, 2000],
  ): void {
    const nodes = hosts.map(({ name }) => name);
    const left = hosts.map((host) => this.#machines.crash(host, fate()));
    const isTorn = left.some((count) => count !== null && count > 0);
    const fault = names[isTorn ? 1 : 0];
    const text = isTorn
      ? `${left.map((count) => count ?? 'no').join(', ')} records of a batch were written`
      : '';
    this.#troubles.begin(fault, nodes, text, () => {
      for (const host of hosts) this.#machines.start(host);
    });
    this.#later(minMs, maxMs, () => this.#troubles.end(fault, nodes));
  }

  #fate(torn: number): Fate {
    return torn > 0 && this.#victims.dice.chance(torn) ? 'torn' : 'lost';
  }

  #transfer(): void {
    const { dice, record, tracer } = this.#victims;
    const hosts = this.#hosts;
    const leader = hosts.find((host) => host.isRunning && host.raft?.matches('leader'));
    if (leader === undefined) return;
    const to = dice.pick(hosts).name;
    tracer?.fault({
      fault: 'transfer',
      nodes: [leader.name, to],
      text: `${leader.name} is asked to let ${to} lead`,
    });
    record('transfer', [leader.name, to], '');
    leader.node?.peer?.transfer(to);
  }
}
