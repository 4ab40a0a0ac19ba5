import type { Step } from './register.ts';
import { NEED } from './register.ts';
import { search } from './search.ts';

/** Work is counted in steps laid out and configurations explored, so that shrinking is deterministic. */
const MAX_WORK = 3_000_000;
const MAX_STATES_PER_TRY = 20_000;

/**
 * Makes an illegal set of steps as small as greed can, and still illegal. Every set on the way allows all
 * that the one before it allowed, and so the contradiction in what remains is one of the whole history:
 * - the history is cut at its earliest point where it is illegal already;
 * - a step that only observes may go;
 * - a step that writes may go when no remaining step could tell that its value was there.
 * (A write that someone reads must stay: without it the read would be wrong for a reason that is not so.)
 */
export function shrink(steps: readonly Step[]): readonly Step[] {
  const judge = new Judge();
  const core = removeGreedily(earliestIllegalPrefix(steps, judge), judge);
  const kept = new Set(core.map((step) => step.operation));
  return steps.filter((step) => kept.has(step.operation));
}

class Judge {
  #work = 0;

  isIllegal(steps: readonly Step[]): boolean {
    if (this.#work > MAX_WORK) return false;
    const { verdict, states } = search(steps, { maxStates: MAX_STATES_PER_TRY, verdictOnly: true });
    this.#work += steps.length + states;
    return verdict === 'illegal';
  }
}

/** Cuts after the earliest completion by which no linearization is left: every longer prefix is illegal too. */
function earliestIllegalPrefix(steps: readonly Step[], judge: Judge): readonly Step[] {
  const returns = steps.map((step) => step.returnedAt).filter(Number.isFinite);
  returns.sort((a, b) => a - b);
  let low = 0;
  let high = returns.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (judge.isIllegal(cutAfter(steps, returns[middle] as number))) high = middle;
    else low = middle + 1;
  }
  const prefix = cutAfter(steps, returns[high] ?? Number.POSITIVE_INFINITY);
  return high < returns.length - 1 ? prefix : steps;
}

/** What was known at a moment: what had not returned yet may have taken effect, or may not. */
function cutAfter(steps: readonly Step[], index: number): readonly Step[] {
  return steps
    .filter((step) => step.calledAt < index && (step.returnedAt <= index || step.written !== undefined))
    .map((step) => (step.returnedAt <= index ? step : { ...step, returnedAt: Number.POSITIVE_INFINITY }));
}

/** Removes ever smaller runs of steps, and begins again as long as single ones can still be removed. */
function removeGreedily(steps: readonly Step[], judge: Judge): readonly Step[] {
  let core = steps;
  for (let size = core.length >>> 1; size >= 1; ) {
    const before = core.length;
    for (let start = 0; start < core.length; ) {
      const rest = withoutRun(core, start, size);
      if (rest.length < core.length && judge.isIllegal(rest)) core = rest;
      else start += size;
    }
    if (size === 1 && core.length === before) break;
    size = size === 1 ? 1 : size >>> 1;
  }
  return core;
}

/** The steps without those of a run that may be left out. */
function withoutRun(steps: readonly Step[], start: number, size: number): readonly Step[] {
  const run = new Set(steps.slice(start, start + size));
  let rest = steps.filter((step) => !run.has(step) || step.written !== undefined);
  // Leaving out one cas may free the value that it needs of its last observer, so writers go one at a time.
  for (const step of run) {
    if (step.written === undefined) continue;
    const without = rest.filter((other) => other !== step);
    if (!without.some((other) => observes(other, step.written as string))) rest = without;
  }
  return rest;
}

function observes(step: Step, value: string): boolean {
  switch (step.need) {
    case NEED.value:
    case NEED.absentOr:
      return step.needed === value;
    case NEED.nullOrAbsent:
      return value === 'null';
    case NEED.presentButNot:
      return step.needed !== value;
    default:
      return false;
  }
}
