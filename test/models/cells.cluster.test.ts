import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyStateMachine, AnyStateNode, InputFrom, SnapshotFrom } from 'xstate';
import { maelstromIoMachine } from '../../machines/maelstrom/maelstrom-io.machine.ts';
import type { RestoredState } from '../../machines/raft/context.ts';
import { raftMachine } from '../../machines/raft/raft.machine.ts';
import { requestsMachine } from '../../machines/requests/requests.machine.ts';
import type { CellStep } from '../../src/actors/cell.ts';
import type { Step } from '../../src/actors/step.ts';
import type { Body } from '../../src/sim/network.ts';
import { type Look, type Reference, stageOf } from '../../src/testing/index.ts';
import { ScriptedCluster } from '../golden/cluster.ts';
import { maelstromIoReference } from './maelstrom-io.model.ts';
import { partOf } from './raft.parts.ts';
import { raftReference, timersOf } from './raft.reference.ts';
import { requestsReference } from './requests.model.ts';

const NODES = ['n1', 'n2', 'n3'];
const IO_INPUT = { workload: 'ryw-kv' } as const;

type Judge = (step: CellStep) => void;

/** A reference that watches a real cell. Of a cell's step nobody knows the types but who knows its chart. */
function watch<M extends AnyStateMachine>(
  reference: Reference<M>,
  input: InputFrom<M>,
  first: Pick<CellStep, 'snapshot' | 'effects'>,
): Judge {
  const judge = reference(input, first as Step<M>);
  let before = first.snapshot;
  return ({ event, snapshot, effects }) => {
    const look = { before, event, after: snapshot, effects };
    before = snapshot;
    judge(look as Look<M>);
  };
}

/** Registers, sessions and waiting reads come and go. */
const LASTING: readonly string[] = ['io', 'requests', 'raft'];

/** Holds every step of the cells that live as long as their node against the reference of their chart. */
class Witness {
  /** Cell and state, as often as it was seen there. */
  readonly visited = new Map<string, number>();
  #judges = new Map<string, Judge>();

  see(node: string, step: CellStep, restored: RestoredState | undefined): void {
    const { cell, snapshot, event } = step;
    if (!LASTING.includes(cell)) return;
    const { value } = snapshot as { readonly value: string | object };
    const state = `${cell} ${typeof value === 'string' ? value : Object.entries(value).flat().join('.')}`;
    this.visited.set(state, (this.visited.get(state) ?? 0) + 1);
    const name = `${node} ${cell}`;
    const judge = this.#judges.get(name);
    if (event.type === 'started') this.#judges.set(name, this.#begin(node, step, restored));
    else if (judge !== undefined) judge(step);
    else {
      // The cell at the wire begins unseen, before its node can be watched.
      const io = watch(maelstromIoReference, IO_INPUT, stageOf(maelstromIoMachine).start(IO_INPUT).first);
      this.#judges.set(name, io);
      io(step);
    }
  }

  /** A node that comes back begins anew. */
  forget(node: string): void {
    for (const name of [...this.#judges.keys()]) if (name.startsWith(`${node} `)) this.#judges.delete(name);
  }

  #begin(id: string, step: CellStep, restored: RestoredState | undefined): Judge {
    if (step.cell === 'requests') return watch(requestsReference, { id, incarnation: 0 }, step);
    const memory = restored === undefined ? {} : { restored };
    const judge = watch(raftReference, { id, voters: NODES, seed: 0, ...memory }, step);
    let part = partOf(step.snapshot as SnapshotFrom<typeof raftMachine>);
    return (next) => {
      // The chart is asked about any timer at any time; a real one fires only where the chart lets it run.
      const timer = next.event.type.replace('.timeout', '');
      if (timer !== next.event.type) expect(timersOf(part)).toContain(timer);
      part = partOf(next.snapshot as SnapshotFrom<typeof raftMachine>);
      judge(next);
    };
  }
}

/** What may happen to a cluster: clients ask, time passes, and things go wrong. */
const happening = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('ask' as const),
      node: fc.constantFrom(...NODES),
      body: fc.constantFrom<Body>(
        { type: 'write', key: 'x', value: 1 },
        { type: 'read', key: 'x' },
        { type: 'cas', key: 'x', from: 1, to: 2 },
        { type: 'ryw_read', key: 'x', prefer_follower: true },
        { type: 'ryw_read', key: 'x', last_write_index: 30 },
        { type: 'change_members', remove: ['n1'] },
        { type: 'change_members', remove: ['n2'] },
        { type: 'change_members', learners: ['n1', 'n2'] },
        { type: 'change_members', add: ['n1', 'n2'] },
        { type: 'members' },
        { type: 'members', local: true },
        { type: 'transfer_leadership', to: 'n2' },
        { type: 'echo', echo: 1 },
        { type: 'what' },
      ),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 5, 30, 100, 300, 900),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constantFrom(
        'isolate' as const,
        'lag' as const,
        'crash' as const,
        'fail' as const,
        'transfer' as const,
      ),
      node: fc.constantFrom(...NODES),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('heal' as const) }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

function play(happenings: readonly Happening[], witness: Witness): void {
  let running: ScriptedCluster | null = null;
  const onStep = (name: string, step: CellStep) => {
    witness.see(name, step, running?.host(name).restored);
  };
  const cluster = new ScriptedCluster({ nodes: NODES, onStep }, () => {});
  running = cluster;
  let client = 0;
  for (const one of happenings) {
    switch (one.what) {
      case 'ask':
        client += 1;
        cluster.request(`c${client % 4}`, one.node, one.body, () => {});
        break;
      case 'wait':
        cluster.advance(one.ms);
        break;
      case 'heal':
        cluster.heal();
        break;
      case 'lag':
        cluster.lag(one.node, 60);
        break;
      case 'isolate':
        cluster.isolate(one.node);
        break;
      case 'transfer':
        for (const name of NODES) cluster.host(name).node?.peer?.transfer(one.node);
        break;
      case 'fail':
        cluster.host(one.node).drive.failNext('sync');
        break;
      case 'crash':
        cluster.host(one.node).crash();
        witness.forget(one.node);
        cluster.host(one.node).start();
        break;
    }
  }
  cluster.heal();
  cluster.advance(2000);
  for (const name of NODES) cluster.host(name).endInput();
  cluster.advance(1000);
}

describe('the cells of a cluster', () => {
  it('do in every step what the references of their charts say, whatever goes wrong', () => {
    const visited = new Map<string, number>();
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 80, size: 'max' }), (happenings) => {
        const witness = new Witness();
        play(happenings, witness);
        for (const [state, count] of witness.visited) visited.set(state, (visited.get(state) ?? 0) + count);
      }),
      { seed: 17, numRuns: 60 },
    );
    const steps = [...visited.values()].reduce((sum, count) => sum + count, 0);
    expect(steps).toBeGreaterThan(10_000);
    // No state was left out, but the one that a node leaves with the first line that it hears, and the one that it
    // leaves in the step in which it comes to it.
    const expected = [raftMachine, requestsMachine, maelstromIoMachine].flatMap((machine) =>
      restsOf(machine.root).map((state) => `${machine === maelstromIoMachine ? 'io' : machine.id} ${state}`),
    );
    const others = ['io awaitingInit', 'raft leader.resigning'];
    expect([...visited.keys(), ...others].sort()).toEqual(expected.sort());
  }, 180_000);
});

/** The states of a chart that have no states in them. */
function restsOf(node: AnyStateNode): string[] {
  const inner = Object.values(node.states);
  return inner.length === 0 ? [node.path.join('.')] : inner.flatMap(restsOf);
}
