import type { Need, Step } from './register.ts';
import { NEED } from './register.ts';

/** The state of a register whose key does not exist. Written values are numbered from 1. */
export const ABSENT = 0;
/** The number of the value null, which a read cannot tell from an absent key. */
export const NULL = 1;

/** Reads a typed array where the index is known to be inside it. */
export function at(array: Int32Array | Float64Array | Uint8Array | readonly number[], index: number): number {
  return array[index] as number;
}

/**
 * The steps of one register laid out in typed arrays for the search: values are numbers, and the calls and
 * returns of the steps that must take place stand in one timeline, whose places are numbered from 1.
 */
export type Problem = {
  /** First those that must take effect, then those that may; both in the order of their calls. */
  readonly steps: readonly Step[];
  /** How many must take effect. */
  readonly required: number;
  /** States of the register: ABSENT, NULL, and the other values. */
  readonly stateCount: number;
  readonly need: Uint8Array;
  /** The number of the needed value, 0 when the need speaks of none. */
  readonly needed: Int32Array;
  /** The state that a step leaves; -1 when it leaves the register as it was. */
  readonly effect: Int32Array;
  /** Steps with equal numbers do the same thing. */
  readonly kind: Int32Array;
  readonly returnedAt: Float64Array;
  /** Of each step: the places of its call and return in the timeline; 0 for a step that may never happen. */
  readonly callPlace: Int32Array;
  readonly returnPlace: Int32Array;
  /** Of each place in the timeline: its step, and whether it is a return. */
  readonly placeStep: Int32Array;
  readonly placeReturns: Uint8Array;
  /** Of each place: how many required steps, and how many optional ones, were called before it. */
  readonly requiredBefore: Int32Array;
  readonly optionalBefore: Int32Array;
};

export function layOut(unordered: readonly Step[]): Problem {
  const byCall = unordered.toSorted((a, b) => a.calledAt - b.calledAt);
  const requiredSteps = byCall.filter((step) => Number.isFinite(step.returnedAt));
  const steps = [...requiredSteps, ...byCall.filter((step) => !Number.isFinite(step.returnedAt))];
  const values = new Map<string, number>([['null', NULL]]);
  const kinds = new Map<string, number>();
  const needed = steps.map((step) => (speaksOfValue(step.need) ? numberOf(values, step.needed, 1) : 0));
  const effect = steps.map((step) => (step.written === undefined ? -1 : numberOf(values, step.written, 1)));
  const kind = steps.map((step, i) => numberOf(kinds, `${step.need} ${needed[i]} ${effect[i]}`, 0));
  return {
    steps,
    required: requiredSteps.length,
    stateCount: values.size + 1,
    need: Uint8Array.from(steps, (step) => step.need),
    needed: Int32Array.from(needed),
    effect: Int32Array.from(effect),
    kind: Int32Array.from(kind),
    returnedAt: Float64Array.from(steps, (step) => step.returnedAt),
    ...timeline(steps, requiredSteps.length),
  };
}

function speaksOfValue(need: Need): boolean {
  return need === NEED.value || need === NEED.presentButNot || need === NEED.absentOr;
}

function numberOf(numbers: Map<string, number>, name: string, first: number): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  const number = numbers.size + first;
  numbers.set(name, number);
  return number;
}

function timeline(steps: readonly Step[], required: number) {
  const moments = steps.slice(0, required).flatMap((step, i) => [
    { index: step.calledAt, step: i, returns: 0 },
    { index: step.returnedAt, step: i, returns: 1 },
  ]);
  moments.sort((a, b) => a.index - b.index);
  const size = moments.length + 1;
  const callPlace = new Int32Array(steps.length);
  const returnPlace = new Int32Array(steps.length);
  const placeStep = new Int32Array(size);
  const placeReturns = new Uint8Array(size);
  const requiredBefore = new Int32Array(size);
  const optionalBefore = new Int32Array(size);
  let called = 0;
  let optional = required;
  moments.forEach(({ index, step, returns }, i) => {
    const place = i + 1;
    while (optional < steps.length && (steps[optional] as Step).calledAt < index) optional += 1;
    placeStep[place] = step;
    placeReturns[place] = returns;
    requiredBefore[place] = called;
    optionalBefore[place] = optional - required;
    (returns === 1 ? returnPlace : callPlace)[step] = place;
    if (returns === 0) called += 1;
  });
  return { callPlace, returnPlace, placeStep, placeReturns, requiredBefore, optionalBefore };
}
