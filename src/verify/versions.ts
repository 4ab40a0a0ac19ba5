import type { Operation } from './operations.ts';
import type { Step } from './register.ts';
import { isEnabled } from './register.ts';

/**
 * What a write left. Its place in the log is known when the reply to the write showed it; the place of a write of
 * unknown outcome lies somewhere between two bounds, if it has any.
 */
export type Version = {
  /** The write; undefined for the absence of the key before any write. */
  readonly operation: Operation | undefined;
  /** The value's spelling; undefined for an absent key. */
  readonly value: string | undefined;
  /** History index of the write's invocation. */
  readonly calledAt: number;
  readonly placeKnown: boolean;
  /** The lowest and the highest log index at which it can have taken place; equal when the place is known. */
  low: number;
  high: number;
};

export const ABSENCE: Version = {
  operation: undefined,
  value: undefined,
  calledAt: Number.NEGATIVE_INFINITY,
  placeKnown: true,
  low: 0,
  high: 0,
};

export type Bounds = { readonly low: number; readonly high: number };

/** The versions that hold one value, in the order of their invocations. */
type Bucket = {
  readonly versions: Version[];
  readonly unplaced: Version[];
  /** The bounds of all versions up to each. */
  bounds: Bounds[];
};

/** The versions of one key. */
export class KeyVersions {
  /** Those whose place is known, by place. */
  readonly #placed: readonly Version[];
  readonly #byValue = new Map<string, Bucket>();

  /** @param versions in the order of their invocations */
  constructor(versions: readonly Version[]) {
    this.#placed = versions.filter(({ placeKnown }) => placeKnown).sort((a, b) => a.low - b.low);
    for (const version of versions) {
      const value = version.value as string;
      const bucket = this.#byValue.get(value) ?? { versions: [], unplaced: [], bounds: [] };
      this.#byValue.set(value, bucket);
      bucket.versions.push(version);
      if (!version.placeKnown) bucket.unplaced.push(version);
    }
  }

  /** The last version known to have taken place at or below `index`; absence when there is none. */
  lastAt(index: number): Version {
    const count = countWhile(this.#placed, ({ low }) => low <= index);
    return this.#placed[count - 1] ?? ABSENCE;
  }

  /** The versions that the step can have seen in the state after the log's first `index` entries. */
  candidates(step: Step, index: number): Version[] {
    const last = this.lastAt(index);
    const found = isEnabled(step, last.value) ? [last] : [];
    for (const version of this.#of(step)?.unplaced ?? []) {
      if (!isBefore(version, step)) break;
      // A write that surely took place before the last one was overwritten by it.
      const fits = version.low <= index && version.high > last.low;
      if (fits && version.operation !== step.operation) found.push(version);
    }
    return found;
  }

  /**
   * Where in the log all versions lie that the step can have seen, at whatever index; undefined when nothing fits.
   * To be asked when the bounds of the versions no longer change.
   */
  boundsOf(step: Step): Bounds | undefined {
    const bucket = this.#of(step);
    const count =
      bucket === undefined ? 0 : countWhile(bucket.versions, (version) => isBefore(version, step));
    const written = bucket === undefined || count === 0 ? undefined : boundsUpTo(bucket, count);
    if (!isEnabled(step, undefined)) return written;
    return { low: 0, high: written?.high ?? 0 };
  }

  /** All that the step can have seen, at whatever index, but for an absent key. */
  sourcesOf(step: Step): readonly Version[] {
    return (this.#of(step)?.versions ?? []).filter((version) => isBefore(version, step));
  }

  #of({ needed, need }: Step): Bucket | undefined {
    // A read of null has no needed value of its own: it sees an absent key, or a null that was written.
    return this.#byValue.get(isEnabled({ need, needed }, 'null') ? 'null' : needed);
  }
}

function boundsUpTo(bucket: Bucket, count: number): Bounds {
  for (let i = bucket.bounds.length; i < bucket.versions.length; i += 1) {
    const { low, high } = bucket.versions[i] as Version;
    const before = bucket.bounds[i - 1] ?? { low, high };
    bucket.bounds.push({ low: Math.min(before.low, low), high: Math.max(before.high, high) });
  }
  return bucket.bounds[count - 1] as Bounds;
}

/** Whether the write had begun when the step ended. */
function isBefore(version: Version, step: Step): boolean {
  return version.calledAt < step.returnedAt;
}

/** How many elements at the front satisfy the predicate; none after them does. */
function countWhile<T>(sorted: readonly T[], holds: (element: T) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}
