import type { Dice } from '../kit/dice.ts';
import type { SimulatedHost } from './host.ts';
import type { Machines } from './machines.ts';
import type { Roster } from './roster.ts';
import type { Schedule } from './schedule.ts';
import type { Troubles } from './troubles.ts';

export type DiskFaultsOptions = {
  readonly schedule: Schedule;
  readonly dice: Dice;
  /** The machines that run or have run. */
  hosts(): readonly SimulatedHost[];
  readonly roster: Roster;
  readonly troubles: Troubles;
  readonly machines: Machines;
  /** Does something after a while, unless everything is healed by then. */
  later(minMs: number, maxMs: number, run: () => void): void;
};

/** How much longer a sync of a slow disk may take. */
const SLOW_SYNC_MS = 500;

/**
 * What goes wrong with disks. A node whose disk has failed takes no part any more, and is started again after a while,
 * as an operator would: then it must have all that it has acknowledged.
 */
export class DiskFaults {
  readonly #options: DiskFaultsOptions;

  constructor(options: DiskFaultsOptions) {
    this.#options = options;
  }

  slow(): void {
    const { troubles, later } = this.#options;
    const host = this.#draw('slow-disk');
    if (host === null) return;
    const nodes = [host.name];
    host.slowMs = SLOW_SYNC_MS;
    troubles.begin('slow-disk', nodes, '', () => {
      host.slowMs = 0;
    });
    later(100, 3000, () => troubles.end('slow-disk', nodes));
  }

  /** The next commit fails. */
  fail(fault: string, kind: 'io' | 'sync'): void {
    const { troubles, machines, later } = this.#options;
    const host = this.#draw(fault);
    if (host === null) return;
    const nodes = [host.name];
    host.drive.failNext(kind);
    troubles.begin(fault, nodes, '', () => {
      host.drive.failNext(null);
      machines.revive(host);
    });
    later(100, 2000, () => troubles.end(fault, nodes));
  }

  /** No room is left, until somebody makes room. */
  fill(): void {
    const { troubles, machines, later } = this.#options;
    const host = this.#draw('disk-full');
    if (host === null) return;
    const nodes = [host.name];
    host.drive.isFull = true;
    troubles.begin('disk-full', nodes, '', () => {
      host.drive.isFull = false;
      machines.revive(host);
    });
    later(100, 3000, () => troubles.end('disk-full', nodes));
  }

  /**
   * A bit of what was synced is another, and nobody knows until the node starts again, which it soon has to. If the
   * record still matters the node must refuse, and stays down for good; so never more are struck than any cluster that
   * may come to be can do without.
   */
  flipBit(): void {
    const { troubles, machines, later, roster, schedule } = this.#options;
    const host = this.#draw('bit-flip');
    if (host === null || roster.damaged.has(host.name) || !roster.canLose(host.name, schedule.nowMs)) return;
    const record = host.drive.flipBit();
    if (record === null) return;
    roster.damaged.add(host.name);
    const nodes = [host.name];
    troubles.begin('bit-flip', nodes, `in ${JSON.stringify(record)}`, () => {
      if (!host.isDown) machines.crash(host, 'lost');
      machines.start(host);
    });
    later(10, 1000, () => troubles.end('bit-flip', nodes));
  }

  /** A node that is not in this trouble already. */
  #draw(fault: string): SimulatedHost | null {
    const { dice, hosts, troubles } = this.#options;
    const host = dice.pick(hosts());
    return troubles.isOpen(fault, [host.name]) ? null : host;
  }
}
