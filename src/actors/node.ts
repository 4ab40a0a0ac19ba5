import { invariant } from '../../machines/assert.ts';
import type { MaelstromEffect, MaelstromEvent } from '../../machines/maelstrom/events.ts';
import { maelstromIoMachine } from '../../machines/maelstrom/maelstrom-io.machine.ts';
import type { Workload } from '../../machines/operations.ts';
import type { RaftInput } from '../../machines/raft/context.ts';
import type { Mode } from '../../machines/store/operations.ts';
import { Line, listen } from './bus.ts';
import { Cell, type CellStep } from './cell.ts';
import { Peer } from './peer.ts';
import type { Disk, DiskFailure, Ports, Restored } from './ports.ts';
import type { Protocols } from './protocols.ts';
import { Replica } from './replica.ts';
import { createGate } from './step.ts';

const ioGate = createGate(maelstromIoMachine);

type InitReceived = Extract<MaelstromEvent, { type: 'init.received' }>;

export type { Workload };

/** What a node of the conflict store is told. */
export type StoreOptions = {
  /** What plain requests mean until a client sets the mode. */
  readonly mode: Mode;
  /**
   * Names a new life of the node, which must not repeat an event of another. A node that finds its memory on its disk
   * goes on with the life that it had.
   */
  readonly life: string;
  /** What the node finds on its disk; null for nothing yet. Left out on a node without a disk, where nothing is kept. */
  readonly restored?: Restored['store'];
  /** How often the node compares what it has with each other node. */
  readonly gossipIntervalMs: number;
  /** How long a tombstone is kept at the least. */
  readonly tombstoneGraceMs: number;
};

/** What a node remembers, and where it writes what it must remember. */
export type Memory = {
  readonly disk: Disk;
  readonly restored: Restored;
  /** It outlives the process. If not, the conflict store keeps nothing there. */
  readonly isDurable: boolean;
};

export type NodeOptions = {
  /** Which requests the node knows, and which keys replies carry. */
  readonly workload: Workload;
  /** Of lww-kv. */
  readonly store: StoreOptions;
  /** How long a follower that is behind a read's token waits before it lets the leader serve, in milliseconds. */
  readonly rywWaitMs: number;
  /** Seeds the election timeouts; the node's name is mixed in, so that all nodes may be given one seed. */
  readonly seed: number;
  /** Which life of the node this is: higher than every earlier one (milliseconds since 1970 do). */
  readonly incarnation: number;
  /** The node belongs to no cluster, whatever `init` says, until the leader of one adds it. */
  readonly joins?: boolean;
  readonly restored?: RaftInput['restored'];
  readonly settings?: RaftInput['settings'];
  /**
   * Opens the memory of the node, once `init` has told it who it is. It takes the place of the disk, the incarnation
   * and what was restored that the node was made with. Calls back once: with the memory; with why it belongs to
   * another node and what to do about it; or with the failure of the disk.
   */
  readonly open?: (
    nodeId: string,
    nodeIds: readonly string[],
    opened: (result: Memory | { readonly refusal: string } | DiskFailure) => void,
  ) => void;
  /** Called once, when the disk has failed: the node answers from then on that it takes no part. */
  readonly onFailure?: (failure: DiskFailure) => void;
  /** Called once when nothing more will be written. */
  readonly onExit: () => void;
};

/** A node that opens its memory itself needs no disk before. */
export type NodePorts = Omit<Ports, 'disk'> & Partial<Pick<Ports, 'disk'>>;
/** Likewise, it is told by its memory which life this is. */
export type NodeSetup = Omit<NodeOptions, 'incarnation'> & Partial<Pick<NodeOptions, 'incarnation'>>;

/**
 * One node: the cell at the wire, and, once `init` has told it who it is, the cells of the protocols. Time comes in
 * turns: everything that arrives together is handled together, and `endTurn` sends what came of it.
 */
export class Node {
  /** Every step of every cell, for whoever watches. */
  readonly steps = new Line<CellStep>();
  readonly #ports: NodePorts;
  readonly #options: NodeSetup;
  readonly #io: Cell<typeof maelstromIoMachine>;
  #protocols: Protocols | null = null;
  #memory: Memory | null = null;
  /** What has arrived since the node began to open its memory; null when it does not. */
  #waiting: MaelstromEvent[] | null = null;

  constructor(ports: NodePorts, options: NodeSetup) {
    this.#ports = ports;
    this.#options = options;
    this.#io = new Cell('io', ioGate, this.steps);
    listen(this.#io.outlet, (effect) => this.#carryOut(effect));
    this.#io.start({ workload: options.workload });
  }

  /** The protocols of a log, once `init` has been received; for checks and tools. */
  get peer(): Peer | null {
    return this.#protocols instanceof Peer ? this.#protocols : null;
  }

  /** The node's part of the conflict store, in the same way. */
  get replica(): Replica | null {
    return this.#protocols instanceof Replica ? this.#protocols : null;
  }

  /**
   * Nothing is gained in a cluster of one by waiting for company: each message is a turn of its own. Unless it is
   * written down: then what arrived together is one write.
   */
  get isAlone(): boolean {
    if (this.#protocols === null) return true;
    return this.#protocols.isAlone && this.#memory?.isDurable !== true;
  }

  receive(event: MaelstromEvent): void {
    const { open } = this.#options;
    if (this.#waiting !== null) this.#waiting.push(event);
    else if (event.type === 'init.received' && this.#protocols === null && open !== undefined) {
      this.#open(event, open);
    } else this.#io.inbox.next(event);
  }

  /** Nobody hears of this node before its memory is open: what arrives meanwhile waits. */
  #open(event: InitReceived, open: NonNullable<NodeOptions['open']>): void {
    const { client, msgId, nodeId, nodeIds } = event;
    const waiting: MaelstromEvent[] = [];
    this.#waiting = waiting;
    open(nodeId, nodeIds, (result) => {
      this.#waiting = null;
      if ('disk' in result) {
        this.#memory = result;
        this.#io.inbox.next(event);
      } else if ('refusal' in result) {
        // A node that has another one's memory waits on for the right name.
        this.#io.inbox.next({ type: 'init.malformed', dest: nodeId, client, msgId, text: result.refusal });
      } else this.#fail(result);
      for (const later of waiting) this.receive(later);
      this.endTurn();
    });
  }

  /** Sends, once and together, what the events since the last turn made necessary. */
  endTurn(): void {
    this.#protocols?.endTurn();
  }

  #carryOut(effect: MaelstromEffect): void {
    switch (effect.type) {
      case 'reply':
        return this.#ports.wire.send(effect.src, effect.dest, effect.body);
      case 'start':
        return this.#start(effect.nodeId, effect.nodeIds);
      case 'submit':
        return this.#protocols?.submit(effect.requests);
      case 'deliver':
        return this.#protocols?.deliver(effect.messages);
      case 'drain':
        return this.#drain();
      case 'exit':
        return this.#options.onExit();
    }
  }

  #start(nodeId: string, nodeIds: readonly string[]): void {
    const Workload = this.#options.workload === 'lww-kv' ? Replica : Peer;
    const { ports, options } = this.#remembering();
    const protocols: Protocols = new Workload(nodeId, nodeIds, ports, options, this.steps);
    this.#protocols = protocols;
    listen(protocols.answers, (answers) => this.#io.inbox.next({ type: 'answers.ready', answers }));
    listen(protocols.failures, (failure) => this.#fail(failure));
    protocols.start();
  }

  #remembering(): { ports: Ports; options: NodeOptions } {
    const { restored: before, incarnation: given, ...options } = this.#options;
    const disk = this.#memory?.disk ?? this.#ports.disk;
    const incarnation = this.#memory?.restored.incarnation ?? given;
    invariant(disk !== undefined && incarnation !== undefined, 'a node has a memory, or opens it');
    const restored = this.#memory === null ? before : (this.#memory.restored.raft ?? undefined);
    const store = this.#memory?.isDurable
      ? { ...options.store, restored: this.#memory.restored.store }
      : options.store;
    return {
      ports: { ...this.#ports, disk },
      options: { ...options, store, incarnation, ...(restored === undefined ? {} : { restored }) },
    };
  }

  #fail(failure: DiskFailure): void {
    this.#io.inbox.next({ type: 'node.failed', text: failure.text });
    this.#options.onFailure?.(failure);
  }

  #drain(): void {
    const completed = () => this.#io.inbox.next({ type: 'drain.completed' });
    if (this.#protocols === null) completed();
    else this.#protocols.drain(completed);
  }
}
