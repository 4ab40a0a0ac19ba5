import type { SnapshotFrom } from 'xstate';
import { invariant } from '../../machines/assert.ts';
import type { Json } from '../../machines/json.ts';
import type { raftMachine } from '../../machines/raft/raft.machine.ts';
import type { CellStep } from '../actors/cell.ts';
import { Dice } from '../kit/dice.ts';
import type { Tallied } from '../kit/tally.ts';
import type { TraceSink } from '../trace/format.ts';
import { Tracer } from '../trace/tracer.ts';
import type { HistoryEvent } from '../verify/history.ts';
import { Clients } from './clients.ts';
import { SimulatedHost } from './host.ts';
import { checkReplicasAgree, Invariants, type RaftView } from './invariants.ts';
import { type Judgement, judgeHistory } from './judge.ts';
import { Nemesis } from './nemesis.ts';
import { Network } from './network.ts';
import { CALM, type SimulationOptions, simulatedNodes } from './options.ts';
import { Schedule } from './schedule.ts';
import { Trace } from './trace.ts';

/** What a simulation found. `failure` is null when every property held. */
export type SimulationResult = {
  readonly options: SimulationOptions;
  readonly failure: string | null;
  /** What the history is worth; null when the run itself failed. */
  readonly judgement: Judgement | null;
  readonly history: readonly HistoryEvent[];
  /** Messages between nodes over time, lost ones included, and who led when. */
  readonly messages: Tallied;
  readonly leaderships: readonly Leadership[];
  readonly traceHash: string;
  readonly traceTail: readonly string[];
  readonly stats: SimulationStats;
};

/** From then on a node led, as far as it knew itself. */
export type Leadership = { readonly timeMs: number; readonly node: string; readonly term: number };

export type SimulationStats = {
  readonly virtualSeconds: number;
  readonly events: number;
  readonly ok: number;
  readonly fail: number;
  readonly info: number;
  readonly committed: number;
  readonly termsLed: number;
  readonly invariantChecks: number;
  readonly messages: { readonly [type: string]: number };
  readonly lost: number;
  readonly duplicated: number;
  readonly faults: { readonly [name: string]: number };
  /** From the healing until every node had answered a read of every key. */
  readonly recoveryMs: number | null;
};

/** Within this time after everything is healed, every node must answer every read. */
const RECOVERY_LIMIT_MS = 10_000;

type RaftSnapshot = SnapshotFrom<typeof raftMachine>;

/**
 * Runs one cluster in virtual time: clients and faults for a while, then healing, then every key is read through
 * every node. The properties of the paper are checked after every step, what clients saw at the end. The same
 * options give the same run, to the last message.
 */
export function simulate(
  options: SimulationOptions,
  observe: (line: string) => void = () => {},
  records: TraceSink | null = null,
): SimulationResult {
  const run = new Simulation(options, observe, records);
  let failure: string | null = null;
  try {
    run.go();
  } catch (error) {
    failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  return run.result(failure);
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #schedule = new Schedule();
  readonly #trace = new Trace();
  readonly #tracer: Tracer | null;
  readonly #invariants = new Invariants();
  readonly #network: Network;
  readonly #clients: Clients;
  readonly #hosts: readonly SimulatedHost[];
  readonly #dice: Dice;
  readonly #observe: (line: string) => void;
  readonly #faults = new Map<string, number>();
  readonly #leaderships: Leadership[] = [];
  #syncMs: number;
  #events = 0;
  #recoveryMs: number | null = null;

  constructor(options: SimulationOptions, observe: (line: string) => void, records: TraceSink | null) {
    this.#options = options;
    this.#tracer = records === null ? null : new Tracer(records, () => this.#schedule.nowMs);
    this.#observe = observe;
    const dice = new Dice(options.seed);
    this.#dice = dice;
    this.#syncMs = options.weather.syncMs;
    this.#network = new Network(
      this.#schedule,
      new Dice(dice.seed()),
      this.#trace,
      options.weather,
      this.#tracer,
      options.onlyLines,
    );
    const names = simulatedNodes(options);
    this.#clients = new Clients(this.#schedule, new Dice(dice.seed()), this.#network, {
      nodes: names,
      lifeOf: (node) => this.#hosts.find(({ name }) => name === node)?.life ?? 0,
      keys: options.keys,
      hasSessions: options.workload === 'ryw-kv',
    });
    this.#hosts = names.map((name) => this.#createHost(name, names));
  }

  go(): void {
    const { seconds, concurrency, opsPerSecond, weather } = this.#options;
    for (const host of this.#hosts) host.start();
    const nemesis = new Nemesis(
      {
        schedule: this.#schedule,
        dice: new Dice(this.#dice.seed()),
        network: this.#network,
        hosts: this.#hosts,
        onCrash: (host) => this.#invariants.forget(host.name),
        record: (fault, nodes, text) => this.#recordFault(fault, nodes, text),
        tracer: this.#tracer,
      },
      weather,
    );
    for (let i = 0; i < concurrency; i += 1) {
      this.#clients.run(`c${i}`, opsPerSecond / concurrency, seconds * 1000);
    }
    this.#runUntil(seconds * 1000);
    this.#network.weather = CALM;
    this.#syncMs = 0;
    nemesis.heal();
    this.#recover();
    this.#checkReplicas();
    this.#checkReaders();
  }

  result(failure: string | null): SimulationResult {
    const { history } = this.#clients;
    const judgement = failure === null ? judgeHistory(this.#options.workload, history) : null;
    const verdict = failure ?? judgement?.failure ?? null;
    this.#tracer?.verdict(verdict === null ? 'ok' : 'illegal', verdict ?? 'every property held');
    const count = (type: HistoryEvent['type']) =>
      history.filter((event) => event.type === type && event.process !== 'nemesis').length;
    return {
      options: this.#options,
      failure: verdict,
      judgement,
      history,
      messages: this.#network.overTime,
      leaderships: this.#leaderships,
      traceHash: this.#trace.hash,
      traceTail: this.#trace.tail,
      stats: {
        virtualSeconds: this.#schedule.nowMs / 1000,
        events: this.#events,
        ok: count('ok'),
        fail: count('fail'),
        info: count('info'),
        committed: this.#invariants.committedCount,
        termsLed: this.#invariants.termsLed,
        invariantChecks: this.#invariants.checks,
        messages: Object.fromEntries([...this.#network.sent].sort(([a], [b]) => (a < b ? -1 : 1))),
        lost: this.#network.lost,
        duplicated: this.#network.duplicated,
        faults: Object.fromEntries(this.#faults),
        recoveryMs: this.#recoveryMs,
      },
    };
  }

  #createHost(name: string, names: readonly string[]): SimulatedHost {
    const host: SimulatedHost = new SimulatedHost(name, names, {
      schedule: this.#schedule,
      dice: new Dice(this.#dice.seed()),
      syncMs: () => this.#syncMs,
      workload: this.#options.workload,
      rywWaitMs: this.#options.rywWaitMs,
      onStep: (step) => this.#checkStep(host, step),
      send: (src, dest, body) => {
        if (dest.startsWith('c')) this.#network.sendCalmly(src, dest, body);
        else this.#network.send(src, dest, body);
      },
    });
    this.#network.attach(
      name,
      (line) => host.deliver(line),
      () => host.node !== null,
      (packet) => host.hand(packet),
    );
    return host;
  }

  #runUntil(untilMs: number, isDone: () => boolean = () => false): void {
    while (!isDone() && this.#schedule.runNext(untilMs)) this.#events += 1;
  }

  /** Everything is healed: now every node has to answer for every key, through a leader that is still to be found. */
  #recover(): void {
    const healedMs = this.#schedule.nowMs;
    let waiting = this.#hosts.length;
    for (const { name } of this.#hosts) {
      this.#clients.readAll(`c-${name}`, name, () => {
        waiting -= 1;
      });
    }
    this.#runUntil(healedMs + RECOVERY_LIMIT_MS, () => waiting === 0);
    invariant(waiting === 0, `every node answers within ${RECOVERY_LIMIT_MS} ms after healing`, () => ({
      silent: waiting,
      nodes: this.#hosts.map(({ name, node }) => [name, node?.peer?.raft.snapshot.value]),
    }));
    this.#recoveryMs = this.#schedule.nowMs - healedMs;
    // One more second, in which every follower learns what is committed.
    this.#runUntil(this.#schedule.nowMs + 1000);
  }

  #checkReplicas(): void {
    const replicas = this.#hosts.map(({ name, node }) => {
      const registers = node?.peer?.registers;
      invariant(registers !== undefined, 'every node runs again at the end', () => name);
      return { name, appliedIndex: registers.appliedIndex, values: registers.entries() };
    });
    checkReplicasAgree(replicas);
    const reached = new Set(replicas.map(({ appliedIndex }) => appliedIndex));
    invariant(
      reached.size === 1,
      'every node has applied everything a second after recovery',
      () => replicas,
    );
  }

  /** Every read has ended by now, one way or another, and no node remembers more clients than there are. */
  #checkReaders(): void {
    const clients = this.#options.concurrency + this.#hosts.length;
    for (const { name, node } of this.#hosts) {
      const waiting = node?.peer?.readers.size;
      invariant(waiting === 0, 'no read waits a second after the last was asked', () => ({ name, waiting }));
      const sessions = node?.peer?.sessions.size ?? 0;
      invariant(sessions <= clients, 'a node remembers each client once', () => ({
        name,
        sessions,
        clients,
      }));
    }
  }

  #checkStep(host: SimulatedHost, step: CellStep): void {
    const { name } = host;
    const { cell, event, snapshot, effects } = step;
    this.#trace.step(this.#schedule.nowMs, name, cell, event.type);
    this.#tracer?.step(name, step);
    if (cell !== 'raft') return;
    const { context } = snapshot as RaftSnapshot;
    for (const effect of effects) {
      if (effect.type === 'leader.changed' && context.leader === name) {
        this.#leaderships.push({ timeMs: this.#schedule.nowMs, node: name, term: context.term });
        this.#say(`${name} leads term ${context.term}`);
      }
    }
    this.#invariants.check(name, viewOf(host, snapshot as RaftSnapshot));
  }

  #recordFault(fault: string, value: readonly string[], text: string): void {
    this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
    this.#clients.record({ process: 'nemesis', type: 'info', f: fault, value });
    this.#trace.add(`${this.#schedule.moment} nemesis ${fault} ${value.join(' ')} ${text}`);
    this.#say(`${fault} ${value.join(', ')} ${text}`.trimEnd());
  }

  #say(text: string): void {
    this.#observe(`${(this.#schedule.nowMs / 1000).toFixed(3).padStart(8)} s  ${text}`);
  }
}

const NO_VALUES: ReadonlyMap<string, Json> = new Map();

function viewOf({ node }: SimulatedHost, { context, value }: RaftSnapshot): RaftView {
  const registers = node?.peer?.registers;
  return {
    context,
    isLeader: typeof value === 'object' && 'leader' in value,
    appliedIndex: registers?.appliedIndex ?? 0,
    values: registers?.entries() ?? NO_VALUES,
  };
}
