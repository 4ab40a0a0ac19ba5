import type { Format } from './format.ts';

/** The chart's config as it is written: XState's visualizer and `createMachine` take it as it is. */
export const json: Format = {
  name: 'json',
  purpose: "the chart's definition, as XState's tools read it",
  files: (charts) =>
    charts.map(({ name, definition }) => ({
      name: `${name}.json`,
      text: `${JSON.stringify(definition, null, 2)}\n`,
    })),
};
