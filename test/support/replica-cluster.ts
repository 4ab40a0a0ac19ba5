import { Subject } from 'rxjs';
import { canonical, type Json } from '../../machines/json.ts';
import type { ClientAnswer } from '../../machines/maelstrom/events.ts';
import type { ClientOperation, ClientOutcome } from '../../machines/operations.ts';
import type { Item } from '../../machines/store/items.ts';
import { listen } from '../../src/actors/bus.ts';
import type { CellStep } from '../../src/actors/cell.ts';
import { isTombstone } from '../../src/actors/gossip/items.ts';
import type { Timers } from '../../src/actors/ports.ts';
import { Replica } from '../../src/actors/replica.ts';
import { Dice } from '../../src/kit/dice.ts';
import { peerMessage } from '../../src/maelstrom/peer-messages.ts';
import { Schedule, type Scheduled } from '../../src/sim/schedule.ts';
import { PassingDisk } from '../../src/storage/passing-disk.ts';
import { StoreDisk } from './store-disk.ts';

/** What happens to messages between nodes. */
export type Weather = {
  readonly delayMs: readonly [number, number];
  readonly loss: number;
  readonly duplicate: number;
  /** How many messages are held up for much longer than others. */
  readonly held: number;
  readonly heldMs: number;
};

export const CALM: Weather = { delayMs: [1, 5], loss: 0, duplicate: 0, held: 0, heldMs: 0 };

export type ClusterOptions = {
  readonly nodes: number;
  readonly seed: number;
  readonly intervalMs?: number;
  readonly graceMs?: number;
  /** The longest time that a sync of a node's disk takes; without it nodes have none, and start without their memory. */
  readonly syncMs?: number | null;
};

/** A message on its way, as the text that a wire would carry. */
export type Sent = { readonly src: string; readonly dest: string; readonly text: string };

type Body = { readonly [name: string]: Json } & { readonly type: string };

const START_MS = 1_700_000_000_000;

/** Replicas of the conflict store in virtual time, on a network that a test has in its hands. */
export class ReplicaCluster {
  readonly schedule = new Schedule();
  readonly names: readonly string[];
  weather: Weather = CALM;
  /** Directed links that carry nothing: `n1 n2`. */
  readonly cut = new Set<string>();
  /** Sees every message when it is sent. */
  onSend: (sent: Sent) => void = () => {};
  /** Sees every step of every cell before its effects are carried out. */
  onStep: (node: string, step: CellStep) => void = () => {};
  /** Sees every node after it has handled something. */
  onTurn: (node: string) => void = () => {};
  readonly #options: Required<ClusterOptions>;
  readonly #dice: Dice;
  readonly #replicas = new Map<string, Replica>();
  readonly #lives = new Map<string, number>();
  readonly #disks = new Map<string, StoreDisk>();
  /** Sees every answer when it is given. */
  onAnswer: (node: string, answer: ClientAnswer) => void = () => {};
  /** How far each node's wall clock is off. */
  readonly offsetsMs = new Map<string, number>();
  #outcome: ClientOutcome | null = null;

  constructor(options: ClusterOptions) {
    this.#options = { intervalMs: 100, graceMs: 3_600_000, syncMs: null, ...options };
    this.#dice = new Dice(options.seed);
    this.names = Array.from({ length: options.nodes }, (_, i) => `n${i + 1}`);
    for (const name of this.names) this.start(name);
  }

  replica(name: string): Replica {
    const replica = this.#replicas.get(name);
    if (replica === undefined) throw new Error(`${name} is down`);
    return replica;
  }

  get running(): readonly string[] {
    return this.names.filter((name) => this.#replicas.has(name));
  }

  /** The node's disk, which outlives it. */
  disk(name: string): StoreDisk {
    const known = this.#disks.get(name);
    if (known !== undefined) return known;
    let syncedMs = 0;
    const disk = new StoreDisk((run) => {
      // Writes become durable in the order in which they were made.
      const durationMs = this.#dice.between(0, this.#options.syncMs ?? 0);
      syncedMs = Math.max(syncedMs, this.schedule.nowMs + durationMs);
      this.schedule.after(syncedMs - this.schedule.nowMs, run);
    });
    this.#disks.set(name, disk);
    return disk;
  }

  /** Starts a node with what its disk holds, if it has one. @param epoch what its clock says; later than all before by default */
  start(name: string, epoch = START_MS + Math.floor(this.schedule.nowMs) + this.#life(name)): void {
    const hasDisk = this.#options.syncMs !== null;
    const steps = new Subject<CellStep>();
    listen(steps, (step) => this.onStep(name, step));
    const replica = new Replica(
      name,
      this.names,
      {
        nowMs: () => this.schedule.nowMs,
        wallMs: () => START_MS + this.schedule.nowMs + (this.offsetsMs.get(name) ?? 0),
        timers: this.#timers(name),
        disk: hasDisk ? this.disk(name) : new PassingDisk(),
        wire: { send: (src, dest, body) => this.#send(src, dest, body as Body) },
      },
      {
        workload: 'lww-kv',
        store: {
          mode: 'lww',
          life: `life${this.#life(name)}`,
          gossipIntervalMs: this.#options.intervalMs,
          tombstoneGraceMs: this.#options.graceMs,
          ...(hasDisk ? { restored: this.disk(name).restored } : {}),
        },
        rywWaitMs: 0,
        seed: this.#options.seed,
        incarnation: epoch,
        onExit: () => {},
      },
      steps,
    );
    listen(replica.answers, (answers) => {
      this.#outcome = answers[0]?.outcome ?? null;
      for (const answer of answers) this.onAnswer(name, answer);
    });
    this.#replicas.set(name, replica);
    replica.start();
    replica.endTurn();
  }

  /** The node stops, and its memory is gone, but for what its disk holds. */
  crash(name: string): void {
    this.disk(name).crash();
    this.#replicas.delete(name);
    this.#lives.set(name, this.#life(name) + 1);
  }

  /** A node starts again. @param clockBackMs how far its clock was turned back meanwhile */
  restart(name: string, clockBackMs = 0): void {
    this.crash(name);
    this.start(name, START_MS + Math.floor(this.schedule.nowMs) + this.#life(name) - clockBackMs);
  }

  #life(name: string): number {
    return this.#lives.get(name) ?? 0;
  }

  /** A client's request, and what came of it. */
  request(name: string, op: ClientOperation): ClientOutcome {
    const replica = this.replica(name);
    replica.submit([{ client: 'c1', msgId: 1, op, bytes: 100 }]);
    const outcome = this.#outcome;
    replica.endTurn();
    this.onTurn(name);
    if (outcome === null) throw new Error('a request was not answered');
    return outcome;
  }

  /** A client's request, whose answer may come later (`onAnswer`). */
  submit(name: string, msgId: number, op: ClientOperation): void {
    const replica = this.replica(name);
    replica.submit([{ client: 'c1', msgId, op, bytes: 100 }]);
    replica.endTurn();
    this.onTurn(name);
  }

  put(name: string, key: Json, value: Json): ClientOutcome {
    return this.request(name, { type: 'kv_write', key, value, context: [] });
  }

  remove(name: string, key: Json): ClientOutcome {
    return this.request(name, { type: 'kv_delete', key, context: [] });
  }

  /** Delivers a message, whenever it was sent. */
  deliver({ src, dest, text }: Sent): void {
    const replica = this.#replicas.get(dest);
    const body = JSON.parse(text) as Body;
    const message = peerMessage(src, body, 'lww-kv');
    if (message === null) throw new Error(`${src} has sent what ${dest} cannot read: ${text.slice(0, 500)}`);
    if (replica === undefined) return;
    replica.deliver([message]);
    replica.endTurn();
    this.onTurn(dest);
  }

  run(ms: number): void {
    const untilMs = this.schedule.nowMs + ms;
    while (this.schedule.runNext(untilMs));
  }

  /** Runs until all running nodes hold the same, but for tombstones. @returns whether they do in time */
  settle(limitMs: number): boolean {
    const untilMs = this.schedule.nowMs + limitMs;
    while (!this.agree() && this.schedule.nowMs < untilMs) this.run(10);
    return this.agree();
  }

  agree(): boolean {
    return new Set(this.running.map((name) => this.holdings(name).join('\n'))).size === 1;
  }

  /** Everything that a node holds and that is not deleted, spelled out. */
  holdings(name: string): readonly string[] {
    return this.#spell(name, (item) => !isTombstone(item));
  }

  tombstones(name: string): readonly string[] {
    return this.#spell(name, isTombstone);
  }

  #spell(name: string, holds: (item: Item) => boolean): readonly string[] {
    return [...this.replica(name).items()]
      .filter(holds)
      .map((item) => canonical(item))
      .sort();
  }

  cutOff(name: string): void {
    for (const other of this.names) {
      if (other === name) continue;
      this.cut.add(`${name} ${other}`);
      this.cut.add(`${other} ${name}`);
    }
  }

  #send(src: string, dest: string, body: Body): void {
    const sent = { src, dest, text: JSON.stringify(body) };
    this.onSend(sent);
    const { loss, duplicate } = this.weather;
    if (this.#dice.chance(loss)) return;
    this.#carry(sent);
    if (this.#dice.chance(duplicate)) this.#carry(sent);
  }

  #carry(sent: Sent): void {
    const { delayMs, held, heldMs } = this.weather;
    const delay = this.#dice.chance(held)
      ? this.#dice.between(delayMs[1], heldMs)
      : this.#dice.between(...delayMs);
    this.schedule.after(delay, () => {
      if (!this.cut.has(`${sent.src} ${sent.dest}`)) this.deliver(sent);
    });
  }

  #timers(name: string): Timers {
    const life = this.#life(name);
    const armed = new Map<string, Scheduled>();
    const clear = (timer: string) => {
      const scheduled = armed.get(timer);
      if (scheduled !== undefined) this.schedule.cancel(scheduled);
      armed.delete(timer);
    };
    return {
      clear,
      set: (timer, delayMs, fire) => {
        clear(timer);
        const scheduled = this.schedule.after(delayMs, () => {
          armed.delete(timer);
          if (life !== this.#life(name)) return;
          fire();
          this.replica(name).endTurn();
          this.onTurn(name);
        });
        armed.set(timer, scheduled);
      },
    };
  }
}
