import { type Cluster, nodeNames, startCluster } from '../src/bench/cluster.ts';
import { Network } from '../src/bench/network.ts';
import type { Program } from '../src/bench/node-process.ts';
import { type ClientOperation, isServed, type Outcome } from '../src/bench/operation.ts';
import { Pace } from '../src/bench/pace.ts';
import { Random } from '../src/bench/random.ts';
import { sleep } from '../src/bench/sleep.ts';
import { percentilesOf } from '../src/bench/statistics.ts';
import { boundTo, ClientFleet, type Observer, runWorkers, timeoutMsFor } from '../src/bench/workers.ts';
import { monotonicMs } from '../src/host/clock.ts';
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
  /** Operations that were not served. */
  readonly failed: number;
};

class Meter implements Observer {
  latenciesMs: number[] = [];
  failed = 0;

  began(): void {}

  ended(_process: number, _op: ClientOperation, _node: string, outcome: Outcome, latencyMs: number): void {
    if (isServed(outcome)) this.latenciesMs.push(latencyMs);
    else this.failed += 1;
  }

  restart(): void {
    this.latenciesMs = [];
    this.failed = 0;
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
  readonly #seed: number;
  /** What nodes did wrong: a measurement of a cluster that misbehaves means nothing. */
  readonly #problems: string[];
  /** Measurements so far; gives each its own names for clients and keys. */
  #rounds = 0;

  private constructor(
    cluster: Cluster,
    network: Network,
    nodes: readonly string[],
    seed: number,
    problems: string[],
  ) {
    this.#problems = problems;
    this.#cluster = cluster;
    this.#network = network;
    this.#nodes = nodes;
    this.#seed = seed;
  }

  static async start(program: Program, count: number, logDir: string, seed: number): Promise<Subject> {
    const problems: string[] = [];
    const onViolation = (node: string, problem: string): void => {
      problems.push(`${node} ${problem}`);
    };
    const network = new Network({
      latency: { kind: 'constant', meanMs: 0 },
      random: new Random(seed),
      nowMs: monotonicMs,
      onViolation,
    });
    const nodes = nodeNames(count);
    const cluster = await startCluster({
      program,
      nodes,
      logDir,
      network,
      initTimeoutMs: INIT_TIMEOUT_MS,
      onViolation,
      onExit: onViolation,
      interrupted: new AbortController().signal,
    });
    return new Subject(cluster, network, nodes, seed, problems);
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
  async measure(name: WorkloadName, concurrency: number, forMs: number): Promise<Figures> {
    const meter = new Meter();
    const fleet = this.#fleet(meter);
    const pace = new Pace(0, new Random(this.#seed), monotonicMs);
    const workload = createWorkload(name, this.#seed + this.#rounds, this.#rounds);
    const working = runWorkers(concurrency, boundTo(this.#nodes, fleet), pace, workload);
    await sleep(WARM_UP_MS);
    const before = this.#counters();
    meter.restart();
    await sleep(forMs);
    const after = this.#counters();
    const { latenciesMs, failed } = meter;
    // The clients finish what they began, but that belongs to no measurement any more.
    meter.restart();
    pace.end();
    await working;
    fleet.close();
    const [problem] = this.#problems;
    if (problem !== undefined) throw new Error(problem);
    return figuresOf(before, after, latenciesMs, failed);
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
      onViolation: (node, problem) => this.#problems.push(`${node} ${problem}`),
      firstClient: this.#rounds * 10_000,
    });
  }

  #counters(): Counters {
    const pids = this.#cluster.processes.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
    const { user, system } = process.cpuUsage();
    return {
      nowMs: monotonicMs(),
      messages: this.#network.traffic.sent,
      nodesCpuMs: cpuMsOf(pids),
      routerCpuMs: (user + system) / 1000,
    };
  }
}

type Counters = {
  readonly nowMs: number;
  readonly messages: number;
  readonly nodesCpuMs: number | null;
  readonly routerCpuMs: number;
};

function figuresOf(
  before: Counters,
  after: Counters,
  latenciesMs: readonly number[],
  failed: number,
): Figures {
  const served = latenciesMs.length;
  if (served === 0) throw new Error(`no operation was served, ${failed} failed`);
  const percentiles = percentilesOf(latenciesMs);
  const each = (total: number): number => total / served;
  return {
    perSecond: (served / (after.nowMs - before.nowMs)) * 1000,
    p50Ms: percentiles?.p50 ?? Number.NaN,
    p99Ms: percentiles?.p99 ?? Number.NaN,
    messages: each(after.messages - before.messages),
    nodesCpuUs:
      before.nodesCpuMs === null || after.nodesCpuMs === null
        ? null
        : each((after.nodesCpuMs - before.nodesCpuMs) * 1000),
    routerCpuUs: each((after.routerCpuMs - before.routerCpuMs) * 1000),
    failed,
  };
}
