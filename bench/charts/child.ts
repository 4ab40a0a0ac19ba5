import { isDeepStrictEqual } from 'node:util';
import type { Log } from '../../machines/raft/log.ts';
import { median } from '../../src/bench/statistics.ts';
import { cpuUs, report, taskOf } from '../child.ts';
import { type Case, casesOf } from './cases.ts';
import { type Outcome, type Stepper, stepperOf } from './steppers.ts';
import type { ChartsTask } from './task.ts';

/** The CPU time of a step, for some cases in turn with each other, in one way. */
const { cases: names, way, forMs } = taskOf<ChartsTask>();

type Subject = { readonly one: Case; readonly stepper: Stepper; readonly samplesUs: number[] };

const subjects: Subject[] = casesOf(names).map((one) => ({
  one,
  stepper: stepperOf(way, one),
  samplesUs: [],
}));
for (const { one, stepper } of subjects) checkSame(one, stepper);

/** How many samples of each case a median is taken of. */
const SAMPLES = 15;

forEach(forMs / SAMPLES, () => {});
for (let sample = 0; sample < SAMPLES; sample += 1) {
  forEach(forMs / SAMPLES, ({ samplesUs }, stepUs) => samplesUs.push(stepUs));
}
report(Object.fromEntries(subjects.map(({ one, samplesUs }) => [one.name, median(samplesUs)])));

/** Steps every case for so long, in turns as short as its moments allow, and tells what a step of it cost. */
function forEach(ms: number, tell: (subject: Subject, stepUs: number) => void): void {
  const spentUs = subjects.map(() => 0);
  let rounds = 0;
  for (const end = performance.now() + ms * subjects.length; performance.now() < end; rounds += 1) {
    for (const [i, { one, stepper }] of subjects.entries()) {
      restore(one);
      stepper.prepare();
      const startUs = cpuUs();
      for (let moment = 0; moment < one.moments.length; moment += 1) stepper.step(moment);
      spentUs[i] = (spentUs[i] as number) + cpuUs() - startUs;
    }
  }
  for (const [i, subject] of subjects.entries()) {
    tell(subject, (spentUs[i] as number) / rounds / subject.one.moments.length);
  }
}

/**
 * A log is a window onto an array that only grows. A step that appends finds its window to end where the array ends,
 * as in a life that is lived once; so what the last turn appended is taken away.
 */
function restore({ moments }: Case): void {
  for (const { context } of moments) {
    const { log } = context as { readonly log?: Log };
    if (log !== undefined && log.entries.length > log.length) log.entries.length = log.length;
  }
}

/** A way that came to another result than stock XState would measure something else. */
function checkSame(one: Case, stepper: Stepper): void {
  const stock = stepperOf('scope', one);
  for (let i = 0; i < one.moments.length; i += 1) {
    const expected = comparable(stock.outcome(i));
    restore(one);
    const found = comparable(stepper.outcome(i));
    restore(one);
    if (isDeepStrictEqual(found, expected)) continue;
    throw new Error(`${way} differs from stock XState in "${one.name}", moment ${i}`);
  }
}

/** Of a log only what belongs to it. */
function comparable({ value, context, effects }: Outcome): unknown {
  const { log, ...rest } = context as { readonly log?: Log };
  return { value, rest, log: log?.entries.slice(0, log.length), effects };
}
