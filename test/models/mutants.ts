import { MUTANT_KINDS } from '../../src/testing/index.ts';
import type { ChartTests, Verdict } from './subject.ts';

/** A verdict on a mutant, held against what is known of it. */
export type Judged = Verdict & {
  /** Why the mutant need not be noticed, for those that do what the chart does, or something as good. */
  readonly reason: string | null;
  /** What is wrong: it was not noticed, or it was although it is said to do what the chart does. Null for neither. */
  readonly fault: 'NOT NOTICED' | 'NOTICED AFTER ALL' | null;
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
      const reason = model.spared[mutant.name] ?? null;
      const isNoticed = verdict.objection !== null;
      const fault = isNoticed === (reason === null) ? null : isNoticed ? 'NOTICED AFTER ALL' : 'NOT NOTICED';
      return { ...verdict, reason, fault };
    });
  });
}

/** Reasons for mutants that do not exist: the chart has changed since they were written. */
export function idleReasons(models: readonly ChartTests[]): string[] {
  return models.flatMap((model) => {
    const names = new Set(model.mutants().map(({ name }) => name));
    return Object.keys(model.spared)
      .filter((name) => !names.has(name))
      .map((name) => `${model.chart}: there is no mutant "${name}"`);
  });
}

/** One line a chart, with how many of each kind are noticed; and under them every mutant that is not, with its reason. */
export function mutantsTable(judged: readonly Judged[]): string {
  const charts = [...new Set(judged.map(({ chart }) => chart))];
  const lines = charts.map((chart) => {
    const own = judged.filter((one) => one.chart === chart);
    const kinds = MUTANT_KINDS.map((kind) => noticed(own.filter((one) => one.kind === kind)));
    const spared = own.filter(({ objection, reason }) => objection === null && reason !== null).length;
    const missed = own.filter(({ fault }) => fault !== null).length;
    return `| ${[chart, ...kinds, noticed(own), spared, missed].join(' | ')} |`;
  });
  const rest = judged
    .filter(({ objection, fault }) => objection === null || fault !== null)
    .map(({ chart, mutant, reason, fault }) => {
      const why = reason === null ? '' : ` (${reason})`;
      return `  ${fault ?? 'spared'}  ${chart}: ${mutant}${why}`;
    });
  return [
    `| noticed | ${MUTANT_KINDS.join(' | ')} | all | spared | at fault |`,
    `|---|${'---:|'.repeat(MUTANT_KINDS.length + 3)}`,
    ...lines,
    ...rest,
  ].join('\n');
}

function noticed(judged: readonly Judged[]): string {
  return `${judged.filter(({ objection }) => objection !== null).length} of ${judged.length}`;
}
