import type { CellStep } from '../../src/actors/cell.ts';
import type { StoreOptions, Workload } from '../../src/actors/node.ts';
import { Dice } from '../../src/kit/dice.ts';
import { DEFAULT_STORE, SimulatedHost } from '../../src/sim/host.ts';
import { type Body, Network } from '../../src/sim/network.ts';
import { CALM } from '../../src/sim/options.ts';
import { Schedule } from '../../src/sim/schedule.ts';
import { Trace } from '../../src/sim/trace.ts';

/** How long a message takes between two nodes. */
const DELAY_MS = 2;
const SEED = 3;

type ClusterOptions = {
  readonly nodes: readonly string[];
  /** Those of the nodes that belong to no cluster until they are told. */
  readonly joins?: readonly string[];
  readonly workload?: Workload;
  readonly rywWaitMs?: number;
  readonly store?: Omit<StoreOptions, 'life'>;
  /** Is told of every step of every cell. */
  readonly onStep?: (name: string, step: CellStep) => void;
};

/** Real nodes in virtual time, and what scripts do to them. Everything worth telling is told, line by line. */
export class ScriptedCluster {
  readonly #schedule = new Schedule();
  readonly #network: Network;
  readonly #hosts: ReadonlyMap<string, SimulatedHost>;
  readonly #tell: (line: string) => void;
  /** How much later than elsewhere the log arrives at a node; everything else arrives as ever. */
  readonly #lagMs = new Map<string, number>();
  /** How far the clocks of nodes are off. */
  readonly #offsetMs = new Map<string, number>();
  #nextRequest = 1;

  constructor(options: ClusterOptions, tell: (line: string) => void) {
    const { nodes, workload = 'ryw-kv', rywWaitMs = 100, store = DEFAULT_STORE, onStep = () => {} } = options;
    const { joins = [] } = options;
    const founders = nodes.filter((name) => !joins.includes(name));
    this.#tell = (line) => tell(`${this.#schedule.nowMs.toFixed(0).padStart(5)} ms  ${line}`);
    const dice = new Dice(SEED);
    const weather = { ...CALM, delayMs: [DELAY_MS, DELAY_MS] as const };
    this.#network = new Network(this.#schedule, new Dice(dice.seed()), new Trace(), weather);
    this.#hosts = new Map(
      nodes.map((name) => {
        const joining = joins.includes(name);
        const host = new SimulatedHost(name, joining ? [...founders, name] : founders, {
          joins: joining,
          schedule: this.#schedule,
          dice: new Dice(dice.seed()),
          workload,
          rywWaitMs,
          store,
          clockOffsetMs: () => this.#offsetMs.get(name) ?? 0,
          syncMs: () => 0,
          drive: { seed: SEED, isChecked: true },
          onStep: (step) => {
            this.#watch(name, step);
            onStep(name, step);
          },
          onExit: () => {
            this.#tell(`${name} exits`);
            this.host(name).crash();
          },
          send: (src, dest, body) => this.#send(src, dest, body),
        });
        this.#network.attach(name, (line) => host.deliver(line));
        return [name, host];
      }),
    );
    for (const host of this.#hosts.values()) host.start();
  }

  get nowMs(): number {
    return this.#schedule.nowMs;
  }

  host(name: string): SimulatedHost {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`there is no node ${name}`);
    return host;
  }

  advance(ms: number): void {
    const untilMs = this.#schedule.nowMs + ms;
    while (this.#schedule.runNext(untilMs)) {
      // What happens is told as it happens.
    }
  }

  /** Lets `name` lead, and everybody apply all that there is. */
  lead(name: string): void {
    for (let tries = 0; tries < 100; tries += 1) {
      this.advance(100);
      if (this.#isSettledUnder(name)) return;
      const leader = [...this.#hosts.values()].find(({ node }) =>
        node?.peer?.raft.snapshot.matches('leader'),
      );
      if (leader !== undefined && leader.name !== name) leader.node?.peer?.transfer(name);
    }
    throw new Error(`${name} does not come to lead`);
  }

  /** Sends a client's request now. @param answered is called with the answer's body, instead of telling it */
  request(client: string, node: string, body: Body, answered?: (body: Body) => void): number {
    const number = this.#nextRequest;
    this.#nextRequest += 1;
    this.#network.attach(client, (line) => {
      const { src, body: answer } = JSON.parse(line) as { src: string; body: Body };
      if (answered !== undefined) return answered(answer);
      const { in_reply_to, msg_id: _, ...rest } = answer;
      this.#tell(`#${in_reply_to} ${src} -> ${client}  ${JSON.stringify(rest)}`);
    });
    this.#network.sendCalmly(client, node, { ...body, msg_id: number });
    return number;
  }

  lag(name: string, ms: number): void {
    this.#lagMs.set(name, ms);
  }

  /** Sets a node's wall clock so far off the right time. */
  skew(name: string, ms: number): void {
    this.#offsetMs.set(name, ms);
  }

  cut(src: string, dest: string): void {
    this.#network.cut(src, dest);
  }

  isolate(name: string): void {
    for (const other of this.#hosts.keys()) {
      if (other === name) continue;
      this.#network.cut(name, other);
      this.#network.cut(other, name);
    }
  }

  heal(): void {
    this.#network.heal();
    this.#lagMs.clear();
  }

  /** One line a node: what it holds, or its part, its term, what it has applied, who waits there, and whom it remembers. */
  state(): string[] {
    return [...this.#hosts.values()].map(({ name, node }) => {
      const peer = node?.peer;
      const replica = node?.replica;
      if (replica) return `${name} ${JSON.stringify([...replica.items()])}`;
      if (!peer) return `${name} down`;
      const { value, context } = peer.raft.snapshot;
      const part = typeof value === 'string' ? value : Object.keys(value)[0];
      const { voters } = context.membership;
      const place = voters.length === 0 || voters.includes(name) ? '' : ', no voter';
      const { registers, readers, requests, sessions } = peer;
      const waiting = `${readers.size} reads and ${requests.snapshot.context.pending.length} requests wait`;
      return `${name} ${part}${place}, term ${context.term}, applied ${registers.appliedIndex}; ${waiting}; ${sessions.size} clients known`;
    });
  }

  #isSettledUnder(name: string): boolean {
    const peers = [...this.#hosts.values()].map(({ node }) => node?.peer);
    const members = peers.filter((peer) => peer?.raft.snapshot.context.membership.voters.length !== 0);
    const applied = new Set(members.map((peer) => peer?.registers.appliedIndex));
    return this.host(name).node?.peer?.raft.snapshot.matches('leader') === true && applied.size === 1;
  }

  #send(src: string, dest: string, body: Body): void {
    if (dest.startsWith('c')) return this.#network.sendCalmly(src, dest, body);
    if (/^(forward|admin)/.test(String(body.type))) this.#tell(`${src} -> ${dest}  ${body.type}`);
    const lagMs = body.type === 'append.request' ? (this.#lagMs.get(dest) ?? 0) : 0;
    if (lagMs === 0) this.#network.send(src, dest, body);
    else this.#schedule.after(lagMs, () => this.#network.send(src, dest, body));
  }

  #watch(name: string, { cell, effects }: CellStep): void {
    if (cell !== 'raft') return;
    for (const effect of effects as readonly { type: string; leader?: string; term?: number }[]) {
      if (effect.type === 'leader.changed' && effect.leader === name) {
        this.#tell(`${name} leads term ${effect.term}`);
      }
    }
  }
}
