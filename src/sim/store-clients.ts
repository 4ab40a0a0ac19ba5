import type { Mode } from '../../machines/store/operations.ts';
import type { Dice } from '../kit/dice.ts';
import { type Ask, Asker, type Ending, endingOf, Ids, requestFor } from '../kit/store-asks.ts';
import type { HistoryEvent } from '../verify/history.ts';
import { CLIENT_TIMEOUT_MS } from './clients.ts';
import type { Body, Network } from './network.ts';
import type { Schedule } from './schedule.ts';

export type StoreClientsOptions = {
  readonly nodes: readonly string[];
  readonly keys: number;
  readonly mode: Mode;
  /** A write or deletion was acknowledged just now. */
  readonly onAcknowledged: (write: Acknowledged) => void;
};

/** An acknowledged write or delete, with what its answer told of it: by that one finds who knows it. */
export type Acknowledged = {
  readonly id: number;
  readonly key: number;
  /** Who acknowledged it. */
  readonly node: string;
  readonly ts: number | null;
  readonly vc: ReadonlyMap<string, number>;
};

type Caller = { readonly name: string; readonly process: number };

/** Clients of the conflict store, each of which asks another node each time, and writes down what it sees. */
export class StoreClients {
  readonly history: HistoryEvent[] = [];
  readonly acknowledged: Acknowledged[] = [];
  readonly #schedule: Schedule;
  readonly #dice: Dice;
  readonly #network: Network;
  readonly #options: StoreClientsOptions;
  readonly #ids = new Ids();
  #nextProcess = 0;

  constructor(schedule: Schedule, dice: Dice, network: Network, options: StoreClientsOptions) {
    this.#schedule = schedule;
    this.#dice = dice;
    this.#network = network;
    this.#options = options;
  }

  /** Lets one client issue operations at this rate (in its own time: it never has two at once) until `untilMs`. */
  run(name: string, opsPerSecond: number, untilMs: number): void {
    const { nodes, keys } = this.#options;
    const asker = new Asker(this.#dice.fork(), this.#ids);
    let process = this.#newProcess();
    const next = () => {
      this.#schedule.after(this.#dice.waitMs(opsPerSecond), () => {
        if (this.#schedule.nowMs >= untilMs) return;
        const ask = asker.ask(this.#dice.below(keys));
        this.#call({ name, process }, this.#dice.pick(nodes), ask, ({ type, sight }) => {
          if (sight !== undefined) asker.see(ask.key, sight);
          // Nobody knows whether the operation is still under way, so its process cannot go on.
          if (type === 'info') process = this.#newProcess();
          next();
        });
      });
    };
    next();
  }

  /** Reads every key at one node, again until it answers. */
  readAll(name: string, node: string, done: () => void): void {
    const process = this.#newProcess();
    const readNext = (key: number) => {
      if (key === this.#options.keys) return done();
      this.#call({ name, process }, node, { f: 'final_read', key }, ({ type }) =>
        readNext(type === 'ok' ? key + 1 : key),
      );
    };
    readNext(0);
  }

  record(event: Omit<HistoryEvent, 'index' | 'timeMs'>): void {
    this.history.push({ index: this.history.length, timeMs: this.#schedule.nowMs, ...event });
  }

  #newProcess(): number {
    this.#nextProcess += 1;
    return this.#nextProcess - 1;
  }

  #call({ name, process }: Caller, node: string, ask: Ask, done: (ending: Ending) => void): void {
    const { f, key } = ask;
    const about = { process, f, key, node, ...('saw' in ask ? { value: ask.id } : {}) };
    this.record({ ...about, type: 'invoke', ...('saw' in ask ? { saw: ask.saw.ids } : {}) });
    const msgId = this.history.length;
    let settled = false;
    const settle = (answer: Body | null) => {
      if (settled) return;
      settled = true;
      this.#schedule.cancel(timeout);
      const ending = endingOf(ask, answer === null ? 'timeout' : (answer as Body & { type: string }));
      const { sight, ...told } = ending;
      this.record({ ...about, ...told });
      if ('saw' in ask && sight !== undefined) {
        const write = { id: ask.id, key: ask.key, node, ts: told.ts ?? null, vc: sight.context };
        this.acknowledged.push(write);
        this.#options.onAcknowledged(write);
      }
      done(ending);
    };
    const timeout = this.#schedule.after(CLIENT_TIMEOUT_MS, () => settle(null));
    this.#network.attachClient(name, (answer) => {
      if (answer.in_reply_to === msgId) settle(answer);
    });
    const request = requestFor(ask, this.#options.mode, this.#dice.chance(0.5));
    this.#network.sendCalmly(name, node, { ...request, msg_id: msgId });
  }
}
