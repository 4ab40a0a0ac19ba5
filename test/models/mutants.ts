import type { ChartTests, Verdict } from './subject.ts';

/** A verdict on a mutant, held against what is known of it. */
export type Judged = Verdict & {
  /** Why the mutant does what the chart does, for those that are known to. */
  readonly reason: string | null;
  /** What is wrong: it was not noticed, or it was although it is said to be no fault. Null for neither. */
  readonly fault: 'NOT NOTICED' | 'NOT EQUIVALENT' | null;
};

/**
 * Lets the tests of each chart judge its mutants: every path and walk, each step held against the chart's reference.
 *
 * @param every takes only one mutant of so many, for a sample
 * @param before is called before each mutant, for whoever wants to tell how far it has come
 */
export function verdicts(
  models: readonly ChartTests[],
  {
    every = 1,
    before = () => {},
  }: { every?: number; before?: (chart: string, i: number, of: number) => void } = {},
): Judged[] {
  return models.flatMap((model) => {
    const mutants = model.mutants().filter((_, i) => i % every === 0);
    return mutants.map((mutant, i) => {
      before(model.chart, i, mutants.length);
      const verdict = mutant.judge();
      const reason = model.equivalent[mutant.name] ?? null;
      const isNoticed = verdict.objection !== null;
      const fault = isNoticed === (reason === null) ? null : isNoticed ? 'NOT EQUIVALENT' : 'NOT NOTICED';
      return { ...verdict, reason, fault };
    });
  });
}

/** Reasons for mutants that do not exist: the chart has changed since they were written. */
export function idleReasons(models: readonly ChartTests[]): string[] {
  return models.flatMap((model) => {
    const names = new Set(model.mutants().map(({ name }) => name));
    return Object.keys(model.equivalent)
      .filter((name) => !names.has(name))
      .map((name) => `${model.chart}: there is no mutant "${name}"`);
  });
}

/** One line a chart, and under them every mutant that was not noticed, with its reason. */
export function mutantsTable(judged: readonly Judged[]): string {
  const charts = [...new Set(judged.map(({ chart }) => chart))];
  const lines = charts.map((chart) => {
    const own = judged.filter((one) => one.chart === chart);
    const noticed = own.filter(({ objection }) => objection !== null).length;
    const equivalent = own.filter(({ objection, reason }) => objection === null && reason !== null).length;
    return `| ${chart} | ${own.length} | ${noticed} | ${equivalent} | ${own.length - noticed - equivalent} |`;
  });
  const rest = judged
    .filter(({ objection, fault }) => objection === null || fault !== null)
    .map(
      ({ chart, mutant, reason, fault }) =>
        `  ${fault ?? 'equivalent'}  ${chart}: ${mutant}${reason === null ? '' : ` (${reason})`}`,
    );
  return [
    '| chart | mutants | noticed | equivalent | not noticed |',
    '|---|---:|---:|---:|---:|',
    ...lines,
    ...rest,
  ].join('\n');
}
