import { Dice } from '../kit/dice.ts';
import type { VerdictRecord } from '../trace/format.ts';
import { type Cluster, nodeNames, StartError, startCluster } from './cluster.ts';
import { type Finding, Findings } from './findings.ts';
import { LeaderWatch } from './leader-watch.ts';
import { Nemesis } from './nemesis.ts';
import { type Latency, Network } from './network.ts';
import type { Program } from './node-process.ts';
import { isServed } from './operation.ts';
import { Pace } from './pace.ts';
import type { PartitionShape } from './partition.ts';
import { Recorder } from './recorder.ts';
import { roving } from './roving.ts';
import { RunTrace, type TraceHost } from './run-trace.ts';
import { sleep } from './sleep.ts';
import { boundTo, ClientFleet, runWorkers, timeoutMsFor } from './workers.ts';
import { createWorkload, type KeyedWorkload, type Mix, type WorkloadName } from './workload.ts';

export type RunOptions = {
  readonly program: Program;
  /** What the nodes are asked to be, and so what their replies may look like. */
  readonly workload: WorkloadName;
  readonly nodes: number;
  readonly concurrency: number;
  /** Operations a second over all workers; 0 is as fast as possible. */
  readonly rate: number;
  readonly timeMs: number;
  readonly latency: Latency;
  /** Messages from nodes to one follower take so much longer; 0 for none. */
  readonly slowFollowerMs: number;
  readonly nemesis: PartitionShape | 'any' | 'none';
  readonly nemesisIntervalMs: number;
  readonly mix: Mix;
  readonly workersPerKey: number;
  readonly opsPerKey: number;
  readonly seed: number;
  readonly initTimeoutMs: number;
  /** Within this time after the last heal every node must answer reads again. */
  readonly recoveryTimeoutMs: number;
};

export type RunHost = {
  readonly nowMs: () => number;
  /** Where the nodes' stderr goes; it exists. */
  readonly logDir: string;
  /** Ends the run early. */
  readonly interrupted: AbortSignal;
  /** Is told what happens, while it happens. */
  readonly tell: (timeMs: number, text: string) => void;
  /** Takes a record of everything that happens; nothing is recorded when left out. */
  readonly trace?: TraceHost | null;
};

/** The time of load and faults, and what had happened when it ended. Times are ms since the run's beginning. */
export type LoadPhase = {
  readonly fromMs: number;
  readonly toMs: number;
  /** Messages that nodes sent each other in it. */
  readonly messages: number;
  /** How many of the recorder's samples belong to it; the others are final reads. */
  readonly samples: number;
};

const RETRY_MS = 50;

/**
 * One run: a cluster under load and faults, from the first process to the last. What nodes do wrong never throws
 * here; it becomes findings.
 */
export class Run {
  readonly options: RunOptions;
  readonly nodes: readonly string[];
  readonly recorder: Recorder;
  readonly findings = new Findings();
  readonly leaders: LeaderWatch;
  readonly network: Network;
  /** Null until it is over, and when the cluster did not come up. */
  load: LoadPhase | null = null;
  /** When each node answered its first read after the network was whole; empty when nobody was asked. */
  readonly answeredAtMs = new Map<string, number>();
  readonly #host: RunHost;
  readonly #startMs: number;
  readonly #dice: Dice;
  readonly #workload: KeyedWorkload;
  readonly #timeoutMs: number;
  readonly #crash = new AbortController();
  readonly #trace: RunTrace | null;

  constructor(options: RunOptions, host: RunHost) {
    this.options = options;
    this.nodes = nodeNames(options.nodes);
    this.#host = host;
    this.#startMs = host.nowMs();
    this.#dice = new Dice(options.seed);
    this.#timeoutMs = timeoutMsFor(options.latency.meanMs);
    this.recorder = new Recorder(() => this.sinceStartMs());
    const { trace } = host;
    this.#trace = trace ? new RunTrace(trace, this.#startMs, () => this.sinceStartMs()) : null;
    this.leaders = new LeaderWatch(
      () => this.sinceStartMs(),
      ({ node, term }) => this.#tell(`${node} leads, term ${term}`),
    );
    this.network = new Network({
      latency: options.latency,
      lagMs: (dest) => (dest === this.#slowFollower() ? options.slowFollowerMs : 0),
      dice: this.#dice.fork(),
      nowMs: host.nowMs,
      onViolation: this.#onViolation,
      onPeerMessage: (message) => this.leaders.watch(message),
      tracer: this.#trace?.tracer ?? null,
    });
    this.#workload = createWorkload(options.workload, { ...options, dice: this.#dice.fork() });
  }

  /** The last record of the trace: what the run was found to be. */
  close(verdict: VerdictRecord['verdict'], text: string): void {
    this.#trace?.close(verdict, text);
  }

  sinceStartMs(): number {
    return this.#host.nowMs() - this.#startMs;
  }

  /** Runs it all. */
  async start(): Promise<void> {
    const cluster = await this.#startCluster();
    if (cluster === null) return;
    const fleet = new ClientFleet({
      network: this.network,
      observer: this.recorder,
      timeoutMs: this.#timeoutMs,
      nowMs: this.#host.nowMs,
      onViolation: this.#onViolation,
      workload: this.options.workload,
      firstClient: this.nodes.length + 1,
    });
    try {
      await this.#loadAndFaults(fleet);
      if (!this.#cutShort) await this.#finalReads(fleet);
    } finally {
      fleet.close();
      this.network.close();
      await cluster.stop();
    }
  }

  /** A node that is gone decides the verdict, and an impatient user need not wait for the rest. */
  get #cutShort(): boolean {
    return this.#crash.signal.aborted || this.#host.interrupted.aborted;
  }

  async #startCluster(): Promise<Cluster | null> {
    const { program, initTimeoutMs } = this.options;
    const trace = this.#trace;
    try {
      const cluster = await startCluster({
        program,
        nodes: this.nodes,
        logDir: this.#host.logDir,
        network: this.network,
        initTimeoutMs,
        onViolation: this.#onViolation,
        onExit: (node, how) => {
          this.#note('crash', node, how);
          trace?.crashed(node, how);
          this.#crash.abort();
        },
        ...(trace === null ? {} : { onTraceLine: trace.takeLine }),
        interrupted: this.#host.interrupted,
      });
      this.#tell(`${this.nodes.length} processes of ${program.name} run and have answered init`);
      return cluster;
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      if (!this.#host.interrupted.aborted) this.#note('crash', error.node, error.how);
      return null;
    }
  }

  async #loadAndFaults(fleet: ClientFleet): Promise<void> {
    const { rate, concurrency, nemesis: faults, timeMs, workload } = this.options;
    const pace = new Pace(rate, this.#dice.fork(), this.#host.nowMs);
    const nemesis = this.#createNemesis();
    const fromMs = this.sinceStartMs();
    const messagesBefore = this.network.traffic.sent;
    if (faults !== 'none') nemesis.start();
    const performerOf =
      workload === 'lin-kv'
        ? boundTo(this.nodes, fleet)
        : roving({ nodes: this.nodes, fleet, dice: this.#dice.fork(), timeoutMs: this.#timeoutMs });
    const working = runWorkers(concurrency, performerOf, pace, this.#workload);
    await sleep(timeMs, this.#host.interrupted, this.#crash.signal);
    const toMs = this.sinceStartMs();
    const messages = this.network.traffic.sent - messagesBefore;
    nemesis.stop();
    pace.end();
    if (this.#cutShort) fleet.giveUp();
    await working;
    this.load = { fromMs, toMs, messages, samples: this.recorder.samples.length };
  }

  /** Never the node that leads: when the slow one is elected, another is slow from then on. */
  #slowFollower(): string | undefined {
    if (this.options.slowFollowerMs === 0) return undefined;
    return this.nodes.findLast((node) => node !== this.leaders.leader);
  }

  #createNemesis(): Nemesis {
    const { nemesis, nemesisIntervalMs } = this.options;
    return new Nemesis({
      network: this.network,
      nodes: this.nodes,
      shape: nemesis === 'none' ? 'any' : nemesis,
      intervalMs: nemesisIntervalMs,
      dice: this.#dice.fork(),
      leader: () => this.leaders.leader,
      onPartition: ({ shape, cut, text }) => {
        this.recorder.nemesis('partition', { shape, cut, text });
        this.#trace?.cut(cut, `${shape}: ${text}`);
        const why = shape === 'leader' && this.leaders.leader !== undefined ? ' (it leads)' : '';
        this.#tell(`partition (${shape}): ${text}${why}`);
      },
      onHeal: () => {
        this.recorder.nemesis('heal', null);
        this.#trace?.healed();
        this.#tell('the network is whole again');
      },
    });
  }

  /** Asks every node for every key in use until it has answered: the cluster must come back, all of it. */
  async #finalReads(fleet: ClientFleet): Promise<void> {
    const keys = this.#workload.currentKeys();
    await Promise.all(this.nodes.map((node) => this.#readAll(fleet, node, keys)));
    if (this.#cutShort) return;
    const what = keys.length === 1 ? 'the last key' : `the last ${keys.length} keys`;
    this.#tell(`every node was asked for ${what}`);
  }

  async #readAll(fleet: ClientFleet, node: string, keys: readonly number[]): Promise<void> {
    const reader = fleet.worker();
    const untilMs = this.sinceStartMs() + this.options.recoveryTimeoutMs;
    for (const key of keys) {
      for (;;) {
        const outcome = await reader.do({ f: 'read', key }, node);
        if (isServed(outcome)) break;
        // An answer that Maelstrom would reject is a finding already, and the next would be no better.
        if (this.#cutShort || (outcome.type !== 'ok' && outcome.error === 'malformed reply')) return;
        if (this.sinceStartMs() > untilMs) {
          const withinS = this.options.recoveryTimeoutMs / 1000;
          this.#note(
            'progress',
            node,
            `answered no read of key ${key} within ${withinS} s of a whole network`,
          );
          return;
        }
        await sleep(RETRY_MS, this.#host.interrupted, this.#crash.signal);
      }
      if (!this.answeredAtMs.has(node)) this.answeredAtMs.set(node, this.sinceStartMs());
    }
  }

  readonly #onViolation = (node: string, problem: string): void => this.#note('protocol', node, problem);

  #note(kind: Finding['kind'], node: string, text: string): void {
    const kept = this.findings.add({ kind, node, timeMs: this.sinceStartMs(), text });
    if (kept) this.#tell(`${node} ${text}`);
  }

  #tell(text: string): void {
    this.#host.tell(this.sinceStartMs(), text);
  }
}
