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
  files(charts: readonly ChartModel[]): Promise<readonly OutputFile[]>;
};

/** A format that makes one file of each chart. */
export function fileForEach(
  name: string,
  purpose: string,
  ending: string,
  textOf: (chart: ChartModel) => string | Promise<string>,
): Format {
  return {
    name,
    purpose,
    files: async (charts) => {
      const files: OutputFile[] = [];
      for (const chart of charts) files.push({ name: `${chart.name}${ending}`, text: await textOf(chart) });
      return files;
    },
  };
}
