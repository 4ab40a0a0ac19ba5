import type { Strategy } from './strategy.ts';
import { keepStrongest } from './strongest.ts';

/** A Lamport timestamp, with the node's name to break ties (Lamport 1978, section 3). */
type LamportStamp = { readonly counter: number; readonly node: string };

export const lamport: Strategy = {
  name: 'lamport',
  title: 'Lamport clock',
  idea: 'A counter that moves past every counter it meets; among equals the name of the node decides.',
  keepsSiblings: false,
  countsLives: false,
  joinContexts: (a, b) => later(a as LamportStamp | null, b as LamportStamp | null),
  createReplica({ node }) {
    let clock = 0;
    return keepStrongest<LamportStamp>({
      compare: (a, b) => a.counter - b.counter || (a.node < b.node ? -1 : a.node > b.node ? 1 : 0),
      stamp({ context }) {
        clock = tick(observe(clock, (context as LamportStamp | null)?.counter ?? 0));
        return { stamp: { counter: clock, node }, waitMs: 0 };
      },
      observe(stamp) {
        clock = observe(clock, stamp.counter);
        return null;
      },
      print: ({ counter, node: name }) => `${counter}@${name}`,
      timestampMs: () => null,
    });
  },
};
