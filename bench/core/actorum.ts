import type { RaftEffect, RaftEvent, RaftMessage } from '../../machines/raft/events.ts';
import { raftMachine } from '../../machines/raft/raft.machine.ts';
import { triage } from '../../machines/raft/terms.ts';
import { listen } from '../../src/actors/bus.ts';
import { Cell } from '../../src/actors/cell.ts';
import { Outlet } from '../../src/actors/outlet.ts';
import { createGate, type Gate } from '../../src/actors/step.ts';
import { PassingDisk } from '../../src/storage/passing-disk.ts';
import { type Cluster, operationOf } from './task.ts';

/**
 * Our own core: three raft cells, each with its outlet. No codec, no clients and no registers: what the peer's
 * `RawNode` does with a storage in memory, and no more.
 */
const NAMES = ['n1', 'n2', 'n3'] as const;

type Packet = { readonly to: string; readonly message: RaftMessage };

/** One Raft node without a host: what it sends is put on a queue, timers are ignored. */
class Member {
  readonly cell: Cell<typeof raftMachine>;
  readonly #outlet: Outlet;
  readonly #name: string;
  readonly #send: (packet: Packet) => void;
  applied = 0;
  #open = false;

  constructor(name: string, send: (packet: Packet) => void, gate: Gate<typeof raftMachine>) {
    this.#name = name;
    this.#send = send;
    this.#outlet = new Outlet(new PassingDisk(), {
      release: (effect) => this.#carryOut(effect),
      released: () => {},
      failed: ({ text }) => {
        throw new Error(text);
      },
    });
    this.cell = new Cell('raft', gate);
    listen(this.cell.outlet, (effect) => this.#outlet.take(effect));
    this.cell.start({ id: name, voters: NAMES, seed: 1 });
  }

  tell(event: RaftEvent): void {
    this.#open = true;
    this.cell.inbox.next(event);
  }

  hear(message: RaftMessage): void {
    let event = triage(this.cell.snapshot.context.term, message, false);
    if (event?.type === 'term.seen') {
      this.tell(event);
      event = triage(this.cell.snapshot.context.term, message, true);
    }
    if (event !== null) this.tell(event);
  }

  endTurn(): void {
    while (this.#open) {
      this.#open = false;
      this.cell.inbox.next({ type: 'turn.ended' });
      this.#outlet.endTurn();
    }
  }

  #carryOut(effect: Exclude<RaftEffect, { type: 'persist' }>): void {
    if (effect.type === 'send') {
      // What was emitted belongs to whoever carries it out, so the sender's name is put in without a copy.
      const message = effect.message as { from?: string };
      message.from = this.#name;
      this.#send({ to: effect.to, message: message as RaftMessage });
    } else if (effect.type === 'apply') {
      for (const { op } of effect.entries) if (op !== null) this.applied += 1;
    }
  }
}

/** One for all clusters of the process, as nodes have it: what warming up has taught it, it knows. */
const gate = createGate(raftMachine);

/** Three raft cells, of which the first leads. */
export function startActorum(): Cluster {
  let wire: Packet[] = [];
  const send = (packet: Packet) => {
    wire.push(packet);
  };
  const members = new Map(NAMES.map((name) => [name as string, new Member(name, send, gate)]));
  const leader = members.get('n1') as Member;

  function settle(): void {
    leader.endTurn();
    while (wire.length > 0) {
      const packets = wire;
      wire = [];
      for (const { to, message } of packets) members.get(to)?.hear(message);
      for (const member of members.values()) member.endTurn();
    }
  }

  leader.tell({ type: 'election.timeout' });
  settle();
  const { term } = leader.cell.snapshot.context;
  if (!leader.cell.snapshot.matches({ leader: 'serving' })) throw new Error('n1 was to lead');

  return {
    commit(count, number) {
      const origin = { node: 'n1', incarnation: 1, floor: number };
      const entries = Array.from({ length: count }, (_, i) => {
        return { term, op: operationOf(number + i), origin, number: number + i, bytes: 90 };
      });
      leader.tell({ type: 'requests.proposed', from: 'n1', term, entries, reads: [] });
      settle();
    },
    applied: () => [...members.values()].map(({ applied }) => applied),
  };
}
