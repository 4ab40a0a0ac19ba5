import { commitTimestamp, interval, commitWait as waitFor } from '../../../machines/clocks/true-time.ts';
import { EPOCH_MS } from '../script.ts';
import type { Strategy } from './strategy.ts';
import { keepStrongest } from './strongest.ts';

/**
 * Commit-wait (Corbett et al., "Spanner: Google's Globally-Distributed Database", 2012, section 4.1.2): nobody sees a
 * write before its timestamp is surely past, by any clock that is within its uncertainty.
 */

/** A commit timestamp, with the node's name to break ties. */
type CommitStamp = { readonly ms: number; readonly node: string };

export const commitWait: Strategy = {
  name: 'commit-wait',
  title: 'Uncertain clock, commit-wait',
  idea: 'The latest time that it can be, acknowledged when that is surely past.',
  keepsSiblings: false,
  countsLives: false,
  joinContexts: () => null,
  createReplica({ node, settings: { uncertaintyMs } }) {
    let last: number | null = null;
    return keepStrongest<CommitStamp>({
      compare: (a, b) => a.ms - b.ms || (a.node < b.node ? -1 : a.node > b.node ? 1 : 0),
      stamp({ aheadMs }, clockMs) {
        if (aheadMs !== 0) return { reason: 'a timestamp is given by the node, and taken from nobody' };
        const now = interval(clockMs, uncertaintyMs);
        const ms = commitTimestamp(now, last);
        last = ms;
        return { stamp: { ms, node }, waitMs: waitFor(now, ms) };
      },
      observe: () => null,
      print: ({ ms }) => `${Math.round(ms - EPOCH_MS)} ms`,
      timestampMs: ({ ms }) => ms,
    });
  },
};
