import { Dice } from '../../src/kit/dice.ts';
import { encode } from '../../src/maelstrom/codec.ts';
import { DEFAULT_STORE, SimulatedHost } from '../../src/sim/host.ts';
import type { Body } from '../../src/sim/network.ts';
import { Schedule } from '../../src/sim/schedule.ts';

/** What it takes two nodes to come to hold the same, when so many keys of so many differ. */
export type RepairRow = {
  readonly part: 'repair';
  readonly keys: number;
  readonly differing: number;
  readonly rounds: number;
  readonly messages: number;
  /** On the wire, both ways, with everything around them. */
  readonly bytes: number;
  /** From the beginning of the first round until both hold the same, with 1 ms a message. */
  readonly virtualMs: number;
};

const DELAY_MS = 1;
/** Nodes that have just started say nothing to each other for half a second: time enough to fill them. */
const FILLED_MS = 400;
const LIMIT_MS = 600_000;
const ENTRIES_A_REQUEST = 1000;

/** Two nodes in one process and in virtual time: what is counted does not depend on the machine. */
export class Repair {
  readonly #schedule = new Schedule();
  readonly #hosts: readonly SimulatedHost[];
  #rounds = 0;
  #messages = 0;
  #bytes = 0;
  #startedMs = 0;

  constructor(seed: number) {
    const dice = new Dice(seed);
    const names = ['n1', 'n2'];
    this.#hosts = names.map(
      (name) =>
        new SimulatedHost(name, names, {
          schedule: this.#schedule,
          dice: dice.fork(),
          send: (src, dest, body) => this.#carry(src, dest, body),
          onStep: () => {},
          workload: 'lww-kv',
          rywWaitMs: 0,
          store: DEFAULT_STORE,
          syncMs: () => 0,
        }),
    );
  }

  /** @throws Error when they do not come to hold the same */
  measure(keys: number, differing: number): RepairRow {
    for (const host of this.#hosts) host.start();
    const every = Math.floor(keys / differing);
    const isBehind = (key: number) => key % every === 0 && key / every < differing;
    this.#fill(0, keys, () => 2);
    this.#fill(1, keys, (key) => (isBehind(key) ? 1 : 2));
    while (this.#schedule.runNext(FILLED_MS));
    if (this.#isRepaired()) throw new Error('the two nodes were to differ');
    while (!this.#isRepaired()) {
      if (!this.#schedule.runNext(LIMIT_MS)) throw new Error(`nothing was repaired in ${LIMIT_MS} ms`);
    }
    return {
      part: 'repair',
      keys,
      differing,
      rounds: this.#rounds,
      messages: this.#messages,
      bytes: this.#bytes,
      virtualMs: this.#schedule.nowMs - this.#startedMs,
    };
  }

  #fill(host: 0 | 1, keys: number, tsOf: (key: number) => number): void {
    for (let from = 0; from < keys; from += ENTRIES_A_REQUEST) {
      const length = Math.min(ENTRIES_A_REQUEST, keys - from);
      const entries = Object.fromEntries(
        Array.from({ length }, (_, i) => [
          `key-${from + i}`,
          { value: `value ${from + i}`, ts: tsOf(from + i) },
        ]),
      );
      const body = { type: 'kv_merge', msg_id: from + 1, entries };
      const target = this.#hosts[host];
      target?.deliver(JSON.stringify({ src: 'c1', dest: target.name, body }));
    }
  }

  #isRepaired(): boolean {
    const [a, b] = this.#hosts.map(({ node }) => node?.replica?.digest);
    return a === b;
  }

  #carry(src: string, dest: string, body: Body): void {
    if (dest.startsWith('c')) return;
    const line = encode(src, dest, body);
    if (body.type === 'gossip.compare' && body.step === 0) {
      this.#rounds += 1;
      if (this.#rounds === 1) this.#startedMs = this.#schedule.nowMs;
    }
    this.#messages += 1;
    this.#bytes += Buffer.byteLength(line) + 1;
    const host = this.#hosts.find(({ name }) => name === dest);
    this.#schedule.after(DELAY_MS, () => host?.deliver(line));
  }
}
