import type { Mode } from '../../machines/store/operations.ts';
import { Dice } from '../kit/dice.ts';
import { type Ask, Asker, type Ending, endingOf, Ids, requestFor } from '../kit/store-asks.ts';
import type { VerdictRecord } from '../trace/format.ts';
import type { HistoryEvent } from '../verify/index.ts';
import { Client, type Reply } from './client.ts';
import type { Findings } from './findings.ts';
import type { FaultBand } from './nemesis/fault-log.ts';
import type { Network } from './network.ts';
import { Pace } from './pace.ts';
import type { RunOptions } from './run.ts';
import { sleep } from './sleep.ts';
import { type RunHost, Stage, type StageOptions } from './stage.ts';
import { StoreRecorder } from './store-recorder.ts';
import { timeoutMsFor } from './workers.ts';

export type StoreRunOptions = StageOptions &
  Pick<RunOptions, 'concurrency' | 'rate' | 'timeMs' | 'seed' | 'recoveryTimeoutMs'> & {
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
  readonly recorder: StoreRecorder;
  readonly phases: StorePhases = { load: null, convergedMs: null };
  readonly #options: StoreRunOptions;
  readonly #host: RunHost;
  readonly #stage: Stage;
  readonly #dice: Dice;
  readonly #ids = new Ids();
  readonly #clients = new Set<Client>();
  #nextClient: number;

  constructor(options: StoreRunOptions, mode: Mode, host: RunHost) {
    this.mode = mode;
    this.#options = options;
    this.#host = host;
    this.#dice = new Dice(options.seed);
    this.recorder = new StoreRecorder(() => this.sinceStartMs());
    this.#stage = new Stage(options, host, {
      dice: this.#dice,
      record: (f, value) => this.recorder.nemesis(f, value),
      argsOf: (node) => this.#argsOf(node),
      // Any node serves by itself.
      needed: () => 1,
    });
    this.#nextClient = this.nodes.length + 1;
  }

  get nodes(): readonly string[] {
    return this.#stage.nodes;
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

  get history(): readonly HistoryEvent[] {
    return this.recorder.events;
  }

  sinceStartMs(): number {
    return this.#stage.sinceStartMs();
  }

  /** Runs it all. What nodes do wrong never throws here; it becomes findings. */
  async start(): Promise<void> {
    if (!(await this.#stage.raise())) return;
    try {
      await this.#loadAndFaults();
      if (!this.#stage.cutShort) await this.#converge();
    } finally {
      for (const client of this.#clients) client.close();
      await this.#stage.close();
    }
  }

  #argsOf(node: string): string[] {
    const { clockOffsetsMs } = this.#options;
    const offset = Object.hasOwn(clockOffsetsMs, node) ? [`--clock-offset-ms=${clockOffsetsMs[node]}`] : [];
    return [`--mode=${this.mode}`, ...offset];
  }

  async #loadAndFaults(): Promise<void> {
    const { rate, concurrency, timeMs } = this.#options;
    const stage = this.#stage;
    const pace = new Pace(rate, this.#dice.fork(), this.#host.nowMs);
    const fromMs = this.sinceStartMs();
    const before = this.network.traffic.sent;
    stage.startFaults();
    const working = Array.from({ length: concurrency }, () => this.#work(pace, this.#dice.fork()));
    await sleep(timeMs, ...stage.abandoned);
    const toMs = this.sinceStartMs();
    const messages = this.network.traffic.sent - before;
    pace.end();
    await stage.heal();
    if (stage.cutShort) for (const client of this.#clients) client.giveUp();
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
    const client = new Client(
      `c${this.#nextClient}`,
      this.network,
      timeoutMs,
      this.#stage.onViolation,
      'lww-kv',
    );
    this.#nextClient += 1;
    this.#clients.add(client);
    return client;
  }

  /** Asks every node for every key until all say the same, and lets the history have what they say then. */
  async #converge(): Promise<void> {
    const untilMs = this.sinceStartMs() + this.#options.recoveryTimeoutMs;
    const fromMs = this.sinceStartMs();
    const readers = this.nodes.map(() => this.#openClient());
    for (;;) {
      const said = await Promise.all(readers.map((reader, place) => this.#readAll(reader, place)));
      if (this.#stage.cutShort) return;
      const agree = said.every((one) => one !== null && one === said[0]);
      if (agree) this.phases.convergedMs = this.sinceStartMs() - fromMs;
      if (agree || this.sinceStartMs() > untilMs) break;
      await sleep(RETRY_MS, ...this.#stage.abandoned);
    }
    if (this.phases.convergedMs === null) {
      const withinS = this.#options.recoveryTimeoutMs / 1000;
      this.#stage.note(
        'progress',
        this.nodes.join(' '),
        `did not agree within ${withinS} s of a whole network`,
      );
    }
    await Promise.all(readers.map((reader, place) => this.#finalReads(reader, place)));
    this.#stage.tell(`every node was asked for all ${this.#options.keys} keys`);
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
}

/** An object with its members in order, so that two that are equal are spelt alike. */
function sortedMembers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
