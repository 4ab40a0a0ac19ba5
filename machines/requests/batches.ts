import type { Submission } from './events.ts';

/**
 * The requests that wait at one node, in batches: what arrives together is kept as it came, and is numbered, handed over
 * and mostly settled together. So a request that waits needs no record of its own.
 */

/** A request that waits. */
export type Waiting = Submission & {
  /** The highest index at which it was answered, below what it needs; missing before the first such answer. */
  readonly reachedIndex?: number;
};

/** Requests that arrived together. Their numbers follow each other. */
export type Batch = {
  /** The number of the first of them in this node's life, from 1. */
  readonly first: number;
  /** By number, from `first` on; null in the place of one that waits no more. */
  readonly requests: readonly (Waiting | null)[];
  /** How many of them wait. */
  readonly waiting: number;
  /**
   * When they were last handed to a leader, null before the first time. From then on they may stand in a log: no later
   * refusal could disprove that, because a network may have carried two copies.
   */
  readonly handedMs: number | null;
};

/** What waits, by ascending numbers. Somebody waits in every batch. */
export type Batches = readonly Batch[];

/** The number of the first request that waits; null when none does. */
export function firstNumber([batch]: Batches): number | null {
  return batch === undefined ? null : batch.first + batch.requests.findIndex((request) => request !== null);
}

/** How many requests wait. */
export function countOf(batches: Batches): number {
  return batches.reduce((count, { waiting }) => count + waiting, 0);
}

/** Shows every request that waits, by ascending numbers. */
export function forEachWaiting(
  batches: Batches,
  show: (request: Waiting, batch: Batch, number: number) => void,
): void {
  for (const batch of batches) {
    for (const [place, request] of batch.requests.entries()) {
      if (request !== null) show(request, batch, batch.first + place);
    }
  }
}

/** What still waits without those of whom `isOver` holds. */
export function without(batches: Batches, isOver: (request: Waiting) => boolean): Batches {
  return batches.flatMap((batch) => {
    const waits = (request: Waiting | null) => request !== null && !isOver(request);
    const waiting = batch.requests.filter(waits).length;
    if (waiting === batch.waiting) return batch;
    const requests = batch.requests.map((request) => (waits(request) ? request : null));
    return waiting === 0 ? [] : { first: batch.first, requests, waiting, handedMs: batch.handedMs };
  });
}

/** The same batch, handed to a leader at this moment. */
export function handed({ first, requests, waiting }: Batch, handedMs: number): Batch {
  return { first, requests, waiting, handedMs };
}
