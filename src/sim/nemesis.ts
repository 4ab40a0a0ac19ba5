import type { Dice } from '../kit/dice.ts';
import type { SimulatedHost } from './host.ts';
import type { Network } from './network.ts';
import type { Weather } from './options.ts';
import type { Schedule } from './schedule.ts';

/** What the nemesis works on. */
export type Victims = {
  readonly schedule: Schedule;
  readonly dice: Dice;
  readonly network: Network;
  readonly hosts: readonly SimulatedHost[];
  /** A machine is about to lose its memory. */
  onCrash(host: SimulatedHost): void;
  record(fault: string, value: readonly string[]): void;
};

/** Breaks the cluster, each kind of fault at its own rate, until told to stop; `heal` undoes everything. */
export class Nemesis {
  readonly #victims: Victims;
  #stopped = false;

  constructor(victims: Victims, weather: Weather) {
    this.#victims = victims;
    const { partitionRate, pauseRate, crashRate, transferRate, oneWay } = weather;
    this.#often(partitionRate, () => this.#partition(oneWay));
    this.#often(pauseRate, () => this.#pause());
    this.#often(crashRate, () => this.#crash());
    this.#often(transferRate, () => this.#transfer());
  }

  heal(): void {
    this.#stopped = true;
    const { network, hosts, record } = this.#victims;
    network.heal();
    for (const host of hosts) {
      host.resume();
      if (host.node === null) host.start();
    }
    record('heal', []);
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
    const { dice, network, hosts, record } = this.#victims;
    network.heal();
    if (hosts.length < 2 || dice.chance(0.2)) return record('heal-partition', []);
    const names = dice.shuffled(hosts.map(({ name }) => name));
    const cut = 1 + dice.below(names.length - 1);
    const [here, there] = [names.slice(0, cut), names.slice(cut)];
    const both = !dice.chance(oneWay);
    // Now and then only one link is bad: a node that hears half of its peers is harder to deal with than none.
    const links = dice.chance(0.3) ? [[here[0], there[0]]] : here.flatMap((a) => there.map((b) => [a, b]));
    for (const [a, b] of links as [string, string][]) {
      network.cut(a, b);
      if (both) network.cut(b, a);
    }
    record(both ? 'partition' : 'one-way-partition', [
      `${here.join(' ')} | ${there.join(' ')}`,
      `${links.length} links`,
    ]);
  }

  #pause(): void {
    const { dice, hosts, record } = this.#victims;
    const host = dice.pick(hosts);
    if (!host.isRunning) return;
    host.pause();
    record('pause', [host.name]);
    this.#later(50, 1500, () => {
      host.resume();
      record('resume', [host.name]);
    });
  }

  #crash(): void {
    const { dice, hosts, record, onCrash } = this.#victims;
    const host = dice.pick(hosts);
    if (host.node === null) return;
    onCrash(host);
    host.crash();
    record('crash', [host.name]);
    this.#later(10, 2000, () => {
      if (host.node !== null) return;
      host.start();
      record('restart', [host.name]);
    });
  }

  #transfer(): void {
    const { dice, hosts, record } = this.#victims;
    const leader = hosts.find((host) => host.isRunning && host.node?.peer?.raft.snapshot.matches('leader'));
    if (leader === undefined) return;
    const to = dice.pick(hosts).name;
    record('transfer', [leader.name, to]);
    leader.node?.peer?.transfer(to);
  }
}
