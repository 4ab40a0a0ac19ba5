import type { Band, Moment } from './faults.ts';
import type { Outcome, RunOperation, RunRecord } from './record.ts';
import type { Level } from './windows.ts';
import { isServed } from './windows.ts';

/** Operations as columns, which take a fifth of the room that objects take. Times are tenths of a millisecond. */
export type OperationColumns = {
  /** What several operations have in common; `what` says which of these an operation is. */
  readonly kinds: readonly {
    readonly f: string;
    readonly outcome: Outcome;
    readonly node: string;
    readonly error: string;
  }[];
  /** Keys and values; `key` and `value` say which. */
  readonly texts: readonly string[];
  /** From the beginning of the operation before. */
  readonly began: readonly number[];
  readonly took: readonly number[];
  readonly lane: readonly number[];
  readonly process: readonly number[];
  readonly what: readonly number[];
  readonly key: readonly number[];
  readonly value: readonly number[];
};

/** What a page holds of a run, for its pictures to be drawn from. Times are milliseconds since the run began. */
export type RunData = {
  readonly endMs: number;
  readonly nodes: readonly string[];
  /** When the load began and ended; null when it never did. */
  readonly load: { readonly fromMs: number; readonly toMs: number } | null;
  readonly bands: readonly Band[];
  readonly moments: readonly Moment[];
  /** The names of the faults, in the order of their first appearance. */
  readonly faultNames: readonly string[];
  readonly levels: readonly Level[];
  readonly availability: {
    readonly widthMs: number;
    /** A letter for each window: `s`erved, in `v`ain, `i`dle. */
    readonly rows: readonly {
      readonly name: string;
      readonly states: string;
      readonly share: number | null;
    }[];
  };
  readonly leaderships: readonly { readonly timeMs: number; readonly node: string; readonly term: number }[];
  readonly messages: {
    readonly widthMs: number;
    readonly types: readonly {
      readonly name: string;
      readonly total: number;
      readonly counts: readonly number[];
    }[];
  };
  /** How many lanes the timeline has. */
  readonly lanes: number;
  readonly operations: OperationColumns;
  /** In plain words what is left out, for want of room; empty when nothing is. */
  readonly leftOut: readonly string[];
};

/** So many operations, faults and leaderships a page draws one by one. */
export const MOST_OPERATIONS = 100_000;
const MOST_FAULTS = 2000;
const MOST_LEADERSHIPS = 5000;
/** Above that the operations of one run are thinned once more. */
const MOST_BYTES = 4_000_000;
/** Types of messages that are told apart; the rest go together. */
const MOST_TYPES = 7;

/** @param share how much of the room of a page this run may take, from 0 to 1 */
export function dataOf(record: RunRecord, share = 1): RunData {
  const { source, nodes, endMs, bands, moments, levels, availability, lanes } = record;
  const leftOut: string[] = [];
  const limited = <T>(all: readonly T[], most: number, what: string): readonly T[] => {
    if (all.length > most)
      leftOut.push(`Only the first ${count(most)} of ${count(all.length)} ${what} are shown.`);
    return all.slice(0, most);
  };
  const kept = keptOperations(record, share);
  if (kept.note !== null) leftOut.push(kept.note);
  return {
    endMs: tenth(endMs),
    nodes,
    load: source.load,
    bands: limited(bands, MOST_FAULTS, 'faults'),
    moments: limited(moments, MOST_FAULTS, 'other doings of the nemesis'),
    faultNames: [...new Set([...bands, ...moments].map(({ name }) => name))],
    levels,
    availability: {
      widthMs: availability.widthMs,
      rows: availability.rows.map(({ name, states, share: served }) => ({
        name,
        states: states.map(([letter]) => letter).join(''),
        share: served,
      })),
    },
    leaderships: limited(source.leaderships, MOST_LEADERSHIPS, 'leaderships'),
    messages: messagesOf(record),
    lanes: lanes.processes.length,
    operations: kept.columns,
    leftOut,
  };
}

function messagesOf({ source }: RunRecord): RunData['messages'] {
  const { widthMs, counts } = source.messages;
  const types = [...counts]
    .map(([name, some]) => ({ name, total: some.reduce((sum, one) => sum + one, 0), counts: some }))
    .sort((a, b) => b.total - a.total);
  const rest = types.slice(MOST_TYPES);
  if (rest.length < 2) return { widthMs, types };
  const size = Math.max(...rest.map((type) => type.counts.length));
  const other = {
    name: `${rest.length} others`,
    total: rest.reduce((sum, { total }) => sum + total, 0),
    counts: Array.from({ length: size }, (_, i) =>
      rest.reduce((sum, type) => sum + (type.counts[i] ?? 0), 0),
    ),
  };
  return { widthMs, types: [...types.slice(0, MOST_TYPES), other] };
}

type Kept = { readonly columns: OperationColumns; readonly note: string | null };

/** All operations where there is room; otherwise rather those that came to nothing, and those served evenly thinned. */
function keptOperations({ operations, lanes }: RunRecord, share: number): Kept {
  for (let most = Math.floor(MOST_OPERATIONS * share); ; most = Math.floor(most / 2)) {
    const unserved = evenly(
      operations.filter(({ outcome }) => !isServed(outcome)),
      Math.floor(most / 2),
    );
    const all = operations.length <= most;
    const served = operations.filter(({ outcome }) => isServed(outcome));
    const chosen = new Set([...unserved, ...evenly(served, most - unserved.length)]);
    const kept = all ? operations : operations.filter((operation) => chosen.has(operation));
    const columns = columnsOf(kept, lanes.laneOf);
    if (most > 100 && JSON.stringify(columns).length > MOST_BYTES * share) continue;
    if (all) return { columns, note: null };
    const failed = operations.length - served.length;
    const which =
      unserved.length === failed
        ? 'all that failed or remain unknown, and of the others evenly many'
        : 'evenly many of those that failed or remain unknown, and of the others';
    return {
      columns,
      note: `The timeline shows ${count(kept.length)} of ${count(operations.length)} operations: ${which}. Every other picture and every number counts all of them.`,
    };
  }
}

function evenly<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return all.filter(
    (_, i) => Math.floor(((i + 1) * most) / all.length) > Math.floor((i * most) / all.length),
  );
}

function columnsOf(
  operations: readonly RunOperation[],
  laneOf: ReadonlyMap<number, number>,
): OperationColumns {
  const kinds = new Map<string, number>();
  const kindList: OperationColumns['kinds'][number][] = [];
  const texts = new Map<string, number>();
  const numberOf = (text: string): number => {
    const known = texts.get(text) ?? texts.size;
    texts.set(text, known);
    return known;
  };
  const began: number[] = [];
  let lastBegan = 0;
  const rows = operations.map(({ f, outcome, node, error, key, value, beganMs, endedMs, process }) => {
    const name = JSON.stringify([f, outcome, node, error]);
    const what = kinds.get(name) ?? kinds.size;
    if (!kinds.has(name)) {
      kinds.set(name, what);
      kindList.push({ f, outcome, node, error });
    }
    const at = Math.round(beganMs * 10);
    began.push(at - lastBegan);
    lastBegan = at;
    const took = Math.max(0, Math.round(endedMs * 10) - at);
    return {
      took,
      lane: laneOf.get(process) ?? 0,
      process,
      what,
      key: numberOf(key),
      value: numberOf(value),
    };
  });
  const column = (name: keyof (typeof rows)[number]) => rows.map((row) => row[name]);
  return {
    kinds: kindList,
    texts: [...texts.keys()],
    began,
    took: column('took'),
    lane: column('lane'),
    process: column('process'),
    what: column('what'),
    key: column('key'),
    value: column('value'),
  };
}

function tenth(ms: number): number {
  return Math.ceil(ms * 10) / 10;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
