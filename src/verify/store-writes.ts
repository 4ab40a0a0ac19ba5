import type { HistoryEvent, Json } from './history.ts';
import { HistoryError } from './history.ts';
import { show, spelling } from './json.ts';
import { operations, placeOf } from './operations.ts';

/** What a history of a conflict store says of its writes: who wrote what, having seen what, and what is there at the end. */

/** A write or a delete. Its value names it: no two have the same. */
export type StoreWrite = {
  readonly id: string;
  readonly key: string;
  readonly f: 'write' | 'delete';
  /** Its answer said that it happened. */
  readonly acknowledged: boolean;
  /** It surely happened: it was acknowledged, or somebody has seen it. */
  happened: boolean;
  /** Its only holder lost its memory before anybody else could know of it. */
  readonly forgotten: boolean;
  /** The timestamp of its answer, in seconds. */
  readonly ts: number | undefined;
  /** The writes that its client had seen: these it replaces. */
  readonly saw: readonly string[];
  readonly invocation: HistoryEvent;
};

/** What one node held of a key at the end. */
export type FinalRead = { readonly node: string; readonly key: string; readonly values: ReadonlySet<string> };

/** A value that was read, and who showed it. */
export type Invented = { readonly value: string; readonly node: string };

export type StoreHistory = {
  readonly writes: ReadonlyMap<string, StoreWrite>;
  readonly finals: readonly FinalRead[];
  /** Values that were read and that nobody had written. */
  readonly invented: readonly Invented[];
};

/**
 * Reads `write`, `delete`, `read` and `final_read` out of a history, and `forget` of the nemesis.
 *
 * @throws HistoryError when the events are no history, or two writes have one value
 */
export function storeHistory(events: readonly HistoryEvent[]): StoreHistory {
  const forgotten = new Set(
    events.filter(({ process, f }) => process === 'nemesis' && f === 'forget').flatMap(valuesOf),
  );
  const writes = new Map<string, StoreWrite>();
  const finals: FinalRead[] = [];
  const reads: Read[] = [];
  for (const { f, key, outcome, invocation, completion } of operations(events)) {
    if (f === 'write' || f === 'delete') {
      if (outcome === 'fail') continue;
      const id = spelling(invocation.value ?? null);
      if (writes.has(id)) {
        throw new HistoryError(
          placeOf(invocation),
          'value',
          `is ${show(invocation.value)}, as of another write`,
        );
      }
      const acknowledged = outcome === 'ok';
      const { ts } = completion ?? {};
      const saw = (invocation.saw ?? []).map(spelling);
      const about = { id, key: spelling(key), f, acknowledged, happened: acknowledged } as const;
      writes.set(id, { ...about, forgotten: forgotten.has(id), ts, saw, invocation });
    } else if (outcome === 'ok' && completion !== undefined) {
      const node = invocation.node ?? 'some node';
      const values = valuesOf(completion);
      reads.push({ node, values });
      if (f === 'final_read') finals.push({ node, key: spelling(key), values: new Set(values) });
    }
  }
  return { writes, finals, invented: markSeen(writes, reads) };
}

type Read = { readonly node: string; readonly values: readonly string[] };

/** Whatever was read, or was the ground of a write, has happened. @returns what was read and never written */
function markSeen(writes: ReadonlyMap<string, StoreWrite>, reads: readonly Read[]): Invented[] {
  for (const { saw } of writes.values()) for (const id of saw) mark(writes.get(id));
  return reads.flatMap(({ node, values }) =>
    values.filter((id) => !mark(writes.get(id))).map((value) => ({ node, value })),
  );
}

function mark(write: StoreWrite | undefined): boolean {
  if (write !== undefined) write.happened = true;
  return write !== undefined;
}

function valuesOf({ value }: HistoryEvent): string[] {
  return Array.isArray(value) ? (value as readonly Json[]).map(spelling) : [];
}
