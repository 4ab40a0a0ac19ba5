import { setup } from 'xstate';
import { chartActions } from '../chart.ts';
import type { Stage } from './messages.ts';

/**
 * One tombstone at one node, and how it comes to go. A tombstone holds off the writes that it deleted; once it is gone,
 * such a write would be taken for a new one wherever it turned up. So it may go only when none can turn up: when
 * every node has held exactly this tombstone, and nothing that was sent before is still taken by anybody.
 *
 * Two rounds of statements see to that, each node speaking to each directly, over links that take nothing from before
 * a statement that they have taken (src/actors/gossip/link.ts). In the first, a node says that it holds the tombstone
 * and would let it go: it is old enough, and this node's clock is past it. Who has heard that from all condemns it:
 * it holds it still, but neither compares nor sends it any more, so that those who are done with it and those who are
 * not do not send it to and fro. Who has heard from all that they have condemned it drops it.
 *
 * Statements are made by the lives of nodes, and count among the same lives only. A node that starts again, without
 * its memory, may take in what others still had on its way: then everything begins anew (`doubted`).
 */
export type TombstoneContext = {
  /** The other nodes of the cluster. */
  readonly peers: readonly string[];
  /** Peers that have said that it may go as far as they are concerned. */
  readonly ripe: readonly string[];
  /** Peers that have said that they condemned it; each of them is also among `ripe`. */
  readonly condemned: readonly string[];
};

export type TombstoneInput = { readonly peers: readonly string[] };

export type TombstoneEvent =
  /** It has been held here for as long as it must, and this node's own timestamps are past it. */
  | { readonly type: 'ripened' }
  /** A peer's statement. */
  | { readonly type: 'stated'; readonly from: string; readonly stage: Stage }
  /** A write that it deleted has turned up, or a node lives another life than when statements were made. */
  | { readonly type: 'doubted' };

export type TombstoneEffect =
  /** Make a statement to every peer, until it has taken it. */
  | { readonly type: 'state'; readonly stage: Stage }
  /** Leave it out of digests, and send it no more. */
  | { readonly type: 'set.aside' }
  /** Compare and send it again, and take back what was said. */
  | { readonly type: 'put.back' }
  | { readonly type: 'drop' };

const { update, effects, guard } = chartActions<TombstoneContext, TombstoneEvent, TombstoneEffect>();

export const tombstoneMachine = setup({
  types: {
    context: {} as TombstoneContext,
    events: {} as TombstoneEvent,
    emitted: {} as TombstoneEffect,
    input: {} as TombstoneInput,
  },
  actions: {
    noteStatement: update('stated', ({ ripe, condemned }, { from, stage }) => ({
      ripe: withName(ripe, from),
      condemned: stage === 'condemned' ? withName(condemned, from) : condemned,
    })),
    forgetStatements: update(() => ({ ripe: [], condemned: [] })),
    stateRipe: effects(() => [{ type: 'state', stage: 'ripe' }]),
    setAside: effects(() => [{ type: 'set.aside' }]),
    stateCondemned: effects(() => [{ type: 'state', stage: 'condemned' }]),
    putBack: effects(() => [{ type: 'put.back' }]),
    drop: effects(() => [{ type: 'drop' }]),
  },
  guards: {
    allAreRipe: guard(({ peers, ripe }) => holdsAll(ripe, peers)),
    allHaveCondemned: guard(({ peers, condemned }) => holdsAll(condemned, peers)),
  },
}).createMachine({
  id: 'tombstone',
  description: 'One deletion at one node, from when it is learnt until nobody can undo it and it is dropped.',
  context: ({ input }) => ({ peers: input.peers, ripe: [], condemned: [] }),
  initial: 'held',
  on: {
    stated: { actions: 'noteStatement' },
    doubted: { target: '.held', actions: ['forgetStatements', 'putBack'] },
    ripened: {},
  },
  states: {
    held: {
      description: 'Too young to go, or ahead of this clock. What peers say of it is taken down.',
      on: { ripened: { target: 'ripe' } },
    },
    ripe: {
      description:
        'May go as far as this node is concerned, and says so. Waits for all others to say the same.',
      entry: 'stateRipe',
      always: { guard: 'allAreRipe', target: 'condemned' },
    },
    condemned: {
      description:
        'All nodes hold it. It holds off what it deleted, and is neither compared nor sent any more.',
      entry: ['setAside', 'stateCondemned'],
      always: { guard: 'allHaveCondemned', target: 'dropped' },
    },
    dropped: {
      type: 'final',
      description: 'Nobody holds what it deleted, nor takes it from anybody: it is not needed any more.',
      entry: 'drop',
    },
  },
});

function withName(names: readonly string[], name: string): readonly string[] {
  return names.includes(name) ? names : [...names, name];
}

function holdsAll(names: readonly string[], all: readonly string[]): boolean {
  return all.every((name) => names.includes(name));
}
