import type { Tracer } from '../trace/tracer.ts';
import type { Fate } from './drive.ts';
import type { SimulatedHost } from './host.ts';
import type { Troubles } from './troubles.ts';

export type MachinesOptions = {
  readonly troubles: Troubles;
  readonly tracer: Tracer | null;
  /** A machine is about to lose its memory. */
  onCrash(host: SimulatedHost): void;
  /** A machine is started. */
  onStart(host: SimulatedHost): void;
};

/** Takes machines down, and up again. */
export class Machines {
  readonly #options: MachinesOptions;

  constructor(options: MachinesOptions) {
    this.#options = options;
  }

  /** The power is gone. @returns how many records of a batch on its way to the disk are there all the same; null for no such batch */
  crash(host: SimulatedHost, fate: Fate): number | null {
    const { troubles, tracer, onCrash } = this.#options;
    const nodes = [host.name];
    // A machine that has lost its power does not stand still any more.
    troubles.end('pause', nodes);
    onCrash(host);
    const left = host.crash(fate);
    const text = `${host.name} crashes, and what was not synced is lost`;
    tracer?.fault({ fault: 'crash', nodes, text: left === null ? text : `${text} but for ${left} records` });
    return left;
  }

  /** Starts it from its disk, unless it runs. Its disk may refuse, and then it stays down. */
  start(host: SimulatedHost): void {
    if (!host.isDown) return;
    this.#options.onStart(host);
    const text = `${host.name} starts ${host.hasRun ? 'again from its disk' : 'for the first time'}`;
    this.#options.tracer?.fault({ fault: 'restart', nodes: [host.name], text });
    host.start();
  }

  /** Starts it anew if it takes no part any more: because its disk failed, or would not let it start. */
  revive(host: SimulatedHost): void {
    if (host.failure !== null) this.crash(host, 'lost');
    this.start(host);
  }
}
