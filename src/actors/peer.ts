import { Subject } from 'rxjs';
import { invariant } from '../../machines/assert.ts';
import type { ClientAnswer, ClientRequest } from '../../machines/maelstrom/events.ts';
import { isLeaders } from '../../machines/operations.ts';
import type { PeerMessage, RaftEffect, RaftEvent, RaftMessage } from '../../machines/raft/events.ts';
import { membershipOf } from '../../machines/raft/membership.ts';
import { raftMachine } from '../../machines/raft/raft.machine.ts';
import { rosterOf } from '../../machines/raft/roster.ts';
import { triage } from '../../machines/raft/terms.ts';
import type { RequestsEffect, Submission } from '../../machines/requests/events.ts';
import { requestsMachine } from '../../machines/requests/requests.machine.ts';
import { AppliedState } from './applied-state.ts';
import { listen } from './bus.ts';
import { Cell, type CellStep } from './cell.ts';
import type { NodeOptions } from './node.ts';
import { Outlet, type Released } from './outlet.ts';
import { adminEventOf, messageOf } from './passing.ts';
import type { DiskFailure, Ports } from './ports.ts';
import { hasEarlierLife, raftInput } from './raft-input.ts';
import { Readers, type ReadRequest } from './readers.ts';
import { Registers } from './registers.ts';
import { Sessions } from './sessions.ts';
import { createGate } from './step.ts';

const raftGate = createGate(raftMachine);
const requestsGate = createGate(requestsMachine);

/** How many clients a node remembers by name; a session takes about a hundred bytes. */
const MAX_SESSIONS = 100_000;
/** How many reads may wait for their token at one node. */
const MAX_READERS = 10_000;

/** A node's protocols: the raft cell, the cell of the client requests, and the registers that the log drives. */
export class Peer {
  /** What is to be told to clients. */
  readonly answers = new Subject<readonly ClientAnswer[]>();
  readonly failures = new Subject<DiskFailure>();
  readonly registers: Registers;
  readonly sessions: Sessions;
  readonly readers: Readers;
  readonly raft: Cell<typeof raftMachine>;
  readonly requests: Cell<typeof requestsMachine>;
  readonly #id: string;
  readonly #ports: Ports;
  readonly #outlet: Outlet;
  readonly #state: AppliedState;
  readonly #options: NodeOptions;
  readonly #voters: readonly string[];
  readonly #hasEarlierLife: boolean;
  /** The raft cell has handled something since its turn was last ended. */
  #open = false;
  /** The disk has failed: this node takes no part any more. */
  #stopped = false;
  #onDrained: (() => void) | null = null;
  /** The time of this turn, once something asked for it. */
  #turnMs: number | null = null;
  /** Answers that came up in this turn without the leader, and reads by token for the leader. */
  #readAnswers: ClientAnswer[] = [];
  #redirects: Submission[] = [];

  constructor(
    id: string,
    voters: readonly string[],
    ports: Ports,
    options: NodeOptions,
    steps: Subject<CellStep>,
  ) {
    this.#id = id;
    // Whoever is to join a cluster belongs to none until it is told.
    this.#voters = options.joins === true ? [] : voters;
    this.#ports = ports;
    this.#options = options;
    this.#hasEarlierLife = hasEarlierLife(options.restored);
    // What a write held back may have opened another turn.
    this.#outlet = new Outlet(ports.disk, {
      release: (effect) => this.#carryOut(effect),
      released: () => this.endTurn(),
      failed: (failure) => this.#fail(failure),
    });
    // Plain lin-kv replies show no index, so there is nothing to remember about any one client.
    this.sessions = new Sessions(options.workload === 'ryw-kv' ? MAX_SESSIONS : 0, steps);
    this.registers = new Registers(steps, membershipOf(this.#voters));
    this.#state = new AppliedState(this.registers, ports.disk, {
      checkpointed: (index) => this.#tell({ type: 'checkpoint.durable', index }),
      endTurn: () => this.endTurn(),
      failed: (failure) => this.#outlet.fail(failure),
    });
    this.readers = new Readers(
      {
        id,
        waitMs: options.rywWaitMs,
        maxReaders: MAX_READERS,
        timers: ports.timers,
        nowMs: () => this.#nowMs(),
        appliedIndex: () => this.registers.appliedIndex,
        leads: () => this.raft.snapshot.matches('leader'),
        serve: (key) => this.registers.serve(key),
        redirect: (submission) => this.#redirects.push(submission),
        endTurn: () => this.endTurn(),
        answer: (answer) => this.#readAnswers.push(answer),
      },
      steps,
    );
    this.raft = new Cell('raft', raftGate, steps);
    this.requests = new Cell('requests', requestsGate, steps);
    listen(this.raft.outlet, (effect) => this.#outlet.take(effect));
    listen(this.requests.outlet, (effect) => this.#pass(effect));
  }

  /** Who else there is, the log says: a cluster of one may grow. */
  get isAlone(): boolean {
    // A node whose disk would not let it begin has no raft cell to ask.
    if (this.#stopped) return false;
    const { peers, membership } = this.raft.snapshot.context;
    return peers.length === 0 && membership.voters.length > 0;
  }

  start(): void {
    const { incarnation, restored } = this.#options;
    this.requests.start({ id: this.#id, incarnation });
    if (restored?.checkpoint != null) this.#state.restore(restored.checkpoint);
    if (this.#stopped) return;
    this.raft.start(raftInput(this.#id, this.#voters, this.#options));
    this.endTurn();
  }

  /** Takes on what clients ask for: reads by token begin here, everything else is the leader's. */
  submit(requests: readonly ClientRequest[]): void {
    const nowMs = this.#nowMs();
    const submissions: Submission[] = [];
    for (const request of requests) {
      const { client, msgId, op, bytes } = request;
      if (op.type === 'ryw_read') {
        this.#beginRead({ ...request, op });
      } else if (op.type === 'members' && op.local) {
        const outcome = rosterOf(this.raft.snapshot.context, op, this.registers.appliedIndex);
        this.#readAnswers.push({ client, msgId, outcome, index: null });
      } else {
        invariant(isLeaders(op), 'the wire lets in what the workload knows', () => op.type);
        submissions.push({ client, msgId, op, bytes, reader: null, sinceMs: nowMs, minIndex: 0 });
      }
    }
    if (submissions.length === 0) return;
    this.requests.inbox.next({ type: 'requests.arrived', requests: submissions, nowMs });
  }

  #beginRead(request: ReadRequest): void {
    const { client, op } = request;
    if (op.lastWriteIndex !== null) return this.readers.begin(request, op.lastWriteIndex, true);
    // What an earlier life of this node has shown the client is not known, so only the leader is fresh enough.
    const remembers = !this.#hasEarlierLife || this.sessions.knows(client);
    this.readers.begin(request, this.sessions.tokenOf(client), remembers);
  }

  deliver(messages: readonly PeerMessage[]): void {
    if (this.#stopped) return;
    for (const message of messages) this.#take(message);
  }

  /** Asks the raft cell, if it leads, to hand its leadership to another node. */
  transfer(to: string): void {
    this.#tell({ type: 'transfer.requested', to });
    this.endTurn();
  }

  /** Ends turns until nothing is open: what a turn lets out may open another. */
  endTurn(): void {
    if (this.#stopped) return;
    this.#settleReads();
    while (this.#open && !this.#stopped) {
      this.#open = false;
      this.raft.inbox.next({ type: 'turn.ended' });
      this.#outlet.endTurn();
      this.#settleReads();
    }
    this.#turnMs = null;
    if (this.#outlet.isClear && !this.#stopped) this.#finishDraining();
  }

  /** Calls back when everything is done that can be done without another message. */
  drain(completed: () => void): void {
    this.#onDrained = completed;
    this.#open = true;
    this.endTurn();
  }

  #finishDraining(): void {
    const completed = this.#onDrained;
    this.#onDrained = null;
    if (completed === null) return;
    // In a cluster of one nothing can come that would help: what waits for more of the log has waited in vain.
    if (this.isAlone) {
      this.requests.inbox.next({ type: 'patrol.timeout', nowMs: Number.MAX_SAFE_INTEGER });
      this.#settleReads();
    }
    this.readers.end();
    this.#state.endAllChunks();
    completed();
  }

  #answer(answers: readonly ClientAnswer[]): void {
    for (const { client, index } of answers) if (index !== null) this.sessions.show(client, index);
    this.answers.next(answers);
  }

  /** A turn is one moment: what is asked and answered within it took no time. */
  #nowMs(): number {
    this.#turnMs ??= this.#ports.nowMs();
    return this.#turnMs;
  }

  /**
   * Nothing is promised any more, and nobody heard: whoever waits is told so. What others have passed to this node they
   * will pass to its successor.
   */
  #fail(failure: DiskFailure): void {
    this.#stopped = true;
    this.#state.endAllChunks();
    this.#redirects = [];
    this.requests.inbox.next({ type: 'node.failed', text: failure.text });
    this.readers.fail(failure.text);
    this.#settleReads();
    this.failures.next(failure);
  }

  #tell(event: RaftEvent): void {
    if (this.#stopped) return;
    this.#open = true;
    this.raft.inbox.next(event);
  }

  #take(message: PeerMessage): void {
    if (message.type === 'forward.request') return this.#tell({ ...message, type: 'requests.proposed' });
    if (message.type === 'admin.request') return this.#tell(adminEventOf(message));
    if (message.type === 'forward.response') return this.requests.inbox.next(message);
    this.#hear(message);
  }

  /** Reads by token that ended in this turn are answered together, and those that want the leader go to it together. */
  #settleReads(): void {
    if (this.#readAnswers.length > 0) {
      const answers = this.#readAnswers;
      this.#readAnswers = [];
      this.#answer(answers);
    }
    if (this.#redirects.length > 0) {
      const requests = this.#redirects;
      this.#redirects = [];
      this.requests.inbox.next({ type: 'requests.arrived', requests, nowMs: this.#nowMs() });
    }
  }

  /** Terms first: see `terms.ts`. */
  #hear(message: RaftMessage): void {
    let event = triage(this.raft.snapshot.context.term, message, false);
    if (event?.type === 'term.seen') {
      this.#tell(event);
      event = triage(this.raft.snapshot.context.term, message, true);
    }
    if (event !== null) this.#tell(event);
  }

  #carryOut(effect: Released): void {
    switch (effect.type) {
      case 'send':
        return this.#ports.wire.send(this.#id, effect.to, effect.message);
      case 'timer.set':
        return this.#setTimer(effect.timer, effect.ms);
      case 'timer.clear':
        return this.#ports.timers.clear(effect.timer);
      case 'apply':
        this.#report(this.#state.apply(effect.firstIndex, effect.entries));
        return this.readers.applied(this.registers.appliedIndex);
      case 'checkpoint':
        return this.#state.checkpoint(effect.checkpoint);
      case 'snapshot.send':
        return this.#sendChunk(effect);
      case 'snapshot.end':
        return this.#state.endChunks(effect.to);
      case 'state.restore':
        this.#state.restore(effect.checkpoint);
        return this.readers.applied(this.registers.appliedIndex);
      case 'reads.confirmed':
        return this.#report(this.registers.read(effect.index, effect.reads, this.raft.snapshot.context));
      case 'request.answered':
        return this.#report([effect]);
      case 'leader.changed':
        if (effect.leader !== this.#id) this.#state.endAllChunks();
        this.requests.inbox.next({ ...effect, nowMs: this.#nowMs() });
        return this.readers.leaderChanged(effect.leader === this.#id);
    }
  }

  #sendChunk(effect: Extract<RaftEffect, { type: 'snapshot.send' }>): void {
    const { to, term, round, checkpoint, after } = effect;
    const { maxMessageBytes } = this.raft.snapshot.context.settings;
    const chunk = this.#state.chunk(to, checkpoint, after, maxMessageBytes);
    if (chunk === null) return this.#tell({ type: 'snapshot.unavailable', to });
    const message = { type: 'snapshot.request', term, round, checkpoint, after, ...chunk } as const;
    this.#ports.wire.send(this.#id, to, message);
  }

  #setTimer(timer: Extract<RaftEffect, { type: 'timer.set' }>['timer'], ms: number): void {
    const event: RaftEvent = { type: `${timer}.timeout` };
    // No wait at all is no timer: it happens within this turn.
    if (ms === 0) return this.#tell(event);
    this.#ports.timers.set(timer, ms, () => {
      this.#tell(event);
      this.endTurn();
    });
  }

  #report(results: ReturnType<Registers['apply']>): void {
    if (results.length > 0) this.requests.inbox.next({ type: 'results.ready', results });
  }

  #pass(effect: RequestsEffect): void {
    switch (effect.type) {
      case 'answer':
        return this.#answer(effect.answers);
      case 'reads.answered':
        for (const read of effect.reads) this.readers.settle(read);
        return;
      case 'forward':
      case 'ask':
      case 'respond': {
        const message = messageOf(effect);
        if (effect.to === this.#id) return this.#take({ ...message, from: this.#id });
        return this.#ports.wire.send(this.#id, effect.to, message);
      }
      case 'timer.set':
        return this.#ports.timers.set(effect.timer, effect.ms, () => {
          if (this.#stopped) return;
          this.requests.inbox.next({ type: 'patrol.timeout', nowMs: this.#nowMs() });
          this.endTurn();
        });
      case 'timer.clear':
        return this.#ports.timers.clear(effect.timer);
    }
  }
}
