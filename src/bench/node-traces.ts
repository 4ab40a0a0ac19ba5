import type { TraceRecord, TraceSink } from '../trace/format.ts';
import { parseHeader, parseRecord } from '../trace/reader.ts';

/**
 * What nodes write about themselves, in the bench's time. Each node counts milliseconds since its own start, and its
 * header says when that was; processes of one machine agree about that to a fraction of a millisecond.
 */
export class NodeTraces {
  readonly #sink: TraceSink;
  readonly #startedAtMs: number;
  /** For each node, its start in the bench's time; null when its header could not be read. */
  readonly #offsetMs = new Map<string, number | null>();
  #latestMs = 0;

  /** @param startedAtMs when the bench's run began, in milliseconds since 1970 */
  constructor(sink: TraceSink, startedAtMs: number) {
    this.#sink = sink;
    this.#startedAtMs = startedAtMs;
  }

  /** A line of a node's trace: first its header, then records. What is damaged is passed over, and counted as dropped. */
  take(node: string, line: string): void {
    const offsetMs = this.#offsetMs.get(node);
    if (offsetMs === undefined) {
      this.#offsetMs.set(node, this.#offsetOf(line));
      return;
    }
    if (offsetMs === null) return;
    const record = parseRecord(line);
    if ('problem' in record) {
      this.#sink({ kind: 'dropped', t: this.#latestMs, count: 1, node });
      return;
    }
    const moved = shifted(record, offsetMs, node);
    this.#latestMs = moved.t;
    this.#sink(moved);
  }

  /** The next line of this node is the header of another process. */
  forget(node: string): void {
    this.#offsetMs.delete(node);
  }

  #offsetOf(line: string): number | null {
    const header = parseHeader(line);
    if ('problem' in header || header.startedAtMs === undefined) return null;
    return header.startedAtMs - this.#startedAtMs;
  }
}

function shifted(record: TraceRecord, byMs: number, node: string): TraceRecord {
  const t = Math.round((record.t + byMs) * 1000) / 1000;
  return record.kind === 'dropped' ? { ...record, t, node } : { ...record, t };
}
