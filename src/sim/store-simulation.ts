import { invariant } from '../../machines/assert.ts';
import { canonical } from '../../machines/json.ts';
import { read } from '../../machines/register/versions.ts';
import type { CellStep } from '../actors/cell.ts';
import { Dice } from '../kit/dice.ts';
import type { HistoryEvent } from '../verify/history.ts';
import { checkSurvival, type SurvivalResult } from '../verify/index.ts';
import { SimulatedHost } from './host.ts';
import { Nemesis } from './nemesis.ts';
import { Network } from './network.ts';
import { CALM, type SimulationOptions, type Weather } from './options.ts';
import { Schedule } from './schedule.ts';
import { StoreClients } from './store-clients.ts';
import { StoreInvariants } from './store-invariants.ts';
import { Trace } from './trace.ts';

/** What a simulation of the conflict store found. `failure` is null when every property held. */
export type StoreSimulationResult = {
  readonly options: SimulationOptions;
  readonly failure: string | null;
  /** What became of the acknowledged writes; null when the run itself failed. */
  readonly survival: SurvivalResult | null;
  readonly history: readonly HistoryEvent[];
  readonly traceHash: string;
  readonly traceTail: readonly string[];
  readonly stats: StoreStats;
};

export type StoreStats = {
  readonly virtualSeconds: number;
  readonly events: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  /** Events of version vectors that were minted, and steps of registers that were looked at. */
  readonly minted: number;
  readonly invariantChecks: number;
  /** The most values that one key had at one time. */
  readonly mostSiblings: number;
  /** Tombstones that were there when all nodes agreed, over all nodes, and at the very end. */
  readonly tombstones: readonly [agreed: number, end: number];
  readonly messages: { readonly [type: string]: number };
  readonly lost: number;
  readonly duplicated: number;
  readonly faults: { readonly [name: string]: number };
  /** From the healing until all nodes held the same. */
  readonly convergedMs: number | null;
};

/** Within this time after everything is healed, all nodes must hold the same, byte for byte. */
const CONVERGENCE_LIMIT_MS = 20_000;
/** How often it is looked at whether they do. */
const PROBE_MS = 50;
/** After that the nodes are left alone for a while: they may forget tombstones, and nothing else may change. */
const QUIET_MS = 5000;
/** How often a second some clock is set anew. */
const CLOCK_RATE = 1;

/**
 * Runs one cluster of the conflict store in virtual time: clients and faults for a while, then healing; all nodes must
 * come to hold the same, and every acknowledged write must be accounted for. A crash loses a node's whole memory.
 */
export function simulateStore(
  options: SimulationOptions,
  observe: (line: string) => void = () => {},
): StoreSimulationResult {
  const run = new StoreSimulation(options, observe);
  let failure: string | null = null;
  try {
    run.go();
  } catch (error) {
    failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  return run.result(failure);
}

/**
 * A node of its own names the actors of its vectors after its clients, so that the first write of c1 is `{"c1":1}` in
 * whatever life: without a memory it cannot but repeat itself, and is not crashed.
 */
function weatherFor({ nodes, weather }: SimulationOptions): Weather {
  return nodes === 1 ? { ...weather, crashRate: 0 } : weather;
}

class StoreSimulation {
  readonly #options: SimulationOptions;
  readonly #schedule = new Schedule();
  readonly #trace = new Trace();
  readonly #network: Network;
  readonly #clients: StoreClients;
  readonly #hosts: readonly SimulatedHost[];
  readonly #invariants: StoreInvariants;
  readonly #dice: Dice;
  readonly #observe: (line: string) => void;
  readonly #faults = new Map<string, number>();
  readonly #offsetsMs = new Map<string, number>();
  readonly #tombstones: [number, number] = [0, 0];
  #stopped = false;
  #events = 0;
  #convergedMs: number | null = null;

  constructor(options: SimulationOptions, observe: (line: string) => void) {
    this.#options = options;
    this.#observe = observe;
    const dice = new Dice(options.seed);
    this.#dice = dice;
    this.#network = new Network(this.#schedule, new Dice(dice.seed()), this.#trace, options.weather);
    const names = Array.from({ length: options.nodes }, (_, i) => `n${i + 1}`);
    this.#clients = new StoreClients(this.#schedule, new Dice(dice.seed()), this.#network, {
      nodes: names,
      keys: options.keys,
      mode: options.store.mode,
    });
    this.#invariants = new StoreInvariants();
    this.#hosts = names.map((name) => this.#createHost(name, names));
  }

  go(): void {
    const { seconds, concurrency, opsPerSecond } = this.#options;
    this.#setClocks();
    for (const host of this.#hosts) host.start();
    const nemesis = new Nemesis(
      {
        schedule: this.#schedule,
        dice: new Dice(this.#dice.seed()),
        network: this.#network,
        hosts: this.#hosts,
        onCrash: (host) => this.#loseMemory(host),
        record: (fault, value) => this.#recordFault(fault, value),
      },
      weatherFor(this.#options),
    );
    for (let i = 0; i < concurrency; i += 1) {
      this.#clients.run(`c${i}`, opsPerSecond / concurrency, seconds * 1000);
    }
    this.#runUntil(seconds * 1000);
    this.#network.weather = CALM;
    this.#stopped = true;
    nemesis.heal();
    this.#converge();
    this.#readEverything();
    const agreed = this.#snapshots()[0];
    this.#runUntil(this.#schedule.nowMs + QUIET_MS);
    this.#tombstones[1] = this.#countTombstones();
    const after = this.#snapshots();
    const alike = after.every((snapshot) => snapshot === after[0]);
    invariant(alike, 'nodes that have agreed and are left alone stay so', () => after);
    invariant(after[0] === agreed, 'what is held does not change when nobody writes', () => [
      agreed,
      after[0],
    ]);
  }

  result(failure: string | null): StoreSimulationResult {
    const { history } = this.#clients;
    const { mode } = this.#options.store;
    const survival = failure === null ? checkSurvival(history, { mode }) : null;
    const verdict = survival?.verdict === 'illegal' ? `acknowledged writes: ${survival.reason}` : null;
    const count = (type: HistoryEvent['type']) =>
      history.filter((event) => event.type === type && event.process !== 'nemesis').length;
    return {
      options: this.#options,
      failure: failure ?? verdict,
      survival,
      history,
      traceHash: this.#trace.hash,
      traceTail: this.#trace.tail,
      stats: {
        virtualSeconds: this.#schedule.nowMs / 1000,
        events: this.#events,
        ok: count('ok'),
        fail: count('fail'),
        info: count('info'),
        minted: this.#invariants.minted,
        invariantChecks: this.#invariants.checks,
        mostSiblings: this.#invariants.mostSiblings,
        tombstones: this.#tombstones,
        messages: Object.fromEntries([...this.#network.sent].sort(([a], [b]) => (a < b ? -1 : 1))),
        lost: this.#network.lost,
        duplicated: this.#network.duplicated,
        faults: Object.fromEntries(this.#faults),
        convergedMs: this.#convergedMs,
      },
    };
  }

  #createHost(name: string, names: readonly string[]): SimulatedHost {
    const host = new SimulatedHost(name, names, {
      schedule: this.#schedule,
      dice: new Dice(this.#dice.seed()),
      syncMs: () => 0,
      workload: 'lww-kv',
      rywWaitMs: 0,
      store: this.#options.store,
      clockOffsetMs: () => this.#offsetsMs.get(name) ?? 0,
      onStep: (step) => this.#checkStep(name, step),
      send: (src, dest, body) => {
        if (dest.startsWith('c')) this.#network.sendCalmly(src, dest, body);
        else this.#network.send(src, dest, body);
      },
    });
    this.#network.attach(name, (line) => host.deliver(line));
    return host;
  }

  /** Sets every clock, and from then on now and then one: they are off, and they jump, also backwards. */
  #setClocks(): void {
    const { skewMs } = this.#options.store;
    if (skewMs === 0) return;
    const dice = this.#dice.fork();
    const draw = () => Math.round(dice.between(-skewMs, skewMs));
    for (const { name } of this.#hosts) this.#offsetsMs.set(name, draw());
    const setOne = () => {
      this.#schedule.after(dice.waitMs(CLOCK_RATE), () => {
        if (this.#stopped) return;
        const { name } = dice.pick(this.#hosts);
        this.#offsetsMs.set(name, draw());
        this.#recordFault('clock', [name, `${this.#offsetsMs.get(name)} ms`]);
        setOne();
      });
    };
    setOne();
  }

  /** A crash is about to take with it whatever nobody else knows. */
  #loseMemory(host: SimulatedHost): void {
    const others = this.#hosts.filter((other) => other !== host).flatMap(({ node }) => node?.replica ?? []);
    const known = host.node?.replica;
    if (known === undefined || known === null) return;
    const lost = this.#clients.acknowledged.filter(
      (write) =>
        this.#invariants.knows(known, write) &&
        !others.some((replica) => this.#invariants.knows(replica, write)),
    );
    if (lost.length === 0) return;
    this.#clients.record({ process: 'nemesis', type: 'info', f: 'forget', value: lost.map(({ id }) => id) });
  }

  #runUntil(untilMs: number, isDone: () => boolean = () => false): void {
    while (!isDone() && this.#schedule.runNext(untilMs)) this.#events += 1;
  }

  /** Everything is healed: now all nodes have to come to hold the same. */
  #converge(): void {
    const healedMs = this.#schedule.nowMs;
    let agree = false;
    while (!agree && this.#schedule.nowMs < healedMs + CONVERGENCE_LIMIT_MS) {
      this.#runUntil(this.#schedule.nowMs + PROBE_MS);
      const snapshots = this.#snapshots();
      agree = snapshots.every((snapshot) => snapshot === snapshots[0]);
    }
    invariant(agree, `all nodes hold the same within ${CONVERGENCE_LIMIT_MS} ms after healing`, () =>
      this.#snapshots(),
    );
    this.#convergedMs = this.#schedule.nowMs - healedMs;
    this.#tombstones[0] = this.#countTombstones();
  }

  #readEverything(): void {
    let waiting = this.#hosts.length;
    for (const { name } of this.#hosts) {
      this.#clients.readAll(`c-${name}`, name, () => {
        waiting -= 1;
      });
    }
    this.#runUntil(this.#schedule.nowMs + CONVERGENCE_LIMIT_MS, () => waiting === 0);
    invariant(waiting === 0, 'every node answers at once when it is let alone', () => waiting);
  }

  /** What each node holds, in one string that is equal when all of it is. */
  #snapshots(): string[] {
    return this.#hosts.map(({ node }) => {
      const items = [...(node?.replica?.items() ?? [])].map((item) => canonical(item));
      return items.sort().join('\n');
    });
  }

  #countTombstones(): number {
    const items = this.#hosts.flatMap(({ node }) => [...(node?.replica?.items() ?? [])]);
    return items.filter((item) =>
      item.kind === 'lww' ? item.entry.deleted : read(item.versions).length === 0,
    ).length;
  }

  #checkStep(name: string, step: CellStep): void {
    this.#trace.add(`${this.#schedule.nowMs.toFixed(3)} ${name} ${step.cell} ${step.event.type}`);
    this.#invariants.check(name, step);
  }

  #recordFault(fault: string, value: readonly string[]): void {
    this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
    this.#clients.record({ process: 'nemesis', type: 'info', f: fault, value });
    this.#trace.add(`${this.#schedule.nowMs.toFixed(3)} nemesis ${fault} ${value.join(' ')}`);
    this.#observe(`${(this.#schedule.nowMs / 1000).toFixed(3).padStart(8)} s  ${fault} ${value.join(', ')}`);
  }
}
