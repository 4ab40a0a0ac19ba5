import type { SnapshotFrom } from 'xstate';
import type { RaftInput, RestoredState } from '../../machines/raft/context.ts';
import type { raftMachine } from '../../machines/raft/raft.machine.ts';
import { listen } from '../actors/bus.ts';
import type { CellStep } from '../actors/cell.ts';
import { Node, type StoreOptions, type Workload } from '../actors/node.ts';
import type { Disk, DiskFailure, Restored } from '../actors/ports.ts';
import { Dice } from '../kit/dice.ts';
import { createReceiver, type Handed, type Line, type Receiver } from '../maelstrom/receiver.ts';
import { StorageError } from '../storage/storage-error.ts';
import { type Opening, type Refusal, type SimulatedDisk, simulatedDisk } from './disk.ts';
import { DiskWitness } from './disk-witness.ts';
import type { Fate } from './drive.ts';
import type { Body } from './network.ts';
import type { Schedule } from './schedule.ts';
import { simulatedTimers } from './timers.ts';

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
  /** Chance of the drive's own; and whether its records can be damaged, and are checked. */
  readonly drive?: { readonly seed: number; readonly isChecked: boolean };
  readonly settings?: RaftInput['settings'];
  /** The node belongs to no cluster until it is told of one. */
  readonly joins?: boolean;
  /** The drive is asked for a commit, counted over all lives from 1. @returns whether it never ends: a crash comes */
  onCommit?(number: number): boolean;
  /** A checkpoint is being taken of what is applied now. */
  onCheckpoint?(): void;
  /** A life has begun: the node knows what was on its disk. */
  onStart?(): void;
  /** Its disk has failed, and its node takes no part any more. */
  onFailure?(): void;
  /** It cannot start from its disk, and is down. */
  onRefusal?(refusal: Refusal): void;
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
  readonly witness: DiskWitness;
  /** How much longer a sync of its disk may take than `syncMs` says. */
  slowMs = 0;
  readonly #world: Surroundings;
  readonly #cluster: readonly string[];
  /** Goes up with every crash, so that what an earlier life had scheduled can tell that it is over. */
  #life = 0;
  #node: Node | null = null;
  #receiver: Receiver | null = null;
  /** It has been switched on, and is not down; its node may have still to come up. */
  #isOn = false;
  #paused = false;
  #failure: DiskFailure | null = null;
  #restored: RestoredState | undefined;
  readonly #disk: SimulatedDisk;
  readonly #driveDice: Dice;
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
    this.witness = new DiskWitness(name);
    const { seed = 0, isChecked = false } = world.drive ?? {};
    this.#driveDice = new Dice(seed);
    this.#disk = simulatedDisk({
      dice: this.#driveDice,
      isChecked,
      later: (run) => this.#afterSync(run),
      onCommit: (number) => world.onCommit?.(number) ?? false,
    });
  }

  /** For whoever wants to break it. */
  get drive(): SimulatedDisk['drive'] {
    return this.#disk.drive;
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
    return this.#node !== null && !this.#paused && this.#failure === null;
  }

  get isDown(): boolean {
    return !this.#isOn;
  }

  /** It was started at least once. */
  get hasRun(): boolean {
    return this.#isOn || this.#life > 0;
  }

  /** Why its node takes no part any more; null while it does, and while it is down. */
  get failure(): DiskFailure | null {
    return this.#failure;
  }

  /** Where its raft cell stands; null where there is none, or none that takes part. */
  get raft(): SnapshotFrom<typeof raftMachine> | null {
    return this.#failure === null ? (this.#node?.peer?.raft.snapshot ?? null) : null;
  }

  /** What the present life began with. */
  get restored(): RestoredState | undefined {
    return this.#restored;
  }

  /** Switches it on: the node begins a life on what is on its disk, once that is durable. */
  start(): void {
    this.#isOn = true;
    const life = this.#life;
    const nowMs = this.#wallMs();
    this.#disk.open({ node: this.name, cluster: this.#cluster }, nowMs, (opening) => {
      if (life !== this.#life) return;
      this.#run(() => this.#opened(opening));
    });
  }

  #opened(opening: Opening): void {
    if ('refused' in opening) return this.#refuse(opening);
    const { raft, store } = opening.restored;
    // Items can be gone through once.
    const items = store === null ? [] : [...store.items];
    const restored = { ...opening.restored, store: store === null ? null : { ...store, items } };
    this.witness.restarted(restored);
    this.#restored = raft ?? undefined;
    const disk = this.witness.before(opening.disk, { checkpoint: () => this.#world.onCheckpoint?.() });
    this.#begin(disk, restored);
  }

  /** Whatever the node does, it does in here: when it finds that its disk is damaged, it ends. */
  #run(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#refuse({ refused: error.kind, text: error.message });
    }
  }

  /** Its node takes no part any more; one whose disk is damaged is no use switched on, either. */
  #fail(failure: DiskFailure): void {
    this.#failure = failure;
    if (failure.kind !== 'damaged') return this.#world.onFailure?.();
    const life = this.#life;
    // What is under way ends first: the node may tell its clients.
    this.#world.schedule.after(0, () => {
      if (life === this.#life) this.#refuse({ refused: failure.kind, text: failure.text });
    });
  }

  #refuse(refusal: Refusal): void {
    this.crash('lost');
    this.#world.onRefusal?.(refusal);
  }

  #begin(disk: Disk, { incarnation, raft, store }: Restored): void {
    const { schedule, dice, settings, joins } = this.#world;
    const life = this.#life;
    const warn = (text: string) => {
      throw new Error(`${this.name} could not read a message of its own cluster: ${text}`);
    };
    this.#receiver = createReceiver(warn, this.#world.workload);
    this.#node = new Node(
      {
        nowMs: () => schedule.nowMs,
        wallMs: () => this.#wallMs(),
        timers: simulatedTimers(schedule, (run) => this.#live(life, run)),
        disk,
        wire: {
          send: (src, dest, body) => {
            if (dest === 'init') return;
            this.witness.sends(dest, body);
            this.#world.send(src, dest, body);
          },
        },
      },
      {
        seed: dice.seed(),
        workload: this.#world.workload,
        rywWaitMs: this.#world.rywWaitMs,
        incarnation,
        store: { ...(this.#world.store ?? DEFAULT_STORE), life: `life${this.#life}`, restored: store },
        ...(raft === null ? {} : { restored: raft }),
        ...(settings === undefined ? {} : { settings }),
        ...(joins === undefined ? {} : { joins }),
        onFailure: (failure) => this.#fail(failure),
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
    if (this.#node !== null) this.#world.onStart?.();
  }

  #wallMs(): number {
    return EPOCH_MS + Math.floor(this.#world.schedule.nowMs) + (this.#world.clockOffsetMs?.() ?? 0);
  }

  /** The power is gone. @returns how many records of a batch on its way to the disk are there all the same; null for no such batch */
  crash(fate: Fate = 'lost'): number | null {
    this.#life += 1;
    this.#isOn = false;
    this.#node = null;
    this.#receiver = null;
    this.#paused = false;
    this.#failure = null;
    this.#restored = undefined;
    this.#lines = [];
    this.#overdue = [];
    this.#awake = false;
    this.#syncedMs = 0;
    return this.#disk.drive.crash(fate);
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
    const { schedule } = this.#world;
    const syncMs = this.#world.syncMs() + this.slowMs;
    // A disk makes writes durable in the order in which they were made.
    this.#syncedMs = Math.max(this.#syncedMs, schedule.nowMs + this.#driveDice.between(0, syncMs));
    if (this.#syncedMs <= schedule.nowMs) this.#run(run);
    else schedule.after(this.#syncedMs - schedule.nowMs, () => this.#live(life, run));
  }

  #take(lines: readonly (Line | Handed)[]): void {
    const node = this.#node;
    if (node === null || this.#receiver === null) return;
    const batches = node.isAlone ? lines.map((line) => [line]) : [lines];
    const receiver = this.#receiver;
    this.#run(() => {
      for (const batch of batches) {
        for (const event of receiver.receive(batch)) node.receive(event);
        node.endTurn();
      }
    });
  }

  /** Runs something of this life: not after a crash, and not before the end of a pause. */
  #live(life: number, run: () => void): void {
    if (life !== this.#life) return;
    if (this.#paused) this.#overdue.push(() => this.#live(life, run));
    else this.#run(run);
  }
}
