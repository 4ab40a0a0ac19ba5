import { fileForEach } from './format.ts';

/** The chart's config as it is written: XState's visualizer and `createMachine` take it as it is. */
export const json = fileForEach(
  'json',
  "the chart's definition, as XState's tools read it",
  '.json',
  ({ definition }) => `${JSON.stringify(definition, null, 2)}\n`,
);
