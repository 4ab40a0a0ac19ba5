import {
  type HistoryEvent,
  type Json,
  KEY_DOES_NOT_EXIST,
  type Operation,
  operations,
  PRECONDITION_FAILED,
} from '../verify/index.ts';
import { type Availability, availabilityOf } from './availability.ts';
import { type Faults, faultsOf, shortened } from './faults.ts';
import { type Lanes, lanesOf } from './lanes.ts';
import type { RunSource } from './source.ts';
import { type Level, levelsOf } from './windows.ts';

/**
 * ok: it happened. refused: the register itself said no, a cas on another value or on a missing key. fail: it did not
 * happen and never will. info: nobody knows.
 */
export type Outcome = 'ok' | 'refused' | 'fail' | 'info';

/** An operation as the report shows it. */
export type RunOperation = {
  readonly process: number;
  readonly f: string;
  readonly key: string;
  /** What was written, asked for or read, in a few letters. */
  readonly value: string;
  /** The node that was asked; empty when the history does not say. */
  readonly node: string;
  readonly outcome: Outcome;
  readonly beganMs: number;
  /** The end of the run for an operation that never ended. */
  readonly endedMs: number;
  /** Why it failed or remains unknown; empty otherwise. */
  readonly error: string;
};

/** A run as the report shows it: what of it can be computed is computed, and nothing is drawn yet. */
export type RunRecord = Faults & {
  readonly source: RunSource;
  /** Those of the cluster as it began, and then those who led or were asked besides. */
  readonly nodes: readonly string[];
  readonly endMs: number;
  /** In the order in which they began. */
  readonly operations: readonly RunOperation[];
  readonly lanes: Lanes;
  readonly levels: readonly Level[];
  readonly availability: Availability;
};

const MOST_NODES = 32;
const MOST_LETTERS = 24;
const MOST_ERROR_LETTERS = 160;

/** @throws HistoryError when the events of the source are no history */
export function recordOf(source: RunSource): RunRecord {
  const { history, load, leaderships } = source;
  const endMs = Math.max(1, history.at(-1)?.timeMs ?? 0, load?.toMs ?? 0, leaderships.at(-1)?.timeMs ?? 0);
  const paired = operations(history);
  const all = paired.map((operation) => runOperation(operation, endMs));
  const nodes = nodesOf(source, all);
  return {
    source,
    nodes,
    endMs,
    operations: all,
    lanes: lanesOf(paired, endMs),
    // What is read at the end, all at once, is no load.
    levels: levelsOf(
      all.filter(({ f }) => f !== 'final_read'),
      endMs,
    ),
    availability: availabilityOf(all, nodes, endMs, load ?? { fromMs: 0, toMs: endMs }),
    ...faultsOf(history, nodes, endMs, source.faultTexts),
  };
}

/** Members may come while a run lasts. A history that asks ever new names is no reason to draw them all. */
function nodesOf({ nodes, leaderships }: RunSource, all: readonly RunOperation[]): string[] {
  const named = new Set([...leaderships, ...all].map(({ node }) => node));
  const others = [...named].filter((node) => node !== '' && !nodes.includes(node));
  others.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return [...nodes, ...others].slice(0, Math.max(nodes.length, MOST_NODES));
}

function runOperation(operation: Operation, endMs: number): RunOperation {
  const { process, f, key, invocation, completion } = operation;
  const error = completion?.error ?? (completion === undefined ? 'the run ended first' : '');
  return {
    process,
    f,
    key: shortened(text(key), MOST_LETTERS),
    value: shortened(valueText(operation), MOST_LETTERS),
    node: invocation.node ?? '',
    outcome: outcomeOf(operation.outcome, completion),
    beganMs: invocation.timeMs,
    endedMs: completion?.timeMs ?? endMs,
    error: shortened(error, MOST_ERROR_LETTERS),
  };
}

/** What the report calls the outcome of an operation. */
export function outcomeOf(outcome: Operation['outcome'], completion: HistoryEvent | undefined): Outcome {
  const { error } = completion ?? {};
  const refused = outcome === 'fail' && (error === KEY_DOES_NOT_EXIST || error === PRECONDITION_FAILED);
  return refused ? 'refused' : outcome;
}

/** What an operation wrote, asked for or saw: `5`, `1 → 2`; empty for a read that saw nothing. */
export function valueText({ f, outcome, invocation, completion }: Operation): string {
  const reads = f === 'read' || f === 'ryw_read' || f === 'final_read';
  if (reads) {
    if (outcome !== 'ok') return '';
    const seen = completion?.value;
    return seen === undefined || seen === null ? 'nothing' : text(seen);
  }
  const { value } = invocation.value === undefined ? (completion ?? invocation) : invocation;
  if (value === undefined) return '';
  if (f === 'cas' && Array.isArray(value)) return value.map(text).join(' → ');
  return text(value);
}

function text(value: Json): string {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value);
}
