import type { Experiment, Finding, LabOptions, Verdict } from './experiments/experiment.ts';
import { EXPERIMENTS } from './experiments/index.ts';

/** What the experiments found, all with the same options. */
export type Results = {
  readonly options: LabOptions;
  readonly found: readonly Found[];
};

export type Found = { readonly experiment: Experiment; readonly finding: Finding };

/** Whether a verdict is what theory says. */
export function holds({ outcome, expected }: Verdict): boolean {
  return expected.includes(outcome);
}

/** Verdicts that are not what theory says. */
export function surprises({ found }: Results): string[] {
  return found.flatMap(({ experiment, finding }) =>
    finding.verdicts
      .filter((verdict) => !holds(verdict))
      .map(
        ({ strategy, outcome, expected, summary }) =>
          `${experiment.name}: ${strategy} is "${outcome}" (${summary}), expected ${expected.join(' or ') || 'nothing at all'}`,
      ),
  );
}

/**
 * Runs experiments in order.
 * @param names which of them; all when empty
 * @param began is told of each before it runs
 */
export function runLab(
  options: LabOptions,
  names: readonly string[] = [],
  began: (experiment: Experiment) => void = () => {},
): Results {
  const chosen = EXPERIMENTS.filter(({ name }) => names.length === 0 || names.includes(name));
  const found = chosen.map((experiment) => {
    began(experiment);
    return { experiment, finding: experiment.run(options) };
  });
  return { options, found };
}
