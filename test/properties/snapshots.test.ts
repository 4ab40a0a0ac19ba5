import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RaftInput } from '../../machines/raft/context.ts';
import type { StateItem } from '../../machines/raft/snapshot.ts';
import { proposal, write } from '../support/messages.ts';
import { type Envelope, partition, RaftNetwork } from '../support/raft-network.ts';

/**
 * Three nodes that compact their logs at every opportunity, on a network that loses, repeats and reorders, and with
 * nodes that restart: whatever is installed anywhere is what every other node had applied at that index.
 */

const NODES = ['a', 'b', 'c'];

const happening = fc.oneof(
  { weight: 3, arbitrary: fc.record({ what: fc.constant('write' as const), key: fc.nat({ max: 9 }) }) },
  { weight: 12, arbitrary: fc.record({ what: fc.constant('deliver' as const), place: fc.nat({ max: 9 }) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('lose' as const), place: fc.nat({ max: 9 }) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('repeat' as const), place: fc.nat({ max: 9 }) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('heartbeat' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant('durable' as const), node: fc.constantFrom(...NODES) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('restart' as const), node: fc.constantFrom('b', 'c') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('elect' as const), node: fc.constantFrom(...NODES) }),
  },
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** A network whose `c` has missed so much that only a snapshot helps, and what each state was that was ever durable. */
class World {
  readonly network: RaftNetwork;
  readonly states = new Map<number, readonly StateItem[]>();
  installed = 0;
  #written = 0;

  constructor(chunkItems: number) {
    const input: Partial<RaftInput> = { settings: { checkpointEntries: 3, trailingEntries: 1 } };
    this.network = new RaftNetwork(NODES, { a: input, b: input, c: input });
    this.network.chunkItems = chunkItems;
    this.network.elect('a');
    const cut = partition(['a', 'b']);
    for (let i = 0; i < 25; i += 1) {
      this.write(i % 10);
      this.network.settle(cut);
      for (const id of NODES) this.#makeDurable(id);
    }
    this.network.step('a', { type: 'quorum.timeout' });
    this.network.settle(cut);
  }

  get leader(): string | undefined {
    const leaders = NODES.filter((id) => this.network.node(id).state.startsWith('leader'));
    return leaders.sort((a, b) => this.network.node(b).context.term - this.network.node(a).context.term)[0];
  }

  write(key: number): void {
    const { leader } = this;
    if (leader === undefined) return;
    this.#written += 1;
    const { term } = this.network.node(leader).context;
    this.network.step(
      leader,
      proposal({ from: leader, term, first: this.#written }, write(this.#written, `k${key}`)),
    );
  }

  play(one: Happening): void {
    const { wire } = this.network;
    switch (one.what) {
      case 'write':
        return this.write(one.key);
      case 'deliver':
        return this.#deliver(wire.splice(one.place % Math.max(1, wire.length), 1)[0]);
      case 'lose':
        return void wire.splice(one.place % Math.max(1, wire.length), 1);
      case 'repeat': {
        const copy = wire[one.place % Math.max(1, wire.length)];
        if (copy !== undefined) wire.push(copy);
        return;
      }
      case 'heartbeat':
        if (this.leader !== undefined) this.network.step(this.leader, { type: 'heartbeat.timeout' });
        return;
      case 'durable':
        return this.#makeDurable(one.node);
      case 'restart':
        return this.network.restart(one.node);
      case 'elect':
        for (const id of NODES) {
          if (this.network.node(id).state === 'follower.following')
            this.network.step(id, { type: 'election.timeout' });
        }
        this.network.step(one.node, { type: 'election.timeout' });
    }
  }

  /** The network is whole again: until nothing is missing anywhere. */
  heal(): void {
    for (let round = 0; round < 60; round += 1) {
      while (this.network.wire.length > 0) this.#deliver(this.network.wire.shift());
      for (const id of NODES) this.#makeDurable(id);
      if (this.leader === undefined) this.play({ what: 'elect', node: NODES[round % 3] as string });
      else this.network.step(this.leader, { type: 'heartbeat.timeout' });
    }
    while (this.network.wire.length > 0) this.#deliver(this.network.wire.shift());
  }

  #makeDurable(id: string): void {
    const { checkpointing } = this.network.node(id);
    if (checkpointing === null) return;
    this.network.completeCheckpoint(id);
    this.#compare(id);
  }

  /** States of one index are the same everywhere, whether they were applied entry by entry or installed. */
  #compare(id: string): void {
    const { durable } = this.network.store(id);
    if (durable === null) return;
    const { index } = durable.checkpoint;
    const known = this.states.get(index);
    if (known === undefined) this.states.set(index, durable.items);
    else expect(durable.items).toEqual(known);
  }

  #deliver(envelope: Envelope | undefined): void {
    if (envelope === undefined) return;
    const effects = this.network.deliver(envelope);
    if (!effects.some(({ type }) => type === 'snapshot.install')) return;
    this.installed += 1;
    this.#compare(envelope.to);
    expect(this.network.store(envelope.to).items()).toEqual(this.network.store(envelope.to).durable?.items);
  }
}

describe('a snapshot', () => {
  it('arrives as what its sender had, whatever the network does and whoever restarts', () => {
    let installed = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(happening, { maxLength: 150, size: 'max' }),
        (chunkItems, happenings) => {
          const world = new World(chunkItems);
          for (const one of happenings) world.play(one);
          world.heal();
          installed += world.installed;
          const [first, ...others] = NODES.map((id) => world.network.store(id).items());
          expect(first?.length).toBeGreaterThan(0);
          for (const other of others) expect(other).toEqual(first);
        },
      ),
      { seed: 11, numRuns: 60 },
    );
    expect(installed, 'snapshots are what this is about').toBeGreaterThanOrEqual(60);
  });
});
