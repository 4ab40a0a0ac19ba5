import type { Mode } from '../../machines/store/operations.ts';
import { Dice } from '../kit/dice.ts';
import { type Ask, Asker, type Ending, endingOf, Ids, requestFor } from '../kit/store-asks.ts';
import type { VerdictRecord } from '../trace/format.ts';
import type { HistoryEvent } from '../verify/index.ts';
import { Client, type Reply } from './client.ts';
import { type Cluster, nodeNames, StartError, startCluster } from './cluster.ts';
import { type Finding, Findings } from './findings.ts';
import { Nemesis } from './nemesis.ts';
import { type Latency, Network } from './network.ts';
import type { Program } from './node-process.ts';
import { Pace } from './pace.ts';
import type { RunHost, RunOptions } from './run.ts';
import { RunTrace } from './run-trace.ts';
import { sleep } from './sleep.ts';
import { StoreRecorder } from './store-recorder.ts';
import { timeoutMsFor } from './workers.ts';

export type StoreRunOptions = Pick<
  RunOptions,
  | 'nodes'
  | 'concurrency'
  | 'rate'
  | 'timeMs'
  | 'nemesis'
  | 'nemesisIntervalMs'
  | 'seed'
  | 'initTimeoutMs'
  | 'recoveryTimeoutMs'
> & {
  readonly program: Program;
  readonly latency: Latency;
  readonly keys: number;
  /** How far each node's wall clock is off, in milliseconds; nodes that are not named are right. */
  readonly clockOffsetsMs: { readonly [node: string]: number };
};

/** What one mode made of the load: times are ms since the run's beginning, null when it did not come so far. */
export type StorePhases = {
  load: { readonly fromMs: number; readonly toMs: number; readonly messages: number } | null;
  /** From the end of the load, with the network whole, until every node held the same. */
  convergedMs: number | null;
};

const RETRY_MS = 50;

/**
 * One run in one mode: concurrent writers over all nodes, the network cut and mended under them; then everything is
 * mended, and every key is read at every node until all of them say the same.
 */
export class StoreRun {
  readonly mode: Mode;
  readonly nodes: readonly string[];
  readonly recorder: StoreRecorder;
  readonly findings = new Findings();
  readonly network: Network;
  readonly phases: StorePhases = { load: null, convergedMs: null };
  readonly #options: StoreRunOptions;
  readonly #host: RunHost;
  readonly #startMs: number;
  readonly #dice: Dice;
  readonly #ids = new Ids();
  readonly #clients = new Set<Client>();
  readonly #crash = new AbortController();
  readonly #trace: RunTrace | null;
  #nextClient: number;

  constructor(options: StoreRunOptions, mode: Mode, host: RunHost) {
    this.mode = mode;
    this.nodes = nodeNames(options.nodes);
    this.#options = options;
    this.#host = host;
    this.#startMs = host.nowMs();
    this.#dice = new Dice(options.seed);
    this.#nextClient = this.nodes.length + 1;
    this.recorder = new StoreRecorder(() => this.sinceStartMs());
    const { trace } = host;
    this.#trace = trace ? new RunTrace(trace, this.#startMs, () => this.sinceStartMs()) : null;
    this.network = new Network({
      latency: options.latency,
      dice: this.#dice.fork(),
      nowMs: host.nowMs,
      onViolation: this.#onViolation,
      tracer: this.#trace?.tracer ?? null,
    });
  }

  /** The last record of the trace: what the run was found to be. */
  close(verdict: VerdictRecord['verdict'], text: string): void {
    this.#trace?.close(verdict, text);
  }

  get history(): readonly HistoryEvent[] {
    return this.recorder.events;
  }

  sinceStartMs(): number {
    return this.#host.nowMs() - this.#startMs;
  }

  /** Runs it all. What nodes do wrong never throws here; it becomes findings. */
  async start(): Promise<void> {
    const cluster = await this.#startCluster();
    if (cluster === null) return;
    try {
      await this.#loadAndFaults();
      if (!this.#cutShort) await this.#converge();
    } finally {
      for (const client of this.#clients) client.close();
      this.network.close();
      await cluster.stop();
    }
  }

  get #cutShort(): boolean {
    return this.#crash.signal.aborted || this.#host.interrupted.aborted;
  }

  async #startCluster(): Promise<Cluster | null> {
    const { program, initTimeoutMs, clockOffsetsMs } = this.#options;
    const trace = this.#trace;
    const offsetOf = (node: string): string => `--clock-offset-ms=${clockOffsetsMs[node]}`;
    try {
      return await startCluster({
        program,
        argsOf: (node) => [
          `--mode=${this.mode}`,
          ...(Object.hasOwn(clockOffsetsMs, node) ? [offsetOf(node)] : []),
        ],
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
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      if (!this.#host.interrupted.aborted) this.#note('crash', error.node, error.how);
      return null;
    }
  }

  async #loadAndFaults(): Promise<void> {
    const { rate, concurrency, nemesis: faults, timeMs } = this.#options;
    const pace = new Pace(rate, this.#dice.fork(), this.#host.nowMs);
    const nemesis = this.#createNemesis();
    const fromMs = this.sinceStartMs();
    const before = this.network.traffic.sent;
    if (faults !== 'none') nemesis.start();
    const working = Array.from({ length: concurrency }, () => this.#work(pace, this.#dice.fork()));
    await sleep(timeMs, this.#host.interrupted, this.#crash.signal);
    const toMs = this.sinceStartMs();
    const messages = this.network.traffic.sent - before;
    nemesis.stop();
    pace.end();
    if (this.#cutShort) for (const client of this.#clients) client.giveUp();
    await Promise.all(working);
    this.phases.load = { fromMs, toMs, messages };
  }

  /** One client's life: each operation goes to a node of its choice. */
  async #work(pace: Pace, dice: Dice): Promise<void> {
    const asker = new Asker(dice.fork(), this.#ids);
    let client = this.#openClient();
    let process = this.recorder.newProcess();
    while (await pace.turn()) {
      const ask = asker.ask(dice.below(this.#options.keys));
      const { reply, ending } = await this.#exchange(
        client,
        process,
        ask,
        dice.pick(this.nodes),
        dice.chance(0.5),
      );
      if (ending.sight !== undefined) asker.see(ask.key, ending.sight);
      // Nobody knows whether the operation is still under way, so its process cannot go on.
      if (ending.type === 'info') process = this.recorder.newProcess();
      if (typeof reply === 'string') client = this.#openClient();
    }
  }

  async #exchange(
    client: Client,
    process: number,
    ask: Ask,
    node: string,
    plainly: boolean,
  ): Promise<{ readonly reply: Reply; readonly ending: Ending }> {
    this.recorder.began(process, ask, node);
    const beganMs = this.#host.nowMs();
    const reply = await client.call(node, requestFor(ask, this.mode, plainly));
    const ending = endingOf(ask, reply);
    this.recorder.ended(process, ask, node, ending, this.#host.nowMs() - beganMs);
    return { reply, ending };
  }

  #openClient(): Client {
    const timeoutMs = timeoutMsFor(this.#options.latency.meanMs);
    const client = new Client(`c${this.#nextClient}`, this.network, timeoutMs, this.#onViolation, 'lww-kv');
    this.#nextClient += 1;
    this.#clients.add(client);
    return client;
  }

  #createNemesis(): Nemesis {
    const { nemesis, nemesisIntervalMs } = this.#options;
    return new Nemesis({
      network: this.network,
      nodes: this.nodes,
      shape: nemesis === 'none' ? 'any' : nemesis,
      intervalMs: nemesisIntervalMs,
      dice: this.#dice.fork(),
      leader: () => undefined,
      onPartition: ({ shape, cut, text }) => {
        this.recorder.nemesis('partition', { shape, cut, text });
        this.#trace?.cut(cut, `${shape}: ${text}`);
        this.#tell(`partition (${shape}): ${text}`);
      },
      onHeal: () => {
        this.recorder.nemesis('heal', null);
        this.#trace?.healed();
        this.#tell('the network is whole again');
      },
    });
  }

  /** Asks every node for every key until all say the same, and lets the history have what they say then. */
  async #converge(): Promise<void> {
    const untilMs = this.sinceStartMs() + this.#options.recoveryTimeoutMs;
    const fromMs = this.sinceStartMs();
    const readers = this.nodes.map(() => this.#openClient());
    for (;;) {
      const said = await Promise.all(readers.map((reader, place) => this.#readAll(reader, place)));
      if (this.#cutShort) return;
      const agree = said.every((one) => one !== null && one === said[0]);
      if (agree) this.phases.convergedMs = this.sinceStartMs() - fromMs;
      if (agree || this.sinceStartMs() > untilMs) break;
      await sleep(RETRY_MS, this.#host.interrupted, this.#crash.signal);
    }
    if (this.phases.convergedMs === null) {
      const withinS = this.#options.recoveryTimeoutMs / 1000;
      this.#note('progress', this.nodes.join(' '), `did not agree within ${withinS} s of a whole network`);
    }
    await Promise.all(readers.map((reader, place) => this.#finalReads(reader, place)));
    this.#tell(`every node was asked for all ${this.#options.keys} keys`);
  }

  /** What a node says of all keys, in one string that is equal when all of it is; null when it does not answer. */
  async #readAll(reader: Client, place: number): Promise<string | null> {
    const said: unknown[] = [];
    for (let key = 0; key < this.#options.keys; key += 1) {
      const reply = await reader.call(
        this.nodes[place] as string,
        requestFor({ f: 'read', key }, this.mode, true),
      );
      if (typeof reply === 'string') return null;
      const { in_reply_to: _, msg_id: __, ...body } = reply;
      said.push(body);
    }
    return JSON.stringify(said, (_, value: unknown) => sortedMembers(value));
  }

  async #finalReads(reader: Client, place: number): Promise<void> {
    const process = this.recorder.newProcess();
    for (let key = 0; key < this.#options.keys; key += 1) {
      const { reply } = await this.#exchange(
        reader,
        process,
        { f: 'final_read', key },
        this.nodes[place] as string,
        true,
      );
      if (typeof reply === 'string') return;
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

/** An object with its members in order, so that two that are equal are spelt alike. */
function sortedMembers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
