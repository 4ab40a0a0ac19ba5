/** So many windows at most: when time goes on beyond them, two and two become one. */
const MOST_WINDOWS = 2048;
const FIRST_WIDTH_MS = 100;

/** How often things of each kind happened, in windows of time of one width. */
export type Tallied = {
  readonly widthMs: number;
  /** For each kind the counts from time 0 on, in the order of first appearance; what is not there is 0. */
  readonly counts: ReadonlyMap<string, readonly number[]>;
};

/**
 * Counts things by kind and by window of time, in bounded memory: windows of 100 ms, and twice as wide each time that
 * a run has outlasted 2,048 of them.
 */
export class Tally implements Tallied {
  widthMs = FIRST_WIDTH_MS;
  readonly counts = new Map<string, number[]>();

  /** @param timeMs when, milliseconds since the run began, from 0 on */
  count(kind: string, timeMs: number): void {
    while (timeMs >= this.widthMs * MOST_WINDOWS) this.#widen();
    const window = Math.floor(Math.max(0, timeMs) / this.widthMs);
    let counts = this.counts.get(kind);
    if (counts === undefined) {
      counts = [];
      this.counts.set(kind, counts);
    }
    while (counts.length <= window) counts.push(0);
    counts[window] = (counts[window] as number) + 1;
  }

  #widen(): void {
    this.widthMs *= 2;
    for (const counts of this.counts.values()) {
      const half = Math.ceil(counts.length / 2);
      for (let i = 0; i < half; i += 1) counts[i] = (counts[2 * i] as number) + (counts[2 * i + 1] ?? 0);
      counts.length = half;
    }
  }
}
