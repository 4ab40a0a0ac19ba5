import type { Dice } from '../kit/dice.ts';
import type { Tracer } from '../trace/tracer.ts';
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
  readonly tracer: Tracer | null;
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
    const { network, hosts, record, tracer } = this.#victims;
    network.heal();
    tracer?.fault({ fault: 'recovery', text: 'everything is healed, and every node runs' });
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
    const { dice, network, hosts, record, tracer } = this.#victims;
    network.heal();
    if (hosts.length < 2 || dice.chance(0.2)) {
      tracer?.fault({ fault: 'heal', text: 'the network is whole again' });
      return record('heal-partition', []);
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
    const sides = `${here.join(' ')} | ${there.join(' ')}`;
    tracer?.fault({ fault: 'partition', cut, text: `${sides} (${cut.length} links)` });
    record(both ? 'partition' : 'one-way-partition', [sides, `${links.length} links`]);
  }

  #pause(): void {
    const { dice, hosts, record, tracer } = this.#victims;
    const host = dice.pick(hosts);
    if (!host.isRunning) return;
    const nodes = [host.name];
    host.pause();
    tracer?.fault({ fault: 'pause', nodes, text: `${host.name} stands still` });
    record('pause', nodes);
    this.#later(50, 1500, () => {
      tracer?.fault({ fault: 'resume', nodes, text: `${host.name} goes on` });
      host.resume();
      record('resume', nodes);
    });
  }

  #crash(): void {
    const { dice, hosts, record, onCrash, tracer } = this.#victims;
    const host = dice.pick(hosts);
    if (host.node === null) return;
    const nodes = [host.name];
    onCrash(host);
    host.crash();
    tracer?.fault({ fault: 'crash', nodes, text: `${host.name} crashes, and what was not synced is lost` });
    record('crash', nodes);
    this.#later(10, 2000, () => {
      if (host.node !== null) return;
      tracer?.fault({ fault: 'restart', nodes, text: `${host.name} starts again from its disk` });
      host.start();
      record('restart', nodes);
    });
  }

  #transfer(): void {
    const { dice, hosts, record, tracer } = this.#victims;
    const leader = hosts.find((host) => host.isRunning && host.node?.peer?.raft.snapshot.matches('leader'));
    if (leader === undefined) return;
    const to = dice.pick(hosts).name;
    tracer?.fault({
      fault: 'transfer',
      nodes: [leader.name, to],
      text: `${leader.name} is asked to let ${to} lead`,
    });
    record('transfer', [leader.name, to]);
    leader.node?.peer?.transfer(to);
  }
}
