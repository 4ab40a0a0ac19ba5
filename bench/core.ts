/**
 * npm run bench:core: how many entries a second three Raft cells commit in one process, with memory for wire and
 * disk, when entries are proposed one at a time and 64 at a time. What it measures is the protocol alone: charts,
 * cells and outlets; no JSON, no pipes, no clients.
 */
import { performance } from 'node:perf_hooks';
import type { Entry, PeerMessage, RaftEffect, RaftEvent, RaftMessage } from '../machines/raft/events.ts';
import { raftMachine } from '../machines/raft/raft.machine.ts';
import { triage } from '../machines/raft/terms.ts';
import { listen } from '../src/actors/bus.ts';
import { Cell } from '../src/actors/cell.ts';
import { Outlet } from '../src/actors/outlet.ts';
import { createGate } from '../src/actors/step.ts';
import { MemoryDisk } from '../src/host/disk.ts';

const gate = createGate(raftMachine);
const NAMES = ['n1', 'n2', 'n3'] as const;

type Packet = { readonly to: string; readonly message: RaftMessage };

/** One Raft node without a host: what it sends is put on a queue, timers are ignored. */
class Member {
  readonly cell = new Cell('raft', gate);
  readonly #outlet: Outlet;
  readonly #name: string;
  readonly #wire: Packet[];
  committed = 0;
  #open = false;

  constructor(name: string, wire: Packet[]) {
    this.#name = name;
    this.#wire = wire;
    this.#outlet = new Outlet(
      new MemoryDisk<Entry>(),
      (effect) => this.#carryOut(effect),
      () => {},
    );
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
      this.#wire.push({
        to: effect.to,
        message: { ...effect.message, from: this.#name } as PeerMessage as RaftMessage,
      });
    } else if (effect.type === 'apply') {
      this.committed += effect.entries.length;
    }
  }
}

/** Delivers what is on the wire, turn by turn, until nobody has anything to say. */
function settle(members: ReadonlyMap<string, Member>, wire: Packet[]): void {
  while (wire.length > 0) {
    const packets = wire.splice(0);
    for (const { to, message } of packets) members.get(to)?.hear(message);
    for (const member of members.values()) member.endTurn();
  }
}

/** @returns entries committed a second by the leader, with everything settled after each proposal */
function measure(batch: number, durationMs: number): number {
  const wire: Packet[] = [];
  const members = new Map(NAMES.map((name) => [name, new Member(name, wire)]));
  const leader = members.get('n1') as Member;
  leader.tell({ type: 'election.timeout' });
  leader.endTurn();
  settle(members, wire);
  const { term } = leader.cell.snapshot.context;
  if (!leader.cell.snapshot.matches({ leader: 'serving' })) throw new Error('n1 was to lead');

  let number = 1;
  const start = performance.now();
  const before = leader.committed;
  while (performance.now() - start < durationMs) {
    const floor = number;
    const requests = Array.from({ length: batch }, () => {
      const op = { type: 'write', key: number % 100, value: number } as const;
      number += 1;
      return { number: number - 1, op, bytes: 90 };
    });
    leader.tell({ type: 'requests.proposed', from: 'n1', term, incarnation: 1, floor, requests });
    leader.endTurn();
    settle(members, wire);
  }
  const seconds = (performance.now() - start) / 1000;
  const committed = leader.committed - before;
  if (committed !== number - 1) throw new Error(`${number - 1} were proposed, ${committed} committed`);
  return committed / seconds;
}

function median(values: readonly number[]): number {
  return values.slice().sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

const repetitions = Number(process.env.REPETITIONS ?? 5);
const results = [1, 64].map((batch) => {
  measure(batch, 1000);
  const rates = Array.from({ length: repetitions }, () => measure(batch, 1000));
  return { batch, commitsPerSecond: Math.round(median(rates)) };
});

if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify(results)}\n`);
} else {
  process.stdout.write('| proposed at a time | entries committed a second (median) |\n|---:|---:|\n');
  for (const { batch, commitsPerSecond } of results) {
    process.stdout.write(`| ${batch} | ${commitsPerSecond.toLocaleString('en-US')} |\n`);
  }
}
