import { holds, type Results } from './lab.ts';
import type { Story } from './story.ts';

/** The results as plain data: what `--json` prints, and what the report carries. The same options give the same bytes. */
export function dataOf({ options, found }: Results) {
  const { strategies, skewMs, nodes, seed } = options;
  return {
    format: 'actorum-lab',
    version: 1,
    options: { strategies: strategies.map(({ name }) => name), skewMs, nodes, seed },
    experiments: found.map(({ experiment, finding }) => ({
      name: experiment.name,
      title: experiment.title,
      verdicts: finding.verdicts.map((verdict) => ({ ...verdict, holds: holds(verdict) })),
      stories: finding.stories.map(storyData),
      curves: finding.curves,
    })),
  };
}

function storyData({ strategy, script, events, shown, converged, judgement }: Story) {
  return { strategy, script, events, shown, converged, judgement };
}
