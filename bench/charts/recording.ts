import type { AnyMachineSnapshot, EventObject, StateValue } from 'xstate';
import type { CellStep } from '../../src/actors/cell.ts';
import { Dice } from '../../src/kit/dice.ts';
import { encode } from '../../src/maelstrom/codec.ts';
import { SimulatedHost } from '../../src/sim/host.ts';
import { Network } from '../../src/sim/network.ts';
import { CALM } from '../../src/sim/options.ts';
import { Schedule } from '../../src/sim/schedule.ts';
import { Trace } from '../../src/sim/trace.ts';

/** One step of a chart, as it happened in a cluster: what it was in, and what it was told. */
export type Recorded = {
  readonly node: string;
  readonly chart: string;
  readonly value: StateValue;
  readonly context: object;
  readonly event: EventObject;
  /** The chart's step before this one. */
  readonly before: Omit<Recorded, 'before'> | null;
};

const NODES = ['n1', 'n2', 'n3'];
const ROUNDS = 40;
const BURST = 64;

/**
 * Three real nodes in virtual time, without faults, and what their charts go through there: in every round one write
 * at the leader, one at a follower, one read at each, and 64 writes at once. The same on every call.
 */
export function recordCluster(): Recorded[] {
  const recorded: Recorded[] = [];
  const left = new Map<string, AnyMachineSnapshot>();
  const latest = new Map<string, Omit<Recorded, 'before'>>();
  const schedule = new Schedule();
  const network = new Network(schedule, new Dice(1), new Trace(), CALM);
  const watch = (node: string, { cell, event, snapshot }: CellStep) => {
    const place = `${node} ${cell}`;
    const found = left.get(place);
    left.set(place, snapshot as AnyMachineSnapshot);
    if (found === undefined) return;
    const step = { node, chart: cell, value: found.value, context: found.context as object, event };
    recorded.push({ ...step, before: latest.get(place) ?? null });
    latest.set(place, step);
  };
  const hosts = NODES.map((name, place) => {
    const host = new SimulatedHost(name, NODES, {
      schedule,
      dice: new Dice(place),
      workload: 'lin-kv',
      rywWaitMs: 100,
      syncMs: () => 0,
      onStep: (step) => watch(name, step),
      send: (src, dest, body) => network.send(src, dest, body),
    });
    network.attach(name, (line) => host.deliver(line));
    return host;
  });
  const advance = (ms: number) => {
    const untilMs = schedule.nowMs + ms;
    while (schedule.runNext(untilMs));
  };
  let number = 0;
  const ask = ({ name, deliver }: Pick<SimulatedHost, 'name' | 'deliver'>, body: { type: string }) => {
    number += 1;
    deliver.call(
      hosts.find((host) => host.name === name),
      encode('c1', name, { ...body, key: number % 100, msg_id: number }),
    );
  };

  for (const host of hosts) host.start();
  advance(3000);
  const leads = (host: SimulatedHost) =>
    host.node?.peer?.raft.snapshot.matches({ leader: 'serving' }) === true;
  const leader = hosts.find(leads);
  const follower = hosts.find((host) => !leads(host));
  if (leader === undefined || follower === undefined) throw new Error('nobody leads after three seconds');
  for (let round = 0; round < ROUNDS; round += 1) {
    const write = { type: 'write', value: round };
    ask(leader, write);
    advance(30);
    ask(follower, write);
    advance(30);
    for (const host of [leader, follower]) ask(host, { type: 'read' });
    advance(30);
    for (let i = 0; i < BURST; i += 1) ask(leader, write);
    advance(30);
  }
  return recorded;
}
