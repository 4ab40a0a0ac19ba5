import type { RunData } from '../data.ts';
import type { Outcome } from '../record.ts';

/** An operation, read out of the columns. Times are milliseconds since the run began. */
export type Row = {
  readonly process: number;
  readonly f: string;
  readonly outcome: Outcome;
  readonly node: string;
  readonly error: string;
  readonly key: string;
  readonly value: string;
  readonly fromMs: number;
  readonly toMs: number;
};

/** The operations of a page's run, to be looked up by lane and time. They are in the order in which they began. */
export class OperationTable {
  readonly size: number;
  readonly fromMs: Float64Array;
  readonly toMs: Float64Array;
  readonly lane: Uint16Array;
  readonly outcome: readonly Outcome[];
  readonly #columns: RunData['operations'];
  readonly #lanes: readonly number[][];

  constructor({ operations, lanes }: Pick<RunData, 'operations' | 'lanes'>) {
    const { began, took, lane, what, kinds } = operations;
    this.#columns = operations;
    this.size = began.length;
    this.fromMs = new Float64Array(this.size);
    this.toMs = new Float64Array(this.size);
    this.lane = Uint16Array.from(lane);
    this.outcome = what.map((one) => kinds[one]?.outcome ?? 'info');
    this.#lanes = Array.from({ length: lanes }, () => []);
    let at = 0;
    for (let i = 0; i < this.size; i += 1) {
      at += began[i] as number;
      this.fromMs[i] = at / 10;
      this.toMs[i] = (at + (took[i] as number)) / 10;
      this.#lanes[lane[i] as number]?.push(i);
    }
  }

  row(i: number): Row {
    const { kinds, texts, what, key, value, process } = this.#columns;
    const kind = kinds[what[i] as number];
    if (kind === undefined) throw new RangeError(`there is no operation ${i} of ${this.size}`);
    return {
      ...kind,
      process: process[i] as number,
      key: texts[key[i] as number] ?? '',
      value: texts[value[i] as number] ?? '',
      fromMs: this.fromMs[i] as number,
      toMs: this.toMs[i] as number,
    };
  }

  /** The operation of a lane that is nearest to a time, if one is within `reachMs` of it. */
  nearest(lane: number, timeMs: number, reachMs: number): number | null {
    let best: number | null = null;
    let bestMs = reachMs;
    for (const i of this.#lanes[lane] ?? []) {
      const distanceMs = Math.max((this.fromMs[i] as number) - timeMs, timeMs - (this.toMs[i] as number), 0);
      if (distanceMs > bestMs) continue;
      best = i;
      bestMs = distanceMs;
    }
    return best;
  }

  /** The next operation after `i` (or, with -1, before it) that was not served; null when there is none. */
  nextUnserved(i: number, direction: 1 | -1): number | null {
    for (let next = i + direction; next >= 0 && next < this.size; next += direction) {
      if (this.outcome[next] === 'fail' || this.outcome[next] === 'info') return next;
    }
    return null;
  }
}

/** What an operation was, in a few letters: `write 5`, `cas 1 → 2`, `read → 3`. */
export function deed({ f, value, outcome }: Pick<Row, 'f' | 'value' | 'outcome'>): string {
  const name = f.replaceAll('_', ' ');
  if (value === '') return name;
  return isRead(f) && outcome === 'ok' ? `${name} → ${value}` : `${name} ${value}`;
}

function isRead(f: string): boolean {
  return f === 'read' || f === 'ryw_read' || f === 'final_read';
}
