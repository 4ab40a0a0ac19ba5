import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { numberOption, parseOptionsAndNames, partOfPackage, UsageError } from '../cli/usage.ts';
import { dataOf } from './data.ts';
import type { Experiment, Finding, LabOptions } from './experiments/experiment.ts';
import { EXPERIMENTS } from './experiments/index.ts';
import { holds, type Results, runLab, surprises } from './lab.ts';
import { STRATEGIES } from './strategies/index.ts';

const NAMES = EXPERIMENTS.map(({ name }) => name);
const STRATEGY_NAMES = STRATEGIES.map(({ name }) => name);

export const LAB_HELP = `Usage: actorum lab [experiment...] [options]

The clocks lab: watch a write disappear under clock skew although everybody was told that it succeeded, and then make
it impossible. Every strategy runs the same schedules, on the store's own clocks and registers, in virtual time.

Experiments (all when none is named):
${EXPERIMENTS.map(({ name, title }) => `  ${name.padEnd(15)}${title}`).join('\n')}

Options:
  --strategy A,B,…      only these strategies (default: all)
${STRATEGIES.map(({ name, title }) => `                          ${name.padEnd(16)}${title}`).join('\n')}
  --skew-ms N           how far the fast clock is ahead, in milliseconds (default 500)
  --nodes N             nodes in the schedules, 2 to 20 (default 3)
  --seed N              chooses which clock is wrong, and the times (default 1)
  --out FILE            write the report: one HTML file that needs nothing else
  --figures DIR         write the figures and tables of docs/clocks.md
  --json                print the raw data as JSON, and nothing else
  -h, --help            this text

The same options give the same bytes. Exit code: 0 every verdict is what theory says, 1 one is not, 2 wrong usage.

Examples:
  actorum lab
  actorum lab skew-loss
  actorum lab skew-loss causal-skew --strategy wall,dotted --skew-ms 50
  actorum lab --out report.html
`;

type LabCommand = {
  readonly names: readonly string[];
  readonly options: LabOptions;
  readonly out: string | null;
  readonly figures: string | null;
  readonly json: boolean;
};

function readOptions(args: readonly string[]): LabCommand | 'help' {
  const { values, names } = parseOptionsAndNames('lab', args, {
    strategy: { type: 'string' },
    'skew-ms': { type: 'string', default: '500' },
    nodes: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
    figures: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) return 'help';
  const stranger = names.find((name) => !NAMES.includes(name));
  if (stranger !== undefined) {
    throw new UsageError(`there is no experiment "${stranger}"`, `the experiments are ${NAMES.join(', ')}`);
  }
  return {
    names,
    options: {
      strategies: strategiesNamed(values.strategy),
      skewMs: numberOption('--skew-ms', values['skew-ms'], { min: 0, max: 3_600_000, whole: true }),
      nodes: numberOption('--nodes', values.nodes, { min: 2, max: 20, whole: true }),
      seed: numberOption('--seed', values.seed, { min: 0, max: 2 ** 32 - 1, whole: true }),
    },
    out: values.out ?? null,
    figures: values.figures ?? null,
    json: values.json,
  };
}

function strategiesNamed(list: string | undefined): LabOptions['strategies'] {
  if (list === undefined) return STRATEGIES;
  const names = list.split(',');
  const stranger = names.find((name) => !STRATEGY_NAMES.includes(name));
  if (stranger !== undefined) {
    throw new UsageError(
      `--strategy names "${stranger}"`,
      `the strategies are ${STRATEGY_NAMES.join(', ')}; several are joined by commas`,
    );
  }
  return STRATEGIES.filter(({ name }) => names.includes(name));
}

/** Runs the lab. Resolves with the exit code. */
export async function labCommand(args: readonly string[]): Promise<number> {
  const command = readOptions(args);
  if (command === 'help') {
    process.stdout.write(LAB_HELP);
    return 0;
  }
  const { names, options, out, figures, json } = command;
  const results = runLab(options, names, tellWhatRuns);
  if (process.stderr.isTTY) process.stderr.write(CLEAR);
  process.stdout.write(json ? `${JSON.stringify(dataOf(results))}\n` : printed(results));
  const say = (line: string) => {
    if (!json) process.stdout.write(`${line}\n`);
  };
  if (out !== null) {
    const { page } = await report();
    write('--out', out, () => writeFileSync(out, page(results)));
    say(`report: ${out}`);
  }
  if (figures !== null) {
    const { figuresOf, tablesOf } = await report();
    const files = [...figuresOf(results), { file: 'tables.md', text: tablesOf(results) }];
    write('--figures', figures, () => {
      for (const { file, text } of files) writeFileSync(join(figures, file), text);
    });
    say(`${files.length} figures and tables: ${figures}`);
  }
  const failures = surprises(results);
  for (const failure of failures) process.stderr.write(`not as it should be: ${failure}\n`);
  return failures.length === 0 ? 0 : 1;
}

const CLEAR = '\r\x1b[K';

/** Something to watch on a terminal; in a pipe it would only be in the way. */
function tellWhatRuns({ name }: Experiment): void {
  if (process.stderr.isTTY) process.stderr.write(`${CLEAR}… ${name}`);
}

/** The report draws with libraries that nothing else needs: they are loaded only now. */
function report() {
  return partOfPackage(() => import('./report/index.ts'));
}

/** @throws UsageError when the file system refuses */
function write(option: string, path: string, work: () => void): void {
  try {
    mkdirSync(option === '--out' ? dirname(path) : path, { recursive: true });
    work();
  } catch (error) {
    throw new UsageError(
      `${option} is "${path}", which cannot be written: ${(error as Error).message}`,
      'name a place that may be written to',
    );
  }
}

function printed({ options, found }: Results): string {
  const head = `the clocks lab: ${options.nodes} nodes, the fast clock ${options.skewMs} ms ahead, seed ${options.seed}\n`;
  return [head, ...found.map(({ experiment, finding }) => printedFinding(experiment, finding))].join('\n');
}

function printedFinding({ name, title, question }: Experiment, { verdicts }: Finding): string {
  const lines = verdicts.flatMap((verdict) => {
    const mark = holds(verdict) ? '' : ` (expected: ${verdict.expected.join(' or ')})`;
    return [
      `  ${verdict.strategy.padEnd(26)} ${verdict.outcome.padEnd(9)} ${verdict.summary}${mark}`,
      ...verdict.evidence.map((line) => `      ${line}`),
    ];
  });
  return `${name}: ${title}\n  ${question}\n${lines.join('\n')}\n`;
}
