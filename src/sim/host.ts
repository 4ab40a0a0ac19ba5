import { listen } from '../actors/bus.ts';
import type { CellStep } from '../actors/cell.ts';
import { Node, type StoreOptions, type Workload } from '../actors/node.ts';
import type { Timers } from '../actors/ports.ts';
import type { Dice } from '../kit/dice.ts';
import { createReceiver, type Handed, type Line, type Receiver } from '../maelstrom/receiver.ts';
import { SimulatedDisk } from './disk.ts';
import type { Body } from './network.ts';
import type { Schedule, Scheduled } from './schedule.ts';

/** What a simulated machine has to do with the rest of the world. */
export type Surroundings = {
  readonly schedule: Schedule;
  readonly dice: Dice;
  send(src: string, dest: string, body: Body): void;
  /** Every step of every cell of the node. */
  onStep(step: CellStep): void;
  /** The node has written its last word, after the end of its input. */
  onExit?(): void;
  /** What plain requests mean, and how long a read waits for its follower to catch up. */
  readonly workload: Workload;
  readonly rywWaitMs: number;
  /** Of lww-kv, and how far the machine's wall clock is off now. */
  readonly store?: Omit<StoreOptions, 'life'>;
  clockOffsetMs?(): number;
  /** The longest time that a sync takes now. */
  syncMs(): number;
};

/** How long a node lets lines gather before it takes them as one turn, at the most. */
const WAKE_MS = 0.5;
/** Restarted nodes must not count their lives from the same number; any start will do. */
const EPOCH_MS = 1_700_000_000_000;
/** What `actorum node` does unless it is told otherwise. */
export const DEFAULT_STORE = { mode: 'lww', gossipIntervalMs: 500, tombstoneGraceMs: 3_600_000 } as const;

/**
 * A machine that runs one node in virtual time: it can be crashed (what was not synced is lost), started again
 * from its disk, and paused (it stands still and then finds everything that happened meanwhile waiting).
 */
export class SimulatedHost {
  readonly name: string;
  readonly disk: SimulatedDisk;
  /** How much longer a sync of its disk may take than `syncMs` says. */
  slowMs = 0;
  readonly #world: Surroundings;
  readonly #cluster: readonly string[];
  /** Goes up with every crash, so that what an earlier life had scheduled can tell that it is over. */
  #life = 0;
  #node: Node | null = null;
  #receiver: Receiver | null = null;
  #paused = false;
  #lines: (Line | Handed)[] = [];
  #awake = false;
  /** When the latest sync is through. */
  #syncedMs = 0;
  /** Timers that ran out while the machine stood still. */
  #overdue: (() => void)[] = [];

  constructor(name: string, cluster: readonly string[], world: Surroundings) {
    this.name = name;
    this.#cluster = cluster;
    this.#world = world;
    this.disk = new SimulatedDisk((run) => this.#afterSync(run));
  }

  /** The running node; null while it is down. */
  get node(): Node | null {
    return this.#node;
  }

  /** Which life of the node this is; a crash ends one. */
  get life(): number {
    return this.#life;
  }

  get isRunning(): boolean {
    return this.#node !== null && !this.#paused;
  }

  start(): void {
    const { schedule, dice } = this.#world;
    const warn = (text: string) => {
      throw new Error(`${this.name} could not read a message of its own cluster: ${text}`);
    };
    this.#receiver = createReceiver(warn, this.#world.workload);
    this.#node = new Node(
      {
        nowMs: () => schedule.nowMs,
        wallMs: () => EPOCH_MS + Math.floor(schedule.nowMs) + (this.#world.clockOffsetMs?.() ?? 0),
        timers: this.#timers(),
        disk: this.disk,
        wire: {
          send: (src, dest, body) => {
            if (dest !== 'init') this.#world.send(src, dest, body);
          },
        },
      },
      {
        seed: dice.seed(),
        workload: this.#world.workload,
        rywWaitMs: this.#world.rywWaitMs,
        incarnation: EPOCH_MS + Math.floor(schedule.nowMs) + this.#life,
        store: { ...(this.#world.store ?? DEFAULT_STORE), life: `life${this.#life}` },
        restored: this.disk.restored,
        onExit: () => this.#world.onExit?.(),
      },
    );
    listen(this.#node.steps, (step) => this.#world.onStep(step));
    const text = JSON.stringify({
      src: 'init',
      dest: this.name,
      body: { type: 'init', msg_id: 0, node_id: this.name, node_ids: this.#cluster },
    });
    this.#take([{ text, bytes: text.length }]);
  }

  crash(): void {
    this.#life += 1;
    this.#node = null;
    this.#receiver = null;
    this.#paused = false;
    this.#lines = [];
    this.#overdue = [];
    this.#awake = false;
    this.#syncedMs = 0;
    this.disk.crash();
  }

  /** No more input will come. */
  endInput(): void {
    this.#node?.receive({ type: 'input.ended' });
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    const overdue = this.#overdue;
    this.#overdue = [];
    for (const fire of overdue) fire();
    this.#wake();
  }

  /** A line arrives. Lines that arrive close together become one turn, as in a pipe. */
  deliver(text: string): void {
    this.hand({ text, bytes: text.length });
  }

  /** The same for a message that need not be a line. */
  hand(message: Line | Handed): void {
    if (this.#node === null) return;
    this.#lines.push(message);
    this.#wake();
  }

  #wake(): void {
    if (this.#awake || this.#lines.length === 0) return;
    this.#awake = true;
    const life = this.#life;
    const { schedule, dice } = this.#world;
    schedule.after(dice.between(0, WAKE_MS), () => {
      if (life !== this.#life) return;
      this.#awake = false;
      if (this.#paused) return;
      const lines = this.#lines;
      this.#lines = [];
      this.#take(lines);
    });
  }

  #afterSync(run: () => void): void {
    const life = this.#life;
    const { schedule, dice } = this.#world;
    const syncMs = this.#world.syncMs() + this.slowMs;
    // A disk makes writes durable in the order in which they were made.
    this.#syncedMs = Math.max(this.#syncedMs, schedule.nowMs + dice.between(0, syncMs));
    if (this.#syncedMs <= schedule.nowMs) run();
    else schedule.after(this.#syncedMs - schedule.nowMs, () => this.#live(life, run));
  }

  #take(lines: readonly (Line | Handed)[]): void {
    const node = this.#node;
    if (node === null || this.#receiver === null) return;
    const batches = node.isAlone ? lines.map((line) => [line]) : [lines];
    for (const batch of batches) {
      for (const event of this.#receiver.receive(batch)) node.receive(event);
      node.endTurn();
    }
  }

  /** Runs something of this life: not after a crash, and not before the end of a pause. */
  #live(life: number, run: () => void): void {
    if (life !== this.#life) return;
    if (this.#paused) this.#overdue.push(() => this.#live(life, run));
    else run();
  }

  #timers(): Timers {
    const life = this.#life;
    const armed = new Map<string, Scheduled>();
    const { schedule } = this.#world;
    const clear = (name: string) => {
      const timer = armed.get(name);
      if (timer !== undefined) schedule.cancel(timer);
      armed.delete(name);
    };
    return {
      clear,
      set: (name, delayMs, fire) => {
        clear(name);
        const timer = schedule.after(delayMs, () => {
          this.#live(life, () => {
            // While the machine stood still, the timer may have been set again or cleared.
            if (armed.get(name) !== timer) return;
            armed.delete(name);
            fire();
          });
        });
        armed.set(name, timer);
      },
    };
  }
}
