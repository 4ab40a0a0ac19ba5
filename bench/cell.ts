import { type Cluster, nodeNames, startCluster } from '../src/bench/cluster.ts';
import { LeaderWatch } from '../src/bench/leader-watch.ts';
import { Network } from '../src/bench/network.ts';
import type { Program } from '../src/bench/node-process.ts';
import { type ClientOperation, isServed, type Outcome, type Service } from '../src/bench/operation.ts';
import { Pace } from '../src/bench/pace.ts';
import { sleep } from '../src/bench/sleep.ts';
import {
  boundTo,
  ClientFleet,
  type Observer,
  type Performer,
  runWorkers,
  timeoutMsFor,
} from '../src/bench/workers.ts';
import type { WorkloadName as StoreName, Workload } from '../src/bench/workload.ts';
import { monotonicMs } from '../src/host/clock.ts';
import { Dice } from '../src/kit/dice.ts';
import { percentilesOf } from '../src/kit/percentiles.ts';
import { cpuMsOf } from './cpu.ts';
import { createWorkload, type WorkloadName } from './workloads.ts';

/** What one kind of operation at one concurrency reached. */
export type Figures = {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Messages between nodes for each operation. */
  readonly messages: number;
  /** CPU time of all nodes together for each operation, in microseconds; null where it cannot be read. */
  readonly nodesCpuUs: number | null;
  /** The same of this process: the router and the clients. */
  readonly routerCpuUs: number;
  /** CPU time of the node that leads, for each operation, in microseconds. */
  readonly leaderCpuUs: number | null;
  /** What the node that leads sent and received, to and from clients and nodes, for each operation. */
  readonly leaderMessages: number;
  /** Operations that were not served. */
  readonly failed: number;
  /** How the ryw_reads were served. */
  readonly services: readonly Service[];
  /** Who led, as far as the traffic tells. */
  readonly leader: string | undefined;
};

export type SubjectOptions = {
  /** What the nodes are (default lin-kv). */
  readonly workload?: StoreName;
  /** Messages between nodes to the last follower take so much longer (default 0). */
  readonly slowFollowerMs?: number;
  /** Arguments that only this node gets (default none). */
  readonly argsOf?: (node: string) => readonly string[];
};

/** A load to measure: operations, and the clients that do them. */
export type Load = {
  readonly workload: Workload;
  readonly concurrency: number;
  readonly forMs: number;
  /** Who does the operations (default: worker i is bound to node i modulo their number). */
  readonly performers?: (nodes: readonly string[], fleet: ClientFleet) => (number: number) => Performer;
};

class Meter implements Observer {
  latenciesMs: number[] = [];
  failed = 0;
  services: Service[] = [];

  began(): void {}

  ended(_process: number, _op: ClientOperation, _node: string, outcome: Outcome, latencyMs: number): void {
    if (isServed(outcome)) this.latenciesMs.push(latencyMs);
    else this.failed += 1;
    if (outcome.type === 'ok' && outcome.service !== undefined) this.services.push(outcome.service);
  }

  restart(): void {
    this.latenciesMs = [];
    this.failed = 0;
    this.services = [];
  }
}

const WARM_UP_MS = 300;
const INIT_TIMEOUT_MS = 10_000;
const READY_TIMEOUT_MS = 10_000;
const RETRY_MS = 50;

/** A cluster that is measured many times, with no latency but the machine's own. */
export class Subject {
  readonly #cluster: Cluster;
  readonly #network: Network;
  readonly #nodes: readonly string[];
  readonly #leaders: LeaderWatch;
  readonly #store: StoreName;
  readonly #seed: number;
  /** What nodes did wrong: a measurement of a cluster that misbehaves means nothing. */
  readonly #problems: string[];
  /** Measurements so far; gives each its own names for clients and keys. */
  #rounds = 0;

  private constructor(
    cluster: Cluster,
    network: Network,
    leaders: LeaderWatch,
    store: StoreName,
    seed: number,
    problems: string[],
  ) {
    this.#leaders = leaders;
    this.#store = store;
    this.#problems = problems;
    this.#cluster = cluster;
    this.#network = network;
    this.#nodes = cluster.processes.map(({ id }) => id);
    this.#seed = seed;
  }

  static async start(
    program: Program,
    count: number,
    logDir: string,
    seed: number,
    { workload = 'lin-kv', slowFollowerMs = 0, argsOf = () => [] }: SubjectOptions = {},
  ): Promise<Subject> {
    const problems: string[] = [];
    const onViolation = (node: string, problem: string): void => {
      problems.push(`${node} ${problem}`);
    };
    const nodes = nodeNames(count);
    const leaders = new LeaderWatch(monotonicMs, () => {});
    const slowFollower = (): string | undefined => nodes.findLast((node) => node !== leaders.leader);
    const network = new Network({
      latency: { kind: 'constant', meanMs: 0 },
      dice: new Dice(seed),
      nowMs: monotonicMs,
      lagMs: (dest) => (slowFollowerMs > 0 && dest === slowFollower() ? slowFollowerMs : 0),
      onViolation,
      onPeerMessage: (message) => leaders.watch(message),
    });
    const cluster = await startCluster({
      program,
      argsOf,
      nodes,
      logDir,
      network,
      initTimeoutMs: INIT_TIMEOUT_MS,
      onViolation,
      onExit: onViolation,
      interrupted: new AbortController().signal,
    });
    return new Subject(cluster, network, leaders, workload, seed, problems);
  }

  get nodes(): readonly string[] {
    return this.#nodes;
  }

  /** Who leads at present, as far as is known. */
  get leader(): string | undefined {
    return this.#leaders.leader;
  }

  /** Waits until every node serves: until there is a leader, and all know it. */
  async ready(name: WorkloadName): Promise<void> {
    const fleet = this.#fleet({ began() {}, ended() {} });
    const workload = createWorkload(name, this.#seed, this.#rounds);
    const untilMs = monotonicMs() + READY_TIMEOUT_MS;
    for (const node of this.#nodes) {
      const worker = fleet.worker();
      while (!isServed(await worker.do(workload.next(0), node))) {
        if (monotonicMs() > untilMs)
          throw new Error(`${node} serves no ${name} within ${READY_TIMEOUT_MS} ms`);
        await sleep(RETRY_MS);
      }
    }
    fleet.close();
  }

  /** Measures for about `forMs`, after a while to warm up. */
  measure(name: WorkloadName, concurrency: number, forMs: number): Promise<Figures> {
    const workload = createWorkload(name, this.#seed + this.#rounds + 1, this.#rounds + 1);
    return this.measureLoad({ workload, concurrency, forMs });
  }

  /** The same for a load of any kind. */
  async measureLoad({ workload, concurrency, forMs, performers = boundTo }: Load): Promise<Figures> {
    const meter = new Meter();
    const fleet = this.#fleet(meter);
    const pace = new Pace(0, new Dice(this.#seed), monotonicMs);
    const working = runWorkers(concurrency, performers(this.#nodes, fleet), pace, workload);
    await sleep(WARM_UP_MS);
    const before = this.#counters();
    meter.restart();
    await sleep(forMs);
    const after = this.#counters();
    const { latenciesMs, failed, services } = meter;
    // The clients finish what they began, but that belongs to no measurement any more.
    meter.restart();
    pace.end();
    await working;
    fleet.close();
    const [problem] = this.#problems;
    if (problem !== undefined) throw new Error(problem);
    return { ...figuresOf(before, after, latenciesMs, failed), services, leader: this.leader };
  }

  stop(): Promise<void> {
    return this.#cluster.stop();
  }

  #fleet(observer: Observer): ClientFleet {
    this.#rounds += 1;
    return new ClientFleet({
      network: this.#network,
      observer,
      timeoutMs: timeoutMsFor(0),
      nowMs: monotonicMs,
      workload: this.#store,
      onViolation: (node, problem) => this.#problems.push(`${node} ${problem}`),
      firstClient: this.#rounds * 10_000,
    });
  }

  #counters(): Counters {
    const pids = this.#cluster.processes.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
    const { leader } = this;
    const leading = this.#cluster.processes.find(({ id }) => id === leader)?.pid;
    const { user, system } = process.cpuUsage();
    return {
      nowMs: monotonicMs(),
      messages: this.#network.traffic.sent,
      nodesCpuMs: cpuMsOf(pids),
      leaderCpuMs: leading === undefined ? null : cpuMsOf([leading]),
      leaderMessages: leader === undefined ? 0 : (this.#network.traffic.ofNode.get(leader) ?? 0),
      routerCpuMs: (user + system) / 1000,
    };
  }
}

type Counters = {
  readonly nowMs: number;
  readonly messages: number;
  readonly nodesCpuMs: number | null;
  readonly leaderCpuMs: number | null;
  readonly leaderMessages: number;
  readonly routerCpuMs: number;
};

function figuresOf(
  before: Counters,
  after: Counters,
  latenciesMs: readonly number[],
  failed: number,
): Omit<Figures, 'services' | 'leader'> {
  const served = latenciesMs.length;
  if (served === 0) throw new Error(`no operation was served, ${failed} failed`);
  const percentiles = percentilesOf(latenciesMs);
  const each = (total: number): number => total / served;
  const cpuUs = (fromMs: number | null, toMs: number | null): number | null =>
    fromMs === null || toMs === null ? null : each((toMs - fromMs) * 1000);
  return {
    perSecond: (served / (after.nowMs - before.nowMs)) * 1000,
    p50Ms: percentiles?.p50 ?? Number.NaN,
    p99Ms: percentiles?.p99 ?? Number.NaN,
    messages: each(after.messages - before.messages),
    nodesCpuUs: cpuUs(before.nodesCpuMs, after.nodesCpuMs),
    leaderCpuUs: cpuUs(before.leaderCpuMs, after.leaderCpuMs),
    leaderMessages: each(after.leaderMessages - before.leaderMessages),
    routerCpuUs: each((after.routerCpuMs - before.routerCpuMs) * 1000),
    failed,
  };
}
