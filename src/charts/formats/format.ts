import type { ChartModel } from '../model.ts';

/** One file of a format's output. */
export type OutputFile = {
  /** Its name within the folder that is written to. */
  readonly name: string;
  /** Ends with a line feed. The same charts give the same text, to the byte. */
  readonly text: string;
};

/** A way of showing charts. A new one is a file beside this one, and a line in `index.ts`. */
export type Format = {
  /** What `--format` calls it. */
  readonly name: string;
  /** In a few words, for the help. */
  readonly purpose: string;
  files(charts: readonly ChartModel[]): readonly OutputFile[];
};
