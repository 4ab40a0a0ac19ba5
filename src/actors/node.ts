import { Subject } from 'rxjs';
import type { MaelstromEffect, MaelstromEvent } from '../../machines/maelstrom/events.ts';
import { maelstromIoMachine } from '../../machines/maelstrom/maelstrom-io.machine.ts';
import type { Workload } from '../../machines/operations.ts';
import type { RaftInput } from '../../machines/raft/context.ts';
import type { Mode } from '../../machines/store/operations.ts';
import { listen } from './bus.ts';
import { Cell, type CellStep } from './cell.ts';
import { Peer } from './peer.ts';
import type { DiskFailure, Ports, Restored } from './ports.ts';
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
  readonly restored?: RaftInput['restored'];
  readonly settings?: RaftInput['settings'];
  /**
   * Whether the node may be this one, and remembers that it is.
   * @returns why not, and what to do about it; null when all is well
   */
  readonly identify?: (nodeId: string, nodeIds: readonly string[]) => string | null;
  /** Called once, when the disk has failed: the node answers from then on that it takes no part. */
  readonly onFailure?: (failure: DiskFailure) => void;
  /** Called once when nothing more will be written. */
  readonly onExit: () => void;
};

/**
 * One node: the cell at the wire, and, once `init` has told it who it is, the cells of the protocols. Time comes in
 * turns: everything that arrives together is handled together, and `endTurn` sends what came of it.
 */
export class Node {
  /** Every step of every cell, for whoever watches. */
  readonly steps = new Subject<CellStep>();
  readonly #ports: Ports;
  readonly #options: NodeOptions;
  readonly #io: Cell<typeof maelstromIoMachine>;
  #protocols: Protocols | null = null;

  constructor(ports: Ports, options: NodeOptions) {
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

  /** Nothing is gained in a cluster of one by waiting for company: each message is a turn of its own. */
  get isAlone(): boolean {
    return this.#protocols === null || this.#protocols.isAlone;
  }

  receive(event: MaelstromEvent): void {
    this.#io.inbox.next(event.type === 'init.received' ? this.#identified(event) : event);
  }

  /** A node that has another one's memory is not told who it is in a way that it could follow. */
  #identified(event: InitReceived): MaelstromEvent {
    if (this.#protocols !== null) return event;
    const { client, msgId, nodeId, nodeIds } = event;
    const text = this.#options.identify?.(nodeId, nodeIds) ?? null;
    return text === null ? event : { type: 'init.malformed', dest: nodeId, client, msgId, text };
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
    const protocols: Protocols = new Workload(nodeId, nodeIds, this.#ports, this.#options, this.steps);
    this.#protocols = protocols;
    listen(protocols.answers, (answers) => this.#io.inbox.next({ type: 'answers.ready', answers }));
    listen(protocols.failures, (failure) => this.#fail(failure));
    protocols.start();
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
