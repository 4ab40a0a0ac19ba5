import { describe } from './explanation.ts';
import type { HistoryEvent } from './history.ts';
import { show } from './json.ts';
import type { Operation } from './operations.ts';
import { operations } from './operations.ts';
import type { Verdict } from './search.ts';
import { claimOf, highestShownBefore, Sights } from './sights.ts';
import type { Version } from './versions.ts';

export type IndexViolation = {
  /** The operations that contradict each other; the first few. */
  readonly operations: readonly Operation[];
  /** All of it for a human to read; several lines. */
  readonly text: string;
};

export type IndicesResult = {
  /** illegal when one index is wrong; unknown when no reply showed an index; else ok. */
  readonly verdict: Verdict;
  /** One line. */
  readonly reason: string;
  /** Operations whose reply showed an index. */
  readonly checked: number;
  readonly violationCount: number;
  /** The first few, while the count counts all. */
  readonly violations: readonly IndexViolation[];
};

/**
 * Judges whether the log indices that replies showed can be places in one log that holds every write once, in an
 * order that respects real time. A token is worth no more than the index it was taken from: a read that
 * understates its index lets the next read fall behind it.
 *
 * - Two acknowledged writes never share an index.
 * - A write has a higher index than anything that was shown to anyone before it was invoked, and a linearizable
 *   read (`read`) looks at nothing lower.
 * - A `ryw_read` looks at nothing lower than the token that it was sent.
 * - The value that was read is the one that the key had at the index that the reply claims, as far as the places
 *   of its writes are known.
 *   A write of unknown outcome has one place like any other, between bounds that are learned from who saw it.
 *
 * @param options how many violations are explained; 100 by default
 * @throws HistoryError when the events are no history of registers
 */
export function checkIndices(
  events: readonly HistoryEvent[],
  options: { readonly maxViolations?: number } = {},
): IndicesResult {
  const all = operations(events);
  const sights = new Sights(all);
  const found = [
    ...sharedPlaces(all, sights),
    ...outOfTime(all),
    ...belowToken(all),
    ...wrongValues(all, sights),
  ];
  const checked = all.filter((operation) => shownBy(operation) !== undefined).length;
  return {
    ...overall(found, checked),
    checked,
    violationCount: found.length,
    violations: found.slice(0, options.maxViolations ?? 100),
  };
}

function sharedPlaces(all: readonly Operation[], sights: Sights): IndexViolation[] {
  const holders = new Map<number, Operation>();
  const found: IndexViolation[] = [];
  for (const operation of all) {
    const version = sights.versionOf(operation);
    if (version?.placeKnown !== true) continue;
    const holder = holders.get(version.low);
    if (holder === undefined) holders.set(version.low, operation);
    else found.push(violation('Two writes were acknowledged at one index', [holder, operation]));
    if (version.low === 0) found.push(violation('The log begins at index 1, yet a write was', [operation]));
  }
  return found;
}

function outOfTime(all: readonly Operation[]): IndexViolation[] {
  const before = highestShownBefore(all);
  return all.flatMap((operation) => {
    const earlier = before.get(operation);
    const index = shownBy(operation);
    const bound = earlier === undefined ? undefined : shownBy(earlier);
    if (earlier === undefined || index === undefined || bound === undefined) return [];
    if (operation.f === 'read') {
      const problem = `A linearizable read looked at index ${index}, though ${bound} was shown before it began`;
      return index < bound ? [violation(problem, [earlier, operation])] : [];
    }
    if (operation.f === 'ryw_read' || index > bound) return [];
    const problem = `A write took place at index ${index}, though ${bound} was shown before it began`;
    return [violation(problem, [earlier, operation])];
  });
}

function belowToken(all: readonly Operation[]): IndexViolation[] {
  return all.flatMap((operation) => {
    const { token } = operation.invocation;
    const index = shownBy(operation);
    if (operation.f !== 'ryw_read' || token === undefined || index === undefined || index >= token) return [];
    return [violation(`A read that was sent the token ${token} looked at index ${index}`, [operation])];
  });
}

function wrongValues(all: readonly Operation[], sights: Sights): IndexViolation[] {
  return all.flatMap((operation) => {
    if (!sights.isObservation(operation)) return [];
    const sight = sights.of(operation);
    if (sight === undefined) {
      return [violation('No write that had begun by then can have left what this saw', [operation])];
    }
    if (sight.agrees) return [];
    const claim = claimOf(operation) as number;
    const last = sights.lastAt(operation, claim);
    const held = last.operation === undefined ? 'the key had not been written' : `the key held ${last.value}`;
    const overwriting = last.operation === undefined ? [] : [last.operation];
    const problem = `This claims to have looked at index ${claim}, where ${held}`;
    return [violation(problem, [...overwriting, operation], sights.sourcesOf(operation))];
  });
}

/** The index that the operation's reply showed. */
function shownBy(operation: Operation): number | undefined {
  return operation.outcome === 'ok' ? operation.completion?.shownIndex : undefined;
}

const SHOWN_SOURCES = 3;

/** @param sources the writes of the value that was seen */
function violation(
  problem: string,
  involved: readonly Operation[],
  sources: readonly Version[] = [],
): IndexViolation {
  const lines = involved.map((operation) => `  key ${show(operation.key)}: ${describe(operation)}`);
  const places = sources.slice(0, SHOWN_SOURCES).map(({ operation, low, high }) => {
    const place = Number.isFinite(high)
      ? `index ${low}${low === high ? '' : ` to ${high}`}`
      : `index ${low} or after`;
    return `  what it saw was written at ${place}: ${operation && describe(operation)}`;
  });
  return { operations: involved, text: [`${problem}:`, ...lines, ...places].join('\n') };
}

function overall(found: readonly IndexViolation[], checked: number): { verdict: Verdict; reason: string } {
  const [first] = found;
  if (first !== undefined) {
    const more = found.length === 1 ? '' : `, and ${found.length - 1} more`;
    return { verdict: 'illegal', reason: `${first.text.split('\n')[0]?.replace(/:$/, '')}${more}` };
  }
  if (checked === 0) return { verdict: 'unknown', reason: 'nothing was checked: no reply showed an index' };
  return { verdict: 'ok', reason: `the indices of ${checked} replies are places in one log` };
}
