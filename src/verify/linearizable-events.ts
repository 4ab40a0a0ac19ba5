import type { HistoryEvent } from './history.ts';

/**
 * The part of a history that must be linearizable, for `checkLinearizability`: everything but the reads that
 * promise only to be as fresh as their session (`ryw_read`). Those that the leader happened to serve are left
 * out, too: whether a read had to be linearizable must not depend on what its reply says of itself.
 */
export function linearizableEvents(events: readonly HistoryEvent[]): HistoryEvent[] {
  return events.filter(({ f, process }) => process === 'nemesis' || f !== 'ryw_read');
}
