import { median } from '../../src/bench/statistics.ts';
import { cpuUs, report, taskOf } from '../child.ts';
import { type Case, casesOf } from './cases.ts';
import { firstDifference } from './sameness.ts';
import { type Stepper, stepperOf } from './steppers.ts';
import type { ChartsTask } from './task.ts';

/** The CPU time of a step, for some cases in turn with each other, in one way. */
const { cases: names, way, forMs } = taskOf<ChartsTask>();

type Subject = { readonly one: Case; readonly stepper: Stepper; readonly samplesUs: number[] };

const subjects: Subject[] = casesOf(names).map((one) => ({
  one,
  stepper: stepperOf(way, one),
  samplesUs: [],
}));
for (const { one, stepper } of subjects) {
  const moment = firstDifference(one, stepper);
  if (moment !== null) throw new Error(`${way} differs from stock XState in "${one.name}", moment ${moment}`);
}

/** How many samples of each case a median is taken of. */
const SAMPLES = 15;

forEach(forMs / SAMPLES, () => {});
for (let sample = 0; sample < SAMPLES; sample += 1) {
  forEach(forMs / SAMPLES, ({ samplesUs }, stepUs) => samplesUs.push(stepUs));
}
report(Object.fromEntries(subjects.map(({ one, samplesUs }) => [one.name, median(samplesUs)])));

/** Steps every case for so long, by CPU time, in turns, and tells what a step of it cost. */
function forEach(ms: number, tell: (subject: Subject, stepUs: number) => void): void {
  const spentUs = subjects.map(() => 0);
  let rounds = 0;
  for (const endUs = cpuUs() + ms * 1000 * subjects.length; cpuUs() < endUs; rounds += 1) {
    for (const [i, { one, stepper }] of subjects.entries()) {
      stepper.prepare();
      const startUs = cpuUs();
      for (let pass = 0; pass < stepper.passes; pass += 1) {
        for (let moment = 0; moment < one.moments.length; moment += 1) stepper.step(moment);
      }
      spentUs[i] = (spentUs[i] as number) + cpuUs() - startUs;
    }
  }
  for (const [i, subject] of subjects.entries()) {
    const steps = rounds * subject.stepper.passes * subject.one.moments.length;
    tell(subject, (spentUs[i] as number) / steps);
  }
}
