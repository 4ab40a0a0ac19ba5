import {
  compareHybrid,
  HYBRID_ZERO,
  type HybridTime,
  receive,
  tick,
} from '../../../machines/clocks/hybrid.ts';
import { EPOCH_MS } from '../script.ts';
import type { Strategy } from './strategy.ts';
import { keepStrongest } from './strongest.ts';

/** A reading, with the node's name to break ties. */
type HybridStamp = { readonly time: HybridTime; readonly node: string };

export const hybrid: Strategy = {
  name: 'hybrid',
  title: 'Hybrid logical clock',
  idea: 'The wall clock, but never behind a timestamp that was seen; one too far ahead is refused.',
  keepsSiblings: false,
  countsLives: false,
  joinContexts: (a, b) => {
    const [first, second] = [a as HybridStamp | null, b as HybridStamp | null];
    if (first === null || second === null) return first ?? second;
    return compare(first, second) < 0 ? second : first;
  },
  createReplica({ node, settings: { maxDriftMs } }) {
    let clock = HYBRID_ZERO;
    /** Moves past a reading. @returns why it is refused, or null */
    const observe = (time: HybridTime, nowMs: number): string | null => {
      const receipt = receive(clock, time, nowMs, maxDriftMs);
      if (receipt.accepted) clock = receipt.time;
      return receipt.accepted
        ? null
        : `its timestamp is ${Math.round(receipt.aheadMs)} ms ahead of the node's clock, and ${maxDriftMs} ms are allowed`;
    };
    return keepStrongest<HybridStamp>({
      compare,
      stamp({ context, aheadMs }, clockMs) {
        const seen = context as HybridStamp | null;
        const outside: HybridTime = { physicalMs: clockMs + aheadMs, logical: 0 };
        const refused =
          (seen === null ? null : observe(seen.time, clockMs)) ??
          (aheadMs === 0 ? null : observe(outside, clockMs));
        if (refused !== null) return { reason: refused };
        clock = tick(clock, clockMs);
        return { stamp: { time: clock, node }, waitMs: 0 };
      },
      observe: ({ time }, clockMs) => observe(time, clockMs),
      print: ({ time: { physicalMs, logical } }) => `(${Math.round(physicalMs - EPOCH_MS)} ms, ${logical})`,
      timestampMs: ({ time: { physicalMs, logical } }) => physicalMs + logical / 1e6,
    });
  },
};

function compare(a: HybridStamp, b: HybridStamp): number {
  return compareHybrid(a.time, b.time) || (a.node < b.node ? -1 : a.node > b.node ? 1 : 0);
}
