import type { Dice } from '../kit/dice.ts';
import type { Tracer } from '../trace/tracer.ts';
import type { SimulatedHost } from './host.ts';
import type { Network } from './network.ts';
import type { Weather } from './options.ts';
import type { Schedule } from './schedule.ts';
import { Troubles } from './troubles.ts';

/** What the nemesis works on. */
export type Victims = {
  readonly schedule: Schedule;
  readonly dice: Dice;
  readonly network: Network;
  readonly hosts: readonly SimulatedHost[];
  /** A machine is about to lose its memory. */
  onCrash(host: SimulatedHost): void;
  /** @param text says more to people; it is no part of the history */
  record(fault: string, nodes: readonly string[], text: string): void;
  readonly tracer: Tracer | null;
};

/** How much longer a sync of a slow disk may take. */
const SLOW_SYNC_MS = 500;

/** Breaks the cluster, each kind of fault at its own rate, until told to stop; `heal` undoes everything. */
export class Nemesis {
  readonly #victims: Victims;
  readonly #troubles: Troubles;
  #stopped = false;

  constructor(victims: Victims, weather: Weather) {
    this.#victims = victims;
    this.#troubles = new Troubles(victims.record);
    this.#tellOfMessages(weather);
    this.#often(weather.partitionRate, () => this.#partition(weather.oneWay));
    this.#often(weather.pauseRate, () => this.#pause());
    this.#often(weather.crashRate, () => this.#crash());
    this.#often(weather.transferRate, () => this.#transfer());
    this.#often(weather.crashAllRate, () => this.#crashAll());
    this.#often(weather.slowDiskRate, () => this.#slowDisk());
  }

  /** Mends everything: the network is whole, every node runs, and nothing breaks any more. */
  heal(): void {
    this.#stopped = true;
    const { network, record, tracer } = this.#victims;
    network.heal();
    tracer?.fault({ fault: 'recovery', text: 'everything is healed, and every node runs' });
    this.#troubles.endAll();
    record('heal', [], '');
  }

  /** What the network does to messages all the time is a fault from the beginning to the healing. */
  #tellOfMessages(weather: Weather): void {
    const nodes = this.#victims.hosts.map(({ name }) => name);
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
    const { dice, network, hosts, tracer } = this.#victims;
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
    const { dice, hosts, tracer } = this.#victims;
    const host = dice.pick(hosts);
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

  #crash(): void {
    const { dice, hosts } = this.#victims;
    const host = dice.pick(hosts);
    if (host.node === null) return;
    this.#bringDown(host);
    this.#strikeDown('crash', [host]);
  }

  /** The power is gone everywhere. Nodes come back together, as they do when it returns. */
  #crashAll(): void {
    const hosts = this.#victims.hosts.filter(({ node }) => node !== null);
    if (hosts.length === 0) return;
    for (const host of hosts) this.#bringDown(host);
    this.#strikeDown('crash-all', hosts);
  }

  #bringDown(host: SimulatedHost): void {
    const { onCrash, tracer } = this.#victims;
    const nodes = [host.name];
    // A machine that has lost its power does not stand still any more.
    this.#troubles.end('pause', nodes);
    onCrash(host);
    host.crash();
    tracer?.fault({ fault: 'crash', nodes, text: `${host.name} crashes, and what was not synced is lost` });
  }

  #strikeDown(fault: string, hosts: readonly SimulatedHost[]): void {
    const nodes = hosts.map(({ name }) => name);
    this.#troubles.begin(fault, nodes, '', () => {
      for (const host of hosts) this.#restart(host);
    });
    this.#later(10, 2000, () => this.#troubles.end(fault, nodes));
  }

  #restart(host: SimulatedHost): void {
    if (host.node !== null) return;
    const text = `${host.name} starts again from its disk`;
    this.#victims.tracer?.fault({ fault: 'restart', nodes: [host.name], text });
    host.start();
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
    record('transfer', [leader.name, to], '');
    leader.node?.peer?.transfer(to);
  }

  #slowDisk(): void {
    const host = this.#victims.dice.pick(this.#victims.hosts);
    const nodes = [host.name];
    if (this.#troubles.isOpen('slow-disk', nodes)) return;
    host.slowMs = SLOW_SYNC_MS;
    this.#troubles.begin('slow-disk', nodes, '', () => {
      host.slowMs = 0;
    });
    this.#later(100, 3000, () => this.#troubles.end('slow-disk', nodes));
  }
}
