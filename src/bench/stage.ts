import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import type { Address, LineServer } from '../host/line-server.ts';
import type { Dice } from '../kit/dice.ts';
import type { VerdictRecord } from '../trace/format.ts';
import type { Json } from '../verify/index.ts';
import { Client, type Request } from './client.ts';
import { type Cluster, nodeNames, StartError, startCluster } from './cluster.ts';
import { openDoor } from './door.ts';
import type { Message } from './envelope.ts';
import { type Finding, Findings } from './findings.ts';
import { createNemesis } from './nemesis/assemble.ts';
import { Attendance } from './nemesis/attendance.ts';
import { FaultLog } from './nemesis/fault-log.ts';
import { Injector } from './nemesis/injector.ts';
import { type Operator, type Roster, rosterOf, settleMembers } from './nemesis/membership.ts';
import { nodeOperator } from './nemesis/operator.ts';
import type { NemesisOptions } from './nemesis/options.ts';
import type { Nemesis } from './nemesis/scheduler.ts';
import { type Latency, Network } from './network.ts';
import type { Program } from './node-process.ts';
import { RunTrace, type TraceHost } from './run-trace.ts';
import { sleep } from './sleep.ts';

export type StageOptions = {
  readonly program: Program;
  /** Arguments that make a node durable, with `{dir}` for its directory and `{node}` for its name; null: memory. */
  readonly durableArgs: readonly string[] | null;
  readonly nodes: number;
  readonly latency: Latency;
  readonly nemesis: NemesisOptions;
  readonly initTimeoutMs: number;
};

export type RunHost = {
  readonly nowMs: () => number;
  /** Where the nodes' stderr goes; it exists. */
  readonly logDir: string;
  /** Under it each node has its own directory; it exists. Without it nodes have none. */
  readonly dataDir?: string | null;
  /** Where operators may ask; nowhere when left out. */
  readonly listen?: Address | null;
  /** Ends the run early. */
  readonly interrupted: AbortSignal;
  /** Is told what happens, while it happens. */
  readonly tell: (timeMs: number, text: string) => void;
  /** Takes a record of everything that happens; nothing is recorded when left out. */
  readonly trace?: TraceHost | null;
};

/** What differs between workloads. */
export type StageParts = {
  readonly dice: Dice;
  /** Writes what was done to the cluster into the history. */
  readonly record: (f: string, value: Json) => void;
  /** Arguments that only this node gets. */
  readonly argsOf?: (node: string) => readonly string[];
  /** Who is believed to lead (default: nobody is). */
  readonly leader?: () => string | undefined;
  /** Of so many members, how many have to stay for the cluster to serve (default: a majority). */
  readonly needed?: (members: number) => number;
  readonly lagMs?: (dest: string) => number;
  readonly onPeerMessage?: (message: Message) => void;
};

const INJECT_TIMEOUT_MS = 1000;
/** How long the cluster may take, once everything is mended, to say who belongs to it. */
const SETTLE_TIMEOUT_MS = 10_000;
const CHANGE_TIMEOUT_MS = 10_000;
const RETRY_MS = 100;
/** Beyond those of any load, and of those who introduce nodes. */
const NEMESIS_CLIENTS = 2_000_001;

/**
 * What every run plays on: processes, the network between them, and the nemesis that breaks both. What nodes do wrong
 * never throws here; it becomes findings.
 */
export class Stage {
  readonly nodes: readonly string[];
  readonly findings = new Findings();
  readonly network: Network;
  readonly faults: FaultLog;
  readonly #options: StageOptions;
  readonly #host: RunHost;
  readonly #parts: StageParts;
  readonly #startMs: number;
  readonly #crash = new AbortController();
  readonly #trace: RunTrace | null;
  readonly #roster: Roster;
  readonly #operator: Operator;
  #cluster: Cluster | null = null;
  #nemesis: Nemesis | null = null;
  #door: LineServer | null = null;
  #clients = NEMESIS_CLIENTS;

  constructor(options: StageOptions, host: RunHost, parts: StageParts) {
    this.#options = options;
    this.#host = host;
    this.#parts = parts;
    this.#startMs = host.nowMs();
    this.nodes = nodeNames(options.nodes);
    // Whatever waits listens to them, one for each node and fault.
    setMaxListeners(0, ...this.abandoned);
    const isChanged = options.nemesis.faults.includes('membership');
    const all = nodeNames(options.nodes + (isChanged ? options.nemesis.spares : 0));
    this.#roster = rosterOf(all, this.nodes);
    this.#operator = nodeOperator({
      ask: (node, request) => this.#ask(node, request),
      askable: () => this.#askable(),
      nowMs: host.nowMs,
      sleep: (ms) => sleep(ms, ...this.abandoned),
      goesOn: () => !this.cutShort,
      patienceMs: CHANGE_TIMEOUT_MS,
    });
    const { trace } = host;
    this.#trace = trace ? new RunTrace(trace, this.#startMs, () => this.sinceStartMs()) : null;
    this.faults = new FaultLog({
      sinceStartMs: () => this.sinceStartMs(),
      record: parts.record,
      trace: this.#trace,
      cutLinks: () => this.network.cutLinks,
      tell: (text) => this.tell(text),
    });
    this.network = new Network({
      latency: options.latency,
      dice: parts.dice.fork(),
      nowMs: host.nowMs,
      ...(parts.lagMs === undefined ? {} : { lagMs: parts.lagMs }),
      onViolation: this.onViolation,
      ...(parts.onPeerMessage === undefined ? {} : { onPeerMessage: parts.onPeerMessage }),
      tracer: this.#trace?.tracer ?? null,
    });
  }

  /** Who belongs to the cluster at present, in order. */
  get members(): readonly string[] {
    return this.#roster.members;
  }

  sinceStartMs(): number {
    return this.#host.nowMs() - this.#startMs;
  }

  /** Raised when the run is to end early: a node that is gone decides the verdict, and impatient users need not wait. */
  get abandoned(): readonly AbortSignal[] {
    return [this.#host.interrupted, this.#crash.signal];
  }

  get cutShort(): boolean {
    return this.abandoned.some(({ aborted }) => aborted);
  }

  /** Starts the nodes. @returns false when they did not come up, which is a finding */
  async raise(): Promise<boolean> {
    const { program, initTimeoutMs } = this.#options;
    const trace = this.#trace;
    try {
      this.#cluster = await startCluster({
        program,
        argsOf: (node) => this.#argsOf(node),
        nodes: this.nodes,
        spares: this.#roster.spares,
        logDir: this.#host.logDir,
        network: this.network,
        initTimeoutMs,
        onViolation: this.onViolation,
        onExit: (node, how) => this.#lose(node, how),
        ...(trace === null ? {} : { onTraceLine: trace.takeLine, onStart: trace.started }),
        interrupted: this.#host.interrupted,
      });
      this.tell(`${this.nodes.length} processes of ${program.name} run and have answered init`);
      const { listen = null } = this.#host;
      if (listen !== null) {
        const all = this.#cluster.members.map(({ id }) => id);
        this.#door = await openDoor(listen, this.network, all, (text) => this.tell(text));
      }
      return true;
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      if (!this.#host.interrupted.aborted) this.note('crash', error.node, error.how);
      return false;
    }
  }

  /** Lets the nemesis loose. */
  startFaults(): void {
    const cluster = this.#cluster;
    if (cluster === null) throw new Error('there is no cluster to break');
    const { leader = () => undefined, needed } = this.#parts;
    const grounds = {
      network: this.network,
      member: (node: string) => cluster.member(node),
      attendance: new Attendance(() => this.members, needed),
      leader,
      injector: new Injector(
        (node, request) => this.#ask(node, request),
        this.#host.nowMs,
        (ms) => sleep(ms, ...this.abandoned),
      ),
      operator: this.#operator,
      roster: this.#roster,
      note: (kind: Finding['kind'], node: string, text: string) => {
        if (kind === 'crash') this.#lose(node, text);
        else this.note(kind, node, text);
      },
      abandoned: this.abandoned,
    };
    this.#nemesis = createNemesis(this.#options.nemesis, grounds, this.#parts.dice.fork(), this.faults);
    this.#nemesis.start();
  }

  /** Ends all faults; resolves when the network is whole and every node runs. */
  async heal(): Promise<void> {
    await this.#nemesis?.stop();
    await this.#door?.close();
    if (this.#options.nemesis.faults.includes('membership') || this.#door !== null) {
      const untilMs = this.sinceStartMs() + SETTLE_TIMEOUT_MS;
      const goesOn = (): boolean => !this.cutShort && this.sinceStartMs() < untilMs;
      const pause = (): Promise<void> => sleep(RETRY_MS, ...this.abandoned);
      const known = await settleMembers(this.#operator, this.#roster, goesOn, pause);
      const within = `within ${SETTLE_TIMEOUT_MS / 1000} s of a whole network`;
      if (!known && !this.cutShort) {
        this.note('progress', this.members.join(' '), `did not say ${within} who belongs to the cluster`);
      }
    }
    if (this.#options.nemesis.faults.length > 0 && !this.cutShort) this.faults.healed();
  }

  /** Ends all nodes. */
  async close(): Promise<void> {
    await this.#door?.close();
    this.network.close();
    await this.#cluster?.stop();
  }

  /** The last record of the trace: what the run was found to be. */
  closeTrace(verdict: VerdictRecord['verdict'], text: string): void {
    this.#trace?.close(verdict, text);
  }

  readonly onViolation = (node: string, problem: string): void => this.note('protocol', node, problem);

  note(kind: Finding['kind'], node: string, text: string): void {
    const kept = this.findings.add({ kind, node, timeMs: this.sinceStartMs(), text });
    if (kept) this.tell(`${node} ${text}`);
  }

  tell(text: string): void {
    this.#host.tell(this.sinceStartMs(), text);
  }

  #lose(node: string, how: string): void {
    if (this.#host.interrupted.aborted) return;
    this.note('crash', node, how);
    this.#trace?.crashed(node, how);
    this.#crash.abort();
  }

  #argsOf(node: string): string[] {
    const { durableArgs } = this.#options;
    const { dataDir = null } = this.#host;
    const dir = dataDir === null ? '' : join(dataDir, node);
    const filled = (arg: string): string => arg.replaceAll('{dir}', dir).replaceAll('{node}', node);
    const durable = dataDir === null ? [] : (durableArgs ?? []).map(filled);
    const joins = this.nodes.includes(node) ? [] : ['--join'];
    return [...durable, ...joins, ...(this.#parts.argsOf?.(node) ?? [])];
  }

  /** Of the nodes that run: who leads, as far as is known, then the members, then who may have become one. */
  #askable(): string[] {
    const leader = this.#parts.leader?.();
    const { members, spares } = this.#roster;
    const inOrder = new Set([...(leader === undefined ? [] : [leader]), ...members, ...spares]);
    return [...inOrder].filter((node) => this.#cluster?.member(node).isRunning === true);
  }

  async #ask(node: string, request: Request) {
    this.#clients += 1;
    const client = new Client(`c${this.#clients}`, this.network, INJECT_TIMEOUT_MS, this.onViolation);
    const reply = await client.call(node, request);
    client.close();
    return reply;
  }
}
