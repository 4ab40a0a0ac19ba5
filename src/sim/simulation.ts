import type { SnapshotFrom } from 'xstate';
import { invariant } from '../../machines/assert.ts';
import type { Json } from '../../machines/json.ts';
import { membersOf } from '../../machines/raft/membership.ts';
import type { raftMachine } from '../../machines/raft/raft.machine.ts';
import type { CellStep } from '../actors/cell.ts';
import { Dice } from '../kit/dice.ts';
import type { TraceSink } from '../trace/format.ts';
import { Tracer } from '../trace/tracer.ts';
import type { HistoryEvent } from '../verify/history.ts';
import { Clients } from './clients.ts';
import { Cluster } from './cluster.ts';
import type { SimulatedHost } from './host.ts';
import { checkReplicasAgree, Invariants, type RaftView } from './invariants.ts';
import { judgeHistory } from './judge.ts';
import { Network } from './network.ts';
import type { SimulationOptions } from './options.ts';
import type { Leadership, SimulationResult } from './result.ts';
import { Schedule } from './schedule.ts';
import { Trace } from './trace.ts';

export type { Leadership, SimulationResult, SimulationStats } from './result.ts';

/** Within this time after everything is healed, every node must answer every read. */
const RECOVERY_LIMIT_MS = 10_000;
/** Within this time after that, nothing is heard any more of changes of membership that were asked for before. */
const MEMBERSHIP_SETTLES_MS = 3000;

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
  readonly #cluster: Cluster;
  readonly #observe: (line: string) => void;
  readonly #faults = new Map<string, number>();
  readonly #faultTexts: SimulationResult['faultTexts'][number][] = [];
  readonly #leaderships: Leadership[] = [];
  #events = 0;
  #recoveryMs: number | null = null;

  constructor(options: SimulationOptions, observe: (line: string) => void, records: TraceSink | null) {
    this.#options = options;
    this.#tracer = records === null ? null : new Tracer(records, () => this.#schedule.nowMs);
    this.#observe = observe;
    const dice = new Dice(options.seed);
    this.#network = new Network(
      this.#schedule,
      new Dice(dice.seed()),
      this.#trace,
      options.weather,
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
      onStep: (host, step) => this.#checkStep(host, step),
      onCheckpoint: (host) => this.#checkCheckpoint(host),
      onStart: () => {},
      onCrash: (host) => this.#forget(host),
      onLoss: () => {},
      record: (fault, nodes, text) => this.#recordFault(fault, nodes, text),
    });
    this.#clients = new Clients(this.#schedule, clientDice, this.#network, {
      nodes: this.#cluster.names,
      lifeOf: (node) => this.#cluster.hostOf(node)?.life ?? 0,
      keys: options.keys,
      hasSessions: options.workload === 'ryw-kv',
    });
  }

  go(): void {
    const { seconds, concurrency, opsPerSecond } = this.#options;
    this.#cluster.start();
    for (let i = 0; i < concurrency; i += 1) {
      this.#clients.run(`c${i}`, opsPerSecond / concurrency, seconds * 1000);
    }
    this.#runUntil(seconds * 1000);
    this.#cluster.heal();
    const members = this.#recover();
    this.#checkReplicas(members);
    this.#checkReaders(members);
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
      faultTexts: this.#faultTexts,
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
        restores: this.#invariants.restores,
        longestLog: this.#invariants.longestLog,
        memberships: this.#invariants.memberships,
        ...this.#cluster.stats,
      },
    };
  }

  #runUntil(untilMs: number, isDone: () => boolean = () => false): void {
    while (!isDone() && this.#schedule.runNext(untilMs)) this.#events += 1;
  }

  /**
   * Everything is healed: now every member has to answer for every key, through a leader that is still to be found.
   * @returns who is a member
   */
  #recover(): readonly SimulatedHost[] {
    const healedMs = this.#schedule.nowMs;
    // A slow disk may have had a commit under way.
    const isUp = () => this.#cluster.hosts.every(({ isDown, raft }) => isDown || raft !== null);
    this.#runUntil(healedMs + RECOVERY_LIMIT_MS, isUp);
    if (this.#options.weather.membershipRate > 0) this.#runUntil(healedMs + MEMBERSHIP_SETTLES_MS);
    const startedMs = this.#schedule.nowMs;
    const members = this.#members();
    const silent = new Set(members.map(({ name }) => name));
    for (const name of silent) this.#clients.readAll(`c-${name}`, name, () => silent.delete(name));
    this.#runUntil(startedMs + RECOVERY_LIMIT_MS, () => silent.size === 0);
    invariant(silent.size === 0, `every node answers within ${RECOVERY_LIMIT_MS} ms after healing`, () => ({
      silent: [...silent],
      nodes: members.map(({ name, raft }) => [name, raft?.value]),
    }));
    this.#recoveryMs = this.#schedule.nowMs - healedMs;
    // One more second, in which every follower learns what is committed.
    this.#runUntil(this.#schedule.nowMs + 1000);
    return members;
  }

  /** Those that belong to the cluster by the latest word of it, and run. */
  #members(): readonly SimulatedHost[] {
    const contexts = this.#cluster.hosts.flatMap(({ raft }) => raft?.context ?? []);
    // A node that was removed and has not heard of it may be in a later term; it has committed less.
    const latest = contexts.sort((a, b) => a.commitIndex - b.commitIndex || a.term - b.term).at(-1);
    const names = latest === undefined ? [] : membersOf(latest.membership);
    const members = this.#cluster.hosts.filter(({ name, isDown }) => names.includes(name) && !isDown);
    invariant(members.length > 0, 'somebody runs at the end', () => names);
    return members;
  }

  #checkReplicas(members: readonly SimulatedHost[]): void {
    const replicas = members.map(({ name, node }) => {
      const registers = node?.peer?.registers;
      invariant(registers !== undefined, 'every member runs again at the end', () => name);
      return { name, appliedIndex: registers.appliedIndex, values: registers.entries() };
    });
    checkReplicasAgree(replicas);
    const reached = new Set(replicas.map(({ appliedIndex }) => appliedIndex));
    invariant(
      reached.size === 1,
      'every node has applied everything a second after recovery',
      () => replicas,
    );
    for (const member of members) this.#checkCheckpoint(member);
  }

  /** Every read has ended by now, one way or another, and no node remembers more clients than there are. */
  #checkReaders(members: readonly SimulatedHost[]): void {
    // The last are those that read everything at the end, and the operator who changes the membership.
    const clients = this.#options.concurrency + members.length + 1;
    for (const { name, node } of members) {
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

  /** What a node has applied is what the committed log makes of the registers. */
  #checkCheckpoint(host: SimulatedHost): void {
    const { raft } = host;
    if (raft !== null) this.#invariants.checkState(host.name, viewOf(host, raft));
  }

  /** A crash: what the node has applied until now is looked at for the last time. */
  #forget(host: SimulatedHost): void {
    const { raft } = host;
    if (raft !== null) this.#invariants.check(host.name, viewOf(host, raft));
    this.#invariants.forget(host.name);
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
    this.#cluster.roster.see(name, context.memberships);
  }

  #recordFault(fault: string, value: readonly string[], text: string): void {
    this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
    this.#clients.record({ process: 'nemesis', type: 'info', f: fault, value });
    this.#faultTexts.push({ name: fault, text });
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
