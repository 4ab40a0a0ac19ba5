import { invariant } from '../../machines/assert.ts';
import { canonical } from '../../machines/json.ts';
import type { Item } from '../../machines/store/items.ts';
import type { CellStep } from '../actors/cell.ts';
import { isTombstone } from '../actors/gossip/items.ts';
import { Dice } from '../kit/dice.ts';
import type { TraceSink } from '../trace/format.ts';
import { Tracer } from '../trace/tracer.ts';
import type { HistoryEvent } from '../verify/history.ts';
import { checkSurvival } from '../verify/index.ts';
import { CLIENT_TIMEOUT_MS } from './clients.ts';
import { Cluster } from './cluster.ts';
import type { SimulatedHost } from './host.ts';
import { Network } from './network.ts';
import type { SimulationOptions } from './options.ts';
import { Schedule } from './schedule.ts';
import { type Acknowledged, StoreClients } from './store-clients.ts';
import { StoreInvariants } from './store-invariants.ts';
import type { StoreSimulationResult } from './store-result.ts';
import { Trace } from './trace.ts';

/** Within this time after everything is healed, all nodes must hold the same, byte for byte. */
const CONVERGENCE_LIMIT_MS = 20_000;
/** How often it is looked at whether they do. */
const PROBE_MS = 50;
/** After that the nodes are left alone for a while: they may forget tombstones, and nothing else may change. */
const QUIET_MS = 3000;
/** How often a second some clock is set anew. */
const CLOCK_RATE = 1;

/**
 * Runs one cluster of the conflict store in virtual time: clients and faults for a while, then healing; all nodes must
 * come to hold the same, and every acknowledged write must be accounted for. A crash loses what a node had not synced; a
 * write that was acknowledged by a node whose disk was damaged, and that nobody else knows, is forgotten.
 */
export function simulateStore(
  options: SimulationOptions,
  observe: (line: string) => void = () => {},
  records: TraceSink | null = null,
): StoreSimulationResult {
  const run = new StoreSimulation(options, observe, records);
  let failure: string | null = null;
  try {
    run.go();
  } catch (error) {
    failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  return run.result(failure);
}

class StoreSimulation {
  readonly #options: SimulationOptions;
  readonly #schedule = new Schedule();
  readonly #trace = new Trace();
  readonly #tracer: Tracer | null;
  readonly #network: Network;
  readonly #clients: StoreClients;
  readonly #cluster: Cluster;
  readonly #invariants: StoreInvariants;
  readonly #dice: Dice;
  readonly #observe: (line: string) => void;
  readonly #faults = new Map<string, number>();
  readonly #faultTexts: StoreSimulationResult['faultTexts'][number][] = [];
  readonly #offsetsMs = new Map<string, number>();
  readonly #tombstones: [number, number] = [0, 0];
  #stopped = false;
  #events = 0;
  #convergedMs: number | null = null;

  constructor(options: SimulationOptions, observe: (line: string) => void, records: TraceSink | null) {
    this.#options = options;
    this.#tracer = records === null ? null : new Tracer(records, () => this.#schedule.nowMs);
    this.#observe = observe;
    const dice = new Dice(options.seed);
    this.#dice = dice;
    const { weather } = options;
    this.#network = new Network(
      this.#schedule,
      new Dice(dice.seed()),
      this.#trace,
      weather,
      this.#tracer,
      options.onlyLines,
    );
    const clientDice = new Dice(dice.seed());
    this.#cluster = new Cluster({
      options,
      schedule: this.#schedule,
      network: this.#network,
      dice,
      tracer: this.#tracer,
      store: options.store,
      clockOffsetMs: (node) => this.#offsetsMs.get(node) ?? 0,
      onStep: ({ name }, step) => this.#checkStep(name, step),
      onCheckpoint: () => {},
      onStart: ({ name, node }) => this.#invariants.restarted(name, node?.replica?.items() ?? []),
      onCrash: ({ name }) => this.#invariants.crashed(name),
      onLoss: (host) => this.#lose(host),
      record: (fault, nodes, text) => this.#recordFault(fault, nodes, text),
    });
    this.#clients = new StoreClients(this.#schedule, clientDice, this.#network, {
      nodes: this.#cluster.names,
      keys: options.keys,
      mode: options.store.mode,
      // The disk of its node may have been damaged while the answer was on its way.
      onAcknowledged: (write) => {
        if (this.#isGone(write.node) && !this.#isKnown(write)) this.#forget([write]);
      },
    });
    this.#invariants = new StoreInvariants();
  }

  go(): void {
    const { seconds, concurrency, opsPerSecond } = this.#options;
    this.#setClocks();
    this.#cluster.start();
    for (let i = 0; i < concurrency; i += 1) {
      this.#clients.run(`c${i}`, opsPerSecond / concurrency, seconds * 1000);
    }
    this.#runUntil(seconds * 1000);
    this.#stopped = true;
    this.#cluster.heal();
    const healedMs = this.#schedule.nowMs;
    // What clients asked last may still be on its way, or wait at a node that stood still.
    this.#runUntil(healedMs + CLIENT_TIMEOUT_MS);
    this.#awaitAgreement();
    this.#convergedMs = this.#schedule.nowMs - healedMs;
    this.#tombstones[0] = this.#countTombstones();
    this.#readEverything();
    const [agreed = ''] = this.#snapshots(isAlive);
    this.#runUntil(this.#schedule.nowMs + QUIET_MS);
    // Nodes forget deletions one after the other, and agree again when all have.
    this.#awaitAgreement();
    this.#tombstones[1] = this.#countTombstones();
    const after = this.#snapshots(isAlive);
    invariant(
      after.every((snapshot) => snapshot === agreed),
      'nobody writes, so no value comes or goes',
      () => ({ agreed, after }),
    );
  }

  result(failure: string | null): StoreSimulationResult {
    const { history } = this.#clients;
    const { mode } = this.#options.store;
    const survival = failure === null ? checkSurvival(history, { mode }) : null;
    const broken = survival?.verdict === 'illegal' ? `acknowledged writes: ${survival.reason}` : null;
    const found = failure ?? broken;
    this.#tracer?.verdict(found === null ? 'ok' : 'illegal', found ?? 'every property held');
    const count = (type: HistoryEvent['type']) =>
      history.filter((event) => event.type === type && event.process !== 'nemesis').length;
    return {
      options: this.#options,
      failure: found,
      survival,
      history,
      messages: this.#network.overTime,
      faultTexts: this.#faultTexts,
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
        ...this.#cluster.stats,
      },
    };
  }

  /** Sets every clock, and from then on now and then one: they are off, and they jump, also backwards. */
  #setClocks(): void {
    const { skewMs } = this.#options.store;
    if (skewMs === 0) return;
    const dice = this.#dice.fork();
    const draw = () => Math.round(dice.between(-skewMs, skewMs));
    for (const { name } of this.#cluster.hosts) this.#offsetsMs.set(name, draw());
    const setOne = () => {
      this.#schedule.after(dice.waitMs(CLOCK_RATE), () => {
        if (this.#stopped) return;
        const { name } = dice.pick(this.#cluster.hosts);
        this.#offsetsMs.set(name, draw());
        const offset = `${this.#offsetsMs.get(name)} ms`;
        this.#tracer?.fault({
          fault: 'clock',
          nodes: [name],
          text: `the clock of ${name} is off by ${offset}`,
        });
        this.#recordFault('clock-skew', [name], offset);
        setOne();
      });
    };
    setOne();
  }

  /** A disk is damaged, and takes with it whatever no node that runs knows. */
  #lose(host: SimulatedHost): void {
    this.#forget(
      this.#clients.acknowledged.filter((write) => write.node === host.name && !this.#isKnown(write)),
    );
  }

  #isGone(node: string): boolean {
    return this.#cluster.refused.includes(node);
  }

  #isKnown(write: Acknowledged): boolean {
    return this.#cluster.hosts.some(({ node }) => {
      const replica = node?.replica;
      return replica !== null && replica !== undefined && this.#invariants.knows(replica, write);
    });
  }

  /** The machines whose disks are as they should be: all of them run after the healing. */
  get #survivors(): readonly SimulatedHost[] {
    return this.#cluster.hosts.filter(({ isDown }) => !isDown);
  }

  #forget(writes: readonly Acknowledged[]): void {
    if (writes.length === 0) return;
    this.#clients.record({
      process: 'nemesis',
      type: 'info',
      f: 'forget',
      value: writes.map(({ id }) => id),
    });
  }

  #runUntil(untilMs: number, isDone: () => boolean = () => false): void {
    while (!isDone() && this.#schedule.runNext(untilMs)) this.#events += 1;
  }

  /** Everything is healed: now all nodes have to come to hold the same. */
  #awaitAgreement(): void {
    const untilMs = this.#schedule.nowMs + CONVERGENCE_LIMIT_MS;
    const agree = () => new Set(this.#snapshots()).size === 1;
    while (!agree()) {
      invariant(
        this.#schedule.nowMs < untilMs,
        `all nodes hold the same within ${CONVERGENCE_LIMIT_MS} ms after healing`,
        () => this.#snapshots(),
      );
      this.#runUntil(this.#schedule.nowMs + PROBE_MS);
    }
  }

  #readEverything(): void {
    let waiting = this.#survivors.length;
    for (const { name } of this.#survivors) {
      this.#clients.readAll(`c-${name}`, name, () => {
        waiting -= 1;
      });
    }
    this.#runUntil(this.#schedule.nowMs + CONVERGENCE_LIMIT_MS, () => waiting === 0);
    invariant(waiting === 0, 'every node answers at once when it is let alone', () => waiting);
  }

  /** What each node holds, in one string that is equal when all of it is. */
  #snapshots(isShown: (item: Item) => boolean = () => true): string[] {
    return this.#survivors.map(({ node }) => {
      const items = [...(node?.replica?.items() ?? [])].filter(isShown);
      return items.map(canonical).sort().join('\n');
    });
  }

  #countTombstones(): number {
    const items = this.#survivors.flatMap(({ node }) => [...(node?.replica?.items() ?? [])]);
    return items.filter(isTombstone).length;
  }

  #checkStep(name: string, step: CellStep): void {
    this.#trace.step(this.#schedule.nowMs, name, step.cell, step.event.type);
    this.#tracer?.step(name, step);
    this.#invariants.check(name, step);
  }

  #recordFault(fault: string, value: readonly string[], text: string): void {
    this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
    this.#clients.record({ process: 'nemesis', type: 'info', f: fault, value });
    this.#faultTexts.push({ name: fault, text });
    this.#trace.add(`${this.#schedule.nowMs.toFixed(3)} nemesis ${fault} ${value.join(' ')} ${text}`);
    this.#observe(
      `${(this.#schedule.nowMs / 1000).toFixed(3).padStart(8)} s  ${fault} ${value.join(', ')} ${text}`.trimEnd(),
    );
  }
}

function isAlive(item: Item): boolean {
  return !isTombstone(item);
}
