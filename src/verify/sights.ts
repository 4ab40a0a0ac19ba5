import { spelling } from './json.ts';
import type { Operation } from './operations.ts';
import type { Step } from './register.ts';
import { NEED, stepOf } from './register.ts';
import type { Bounds, Version } from './versions.ts';
import { ABSENCE, KeyVersions } from './versions.ts';

/**
 * Which write each operation saw, as far as values and log indices tell. Nothing is ever guessed: where several
 * writes left the same value, or a write's place is not known, the bounds cover all that is possible.
 */

/** What an operation saw of its key: a version that took place between the two log indices, both included. */
export type Sight = Bounds & {
  /** The index of the state that it says it looked at; undefined when it does not say. */
  readonly claim: number | undefined;
  /** Whether the value can be the one that the key had at that index; true without a claim. */
  readonly agrees: boolean;
};

const ANYWHERE: Bounds = { low: 1, high: Number.POSITIVE_INFINITY };

export class Sights {
  readonly #keys = new Map<string, KeyVersions>();
  readonly #versions = new Map<Operation, Version>();
  readonly #observations = new Map<Operation, Step>();

  /**
   * @param all the operations of a history, in the order of their invocations
   * @throws HistoryError when one is no read, ryw_read, write or cas, or lacks its value
   */
  constructor(all: readonly Operation[]) {
    const shown = highestShownBefore(all);
    const byKey = new Map<string, Version[]>();
    for (const operation of all) {
      const step = stepOf(operation.f === 'ryw_read' ? { ...operation, f: 'read' } : operation);
      if (step === undefined) continue;
      if (step.need !== NEED.nothing && operation.outcome !== 'info') {
        this.#observations.set(operation, { ...step, operation });
      }
      const version = versionOf(step, shown.get(operation));
      if (version === undefined) continue;
      this.#versions.set(operation, version);
      const name = spelling(operation.key);
      const versions = byKey.get(name);
      if (versions === undefined) byKey.set(name, [version]);
      else versions.push(version);
    }
    for (const [name, versions] of byKey) this.#keys.set(name, new KeyVersions(versions));
    for (const step of this.#observations.values()) this.#learnFrom(step);
  }

  /** What the write left; undefined for whatever is no write, or surely did not happen. */
  versionOf(operation: Operation): Version | undefined {
    return this.#versions.get(operation);
  }

  /** Whether the operation looked at its key. */
  isObservation(operation: Operation): boolean {
    return this.#observations.has(operation);
  }

  /** The last version of the operation's key that is known to have taken place at or below `index`. */
  lastAt(operation: Operation, index: number): Version {
    return this.#keys.get(spelling(operation.key))?.lastAt(index) ?? ABSENCE;
  }

  /** The versions that hold the value that the operation saw, if they had begun when it ended. */
  sourcesOf(operation: Operation): readonly Version[] {
    const step = this.#observations.get(operation);
    return (step && this.#keys.get(spelling(operation.key))?.sourcesOf(step)) ?? [];
  }

  /** What the operation saw; undefined when it did not look, or saw what nobody can have written by then. */
  of(operation: Operation): Sight | undefined {
    const step = this.#observations.get(operation);
    if (step === undefined) return undefined;
    const claim = claimOf(operation);
    // The register held something, whatever it was.
    if (step.need === NEED.presentButNot) return { ...ANYWHERE, claim, agrees: true };
    const key = this.#keys.get(spelling(operation.key)) ?? new KeyVersions([]);
    const candidates = claim === undefined ? [] : key.candidates(step, claim);
    if (claim === undefined || candidates.length === 0) {
      const bounds = key.boundsOf(step);
      return bounds && { ...bounds, claim, agrees: claim === undefined };
    }
    const low = Math.max(key.lastAt(claim).low, Math.min(...candidates.map((version) => version.low)));
    const high = Math.min(claim, Math.max(...candidates.map((version) => version.high)));
    return { low, high, claim, agrees: true };
  }

  /** Who can have seen one write only, of unknown place, tells something about that place. */
  #learnFrom(step: Step): void {
    const claim = claimOf(step.operation);
    const key = this.#keys.get(spelling(step.operation.key));
    if (claim === undefined || key === undefined || step.need === NEED.presentButNot) return;
    const [only, ...others] = key.candidates(step, claim);
    if (only === undefined || others.length > 0 || only.placeKnown) return;
    // Only what leaves room is a candidate, so the bounds never cross.
    only.high = Math.min(only.high, claim);
    only.low = Math.max(only.low, key.lastAt(claim).low + 1);
  }
}

/** The index of the state that an operation says it looked at. A cas looks at what precedes its own place. */
export function claimOf(operation: Operation): number | undefined {
  const shown = operation.completion?.shownIndex;
  if (operation.outcome !== 'ok' || shown === undefined) return undefined;
  return operation.f === 'cas' ? shown - 1 : shown;
}

function versionOf(step: Step, shownBefore: Operation | undefined): Version | undefined {
  const { operation, calledAt, needed, need } = step;
  // A cas from a value to itself is a write all the same, of the value that was there.
  const value = step.written ?? (operation.f === 'cas' && need === NEED.value ? needed : undefined);
  if (value === undefined) return undefined;
  const index = operation.outcome === 'ok' ? operation.completion?.shownIndex : undefined;
  if (index !== undefined) return { operation, value, calledAt, placeKnown: true, low: index, high: index };
  // The log had been committed up to what anyone was shown before, so the write can only stand after that.
  const low = (shownBefore?.completion?.shownIndex ?? 0) + 1;
  return { operation, value, calledAt, placeKnown: false, low, high: ANYWHERE.high };
}

/**
 * For each operation, the one that had shown the highest log index of all by the time it was invoked.
 *
 * @param all in the order of their invocations
 */
export function highestShownBefore(all: readonly Operation[]): ReadonlyMap<Operation, Operation | undefined> {
  const before = new Map<Operation, Operation | undefined>();
  const shown = all
    .filter((operation) => operation.outcome === 'ok' && operation.completion?.shownIndex !== undefined)
    .sort((a, b) => (a.completion?.index ?? 0) - (b.completion?.index ?? 0));
  let next = 0;
  let highest: Operation | undefined;
  for (const operation of all) {
    for (; next < shown.length; next += 1) {
      const candidate = shown[next] as Operation;
      if ((candidate.completion?.index ?? 0) > operation.invocation.index) break;
      if ((candidate.completion?.shownIndex ?? 0) > (highest?.completion?.shownIndex ?? -1))
        highest = candidate;
    }
    before.set(operation, highest);
  }
  return before;
}
