import {
  compareStamps,
  type LamportStamp,
  type LamportTime,
  receive,
  tick,
} from '../../../machines/clocks/lamport.ts';
import type { Strategy } from './strategy.ts';
import { keepStrongest } from './strongest.ts';

export const lamport: Strategy = {
  name: 'lamport',
  title: 'Lamport clock',
  idea: 'A counter that moves past every counter it meets; among equals the name of the node decides.',
  keepsSiblings: false,
  countsLives: false,
  joinContexts: (a, b) => {
    const [first, second] = [a as LamportStamp | null, b as LamportStamp | null];
    if (first === null || second === null) return first ?? second;
    return compareStamps(first, second) < 0 ? second : first;
  },
  createReplica({ node }) {
    let clock: LamportTime = 0;
    return keepStrongest<LamportStamp>({
      compare: compareStamps,
      stamp({ context }) {
        const seen = context as LamportStamp | null;
        clock = tick(Math.max(clock, seen?.time ?? 0));
        return { stamp: { time: clock, node }, waitMs: 0 };
      },
      observe(stamp) {
        clock = receive(clock, stamp.time);
        return null;
      },
      print: (stamp) => `${stamp.time}@${stamp.node}`,
      timestampMs: () => null,
    });
  },
};
