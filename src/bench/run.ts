import { Dice } from '../kit/dice.ts';
import type { VerdictRecord } from '../trace/format.ts';
import type { Findings } from './findings.ts';
import { LeaderWatch } from './leader-watch.ts';
import type { FaultBand } from './nemesis/fault-log.ts';
import type { Network } from './network.ts';
import { isServed } from './operation.ts';
import { Pace } from './pace.ts';
import { Recorder } from './recorder.ts';
import { roving } from './roving.ts';
import { sleep } from './sleep.ts';
import { type RunHost, Stage, type StageOptions } from './stage.ts';
import { boundTo, ClientFleet, runWorkers, timeoutMsFor } from './workers.ts';
import { createWorkload, type KeyedWorkload, type Mix, type WorkloadName } from './workload.ts';

export type RunOptions = StageOptions & {
  /** What the nodes are asked to be, and so what their replies may look like. */
  readonly workload: WorkloadName;
  readonly concurrency: number;
  /** Operations a second over all workers; 0 is as fast as possible. */
  readonly rate: number;
  readonly timeMs: number;
  /** Messages from nodes to one follower take so much longer; 0 for none. */
  readonly slowFollowerMs: number;
  readonly mix: Mix;
  readonly workersPerKey: number;
  readonly opsPerKey: number;
  readonly seed: number;
  /** Within this time after everything is healed every node must answer reads again. */
  readonly recoveryTimeoutMs: number;
};

/** The time of load and faults, and what had happened when it ended. Times are ms since the run's beginning. */
export type LoadPhase = {
  readonly fromMs: number;
  readonly toMs: number;
  /** When all faults were undone: the network whole, every node running. */
  readonly healedMs: number;
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
  readonly recorder: Recorder;
  readonly leaders: LeaderWatch;
  /** Null until it is over, and when the cluster did not come up. */
  load: LoadPhase | null = null;
  /** When each node answered its first read after everything was healed; empty when nobody was asked. */
  readonly answeredAtMs = new Map<string, number>();
  readonly #host: RunHost;
  readonly #stage: Stage;
  readonly #dice: Dice;
  readonly #workload: KeyedWorkload;
  readonly #timeoutMs: number;

  constructor(options: RunOptions, host: RunHost) {
    this.options = options;
    this.#host = host;
    this.#dice = new Dice(options.seed);
    this.#timeoutMs = timeoutMsFor(options.latency.meanMs);
    this.recorder = new Recorder(() => this.sinceStartMs());
    this.leaders = new LeaderWatch(
      () => this.sinceStartMs(),
      ({ node, term }) => this.#stage.tell(`${node} leads, term ${term}`),
    );
    this.#stage = new Stage(options, host, {
      dice: this.#dice,
      record: (f, value) => this.recorder.nemesis(f, value),
      leader: () => this.leaders.leader,
      lagMs: (dest) => (dest === this.#slowFollower() ? options.slowFollowerMs : 0),
      onPeerMessage: (message) => this.leaders.watch(message),
    });
    this.#workload = createWorkload(options.workload, { ...options, dice: this.#dice.fork() });
  }

  /** The nodes that it began with. */
  get nodes(): readonly string[] {
    return this.#stage.nodes;
  }

  /** Who belongs to the cluster at present. */
  get members(): readonly string[] {
    return this.#stage.members;
  }

  get findings(): Findings {
    return this.#stage.findings;
  }

  get network(): Network {
    return this.#stage.network;
  }

  /** What was done to the cluster. */
  get faults(): readonly FaultBand[] {
    return this.#stage.faults.bands;
  }

  /** The last record of the trace: what the run was found to be. */
  close(verdict: VerdictRecord['verdict'], text: string): void {
    this.#stage.closeTrace(verdict, text);
  }

  sinceStartMs(): number {
    return this.#stage.sinceStartMs();
  }

  /** Runs it all. */
  async start(): Promise<void> {
    if (!(await this.#stage.raise())) return;
    const fleet = new ClientFleet({
      network: this.network,
      observer: this.recorder,
      timeoutMs: this.#timeoutMs,
      nowMs: this.#host.nowMs,
      onViolation: this.#stage.onViolation,
      workload: this.options.workload,
      firstClient: this.nodes.length + 1,
    });
    try {
      await this.#loadAndFaults(fleet);
      if (!this.#stage.cutShort) await this.#finalReads(fleet);
    } finally {
      fleet.close();
      await this.#stage.close();
    }
  }

  async #loadAndFaults(fleet: ClientFleet): Promise<void> {
    const { rate, concurrency, timeMs, workload } = this.options;
    const stage = this.#stage;
    const pace = new Pace(rate, this.#dice.fork(), this.#host.nowMs);
    const fromMs = this.sinceStartMs();
    const messagesBefore = this.network.traffic.sent;
    stage.startFaults();
    const performerOf =
      workload === 'lin-kv'
        ? boundTo(this.nodes, fleet, () => this.members)
        : roving({ nodes: () => this.members, fleet, dice: this.#dice.fork(), timeoutMs: this.#timeoutMs });
    const working = runWorkers(concurrency, performerOf, pace, this.#workload);
    await sleep(timeMs, ...stage.abandoned);
    const toMs = this.sinceStartMs();
    const messages = this.network.traffic.sent - messagesBefore;
    pace.end();
    await stage.heal();
    const healedMs = this.sinceStartMs();
    if (stage.cutShort) fleet.giveUp();
    await working;
    this.load = { fromMs, toMs, healedMs, messages, samples: this.recorder.samples.length };
  }

  /** Never the node that leads: when the slow one is elected, another is slow from then on. */
  #slowFollower(): string | undefined {
    if (this.options.slowFollowerMs === 0) return undefined;
    return this.nodes.findLast((node) => node !== this.leaders.leader);
  }

  /** Asks every node for every key in use until it has answered: the cluster must come back, all of it. */
  async #finalReads(fleet: ClientFleet): Promise<void> {
    const keys = this.#workload.currentKeys();
    await Promise.all(this.members.map((node) => this.#readAll(fleet, node, keys)));
    if (this.#stage.cutShort) return;
    const what = keys.length === 1 ? 'the last key' : `the last ${keys.length} keys`;
    this.#stage.tell(`every node was asked for ${what}`);
  }

  async #readAll(fleet: ClientFleet, node: string, keys: readonly number[]): Promise<void> {
    const reader = fleet.worker();
    const untilMs = this.sinceStartMs() + this.options.recoveryTimeoutMs;
    for (const key of keys) {
      for (;;) {
        const outcome = await reader.do({ f: 'read', key }, node);
        if (isServed(outcome)) break;
        // An answer that Maelstrom would reject is a finding already, and the next would be no better.
        if (this.#stage.cutShort || (outcome.type !== 'ok' && outcome.error === 'malformed reply')) return;
        if (this.sinceStartMs() > untilMs) {
          const withinS = this.options.recoveryTimeoutMs / 1000;
          this.#stage.note(
            'progress',
            node,
            `answered no read of key ${key} within ${withinS} s of a whole network`,
          );
          return;
        }
        await sleep(RETRY_MS, ...this.#stage.abandoned);
      }
      if (!this.answeredAtMs.has(node)) this.answeredAtMs.set(node, this.sinceStartMs());
    }
  }
}
