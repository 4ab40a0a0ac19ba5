import { type Percentiles, percentilesOf } from '../kit/percentiles.ts';
import type { Sample } from './recorder.ts';

/** How the reads by token were served, in numbers of reads that were. */
export type ReadsServed = {
  readonly total: number;
  /** By the follower that was asked, from what it had applied. */
  readonly byFollower: number;
  /** By the leader, since it was the node that was asked. */
  readonly byLeader: number;
  /** By the leader, since the node that was asked was behind, or the client wished so. */
  readonly redirected: number;
  /** Of those that a follower served: it had to catch up first. */
  readonly waited: number;
  /** How long these waited; null when none did. */
  readonly waitedMs: Percentiles | null;
};

/**
 * Sums up the reads by token. A reply does not say whether the node that served it leads: where it is not known who
 * did, whoever was asked counts as a follower.
 */
export function readsServedOf(samples: readonly Sample[], leadsAt: LeadsAt): ReadsServed {
  const served = samples.filter(({ service }) => service !== undefined);
  const own = served.filter(({ service }) => service?.redirected === false);
  const byFollower = own.filter((sample) => leadsAt(endOf(sample)) !== sample.service?.servedBy);
  const waitsMs = byFollower.flatMap(({ service }) => {
    const waitedMs = service?.waitedMs ?? 0;
    return waitedMs > 0 ? [waitedMs] : [];
  });
  return {
    total: served.length,
    byFollower: byFollower.length,
    byLeader: own.length - byFollower.length,
    redirected: served.length - own.length,
    waited: waitsMs.length,
    waitedMs: percentilesOf(waitsMs),
  };
}

/** Who led at a time, as far as is known. */
export type LeadsAt = (timeMs: number) => string | undefined;

function endOf({ beganMs, latencyMs }: Sample): number {
  return beganMs + latencyMs;
}
