import type { RaftInput } from '../../machines/raft/context.ts';
import type { RaftEffect, RaftEvent, RaftMessage } from '../../machines/raft/events.ts';
import { RaftChart } from './raft-chart.ts';
import { RaftStore } from './raft-store.ts';

export type Envelope = { readonly to: string; readonly message: RaftMessage };
type Cut = (from: string, to: string) => boolean;

/**
 * A few charts and the messages between them, moved by hand: nothing arrives, and no timer fires, unless a test
 * says so. Turns are as short as they can be: one for each message that is delivered.
 */
export class RaftNetwork {
  readonly nodes = new Map<string, RaftChart>();
  /** What each node has applied, and has on its disk. */
  readonly stores = new Map<string, RaftStore>();
  /** How many items one chunk of a snapshot holds. */
  chunkItems = 2;
  /** Sent and not yet delivered, in order. */
  wire: Envelope[] = [];
  /** How many messages of each type were delivered so far. */
  readonly delivered = new Map<string, number>();

  constructor(
    voters: readonly string[],
    inputs: { readonly [id: string]: Partial<RaftInput> | undefined } = {},
  ) {
    for (const [i, id] of voters.entries()) {
      this.nodes.set(id, new RaftChart({ id, voters, seed: i + 1, ...inputs[id] }));
      this.stores.set(id, new RaftStore());
    }
  }

  node(id: string): RaftChart {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}; there are ${[...this.nodes.keys()].join(', ')}`);
    return node;
  }

  store(id: string): RaftStore {
    const store = this.stores.get(id);
    if (store === undefined) throw new Error(`no node ${id}; there are ${[...this.nodes.keys()].join(', ')}`);
    return store;
  }

  /** The checkpoint that the node has asked for reaches its disk. */
  completeCheckpoint(id: string): readonly RaftEffect[] {
    this.store(id).complete();
    const node = this.node(id);
    return this.#send(id, [...node.completeCheckpoint(), ...node.endTurn()]);
  }

  /** Something happens at a node, whose turn it then is. */
  step(id: string, event: RaftEvent): readonly RaftEffect[] {
    const node = this.node(id);
    return this.#send(id, [...node.step(event), ...node.endTurn()]);
  }

  /** Delivers one message. */
  deliver({ to, message }: Envelope): readonly RaftEffect[] {
    const node = this.node(to);
    this.delivered.set(message.type, (this.delivered.get(message.type) ?? 0) + 1);
    return this.#send(to, [...node.hear(message), ...node.endTurn()]);
  }

  /** Delivers what is on the wire, and what that leads to; loses what `isCut`. */
  settle(isCut: Cut = () => false): void {
    for (let left = 10_000; this.wire.length > 0; left -= 1) {
      if (left === 0) throw new Error('the network does not come to rest');
      const next = this.wire.shift() as Envelope;
      if (!isCut(next.message.from, next.to)) this.deliver(next);
    }
  }

  /** `id` loses patience, and so have those that would help it; everything is delivered. */
  elect(id: string, isCut?: Cut): void {
    for (const node of this.nodes.values()) {
      if (node.state === 'follower.following') this.step(node.id, { type: 'election.timeout' });
    }
    this.step(id, { type: 'election.timeout' });
    this.settle(isCut);
  }

  /** The leader makes itself heard; everything is delivered. */
  heartbeat(id: string, isCut?: Cut): void {
    this.step(id, { type: 'heartbeat.timeout' });
    this.settle(isCut);
  }

  /** The node loses its memory, and comes back with its disk. */
  restart(id: string): void {
    this.nodes.set(id, this.node(id).restarted());
    this.stores.set(id, this.store(id).restarted());
  }

  #send(from: string, effects: readonly RaftEffect[]): readonly RaftEffect[] {
    for (const effect of effects) {
      this.store(from).take(effect);
      if (effect.type === 'send') {
        this.wire.push({ to: effect.to, message: { ...effect.message, from } as RaftMessage });
      } else if (effect.type === 'snapshot.send') this.#sendChunk(from, effect);
    }
    return effects;
  }

  #sendChunk(from: string, effect: Extract<RaftEffect, { type: 'snapshot.send' }>): void {
    const { type: _, to, after, checkpoint, ...rest } = effect;
    const chunk = this.store(from).chunk(to, checkpoint, after, this.chunkItems);
    if (chunk === null) return void this.step(from, { type: 'snapshot.unavailable', to });
    this.wire.push({ to, message: { type: 'snapshot.request', from, ...rest, checkpoint, after, ...chunk } });
  }
}

/** Messages pass only between the nodes of one group. */
export function partition(...groups: readonly (readonly string[])[]): Cut {
  return (from, to) => !groups.some((group) => group.includes(from) && group.includes(to));
}
