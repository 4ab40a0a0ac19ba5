import { parseArgs } from 'node:util';
import { MODELS } from '../test/models/index.ts';
import { idleReasons, mutantsTable, verdicts } from '../test/models/mutants.ts';

/**
 * Changes every chart in every place, one at a time, and lets the chart's own model test judge the result:
 * `npm run mutants:charts`. It takes about half a minute on one core.
 */

const HELP = `Usage: npm run mutants:charts -- [--only CHART] [--every N] [--json]

Makes copies of each chart of the catalogue that differ from it in one thing: a transition removed, or leading to
another state; an action left out; a guard left out. Each copy takes the paths and walks of the chart's model test, and
is noticed when the chart's reference, or an assertion of the chart, objects. Those that do what the chart does stand
with the reason in test/models/; they are tried too, and must not be noticed.

  --only CHART  only this chart: ${MODELS.map(({ chart }) => chart).join(', ')}
  --every N     only one mutant of N, for a quick look (default 1)
  --json        one JSON line a mutant: chart, mutant, kind, objection, reason, fault
  -h, --help    this text

Examples:
  npm run mutants:charts
  npm run mutants:charts -- --only session
  npm run --silent mutants:charts -- --json > mutants.jsonl

Exit code: 0 every mutant is noticed or need not be, 1 one is not, 2 wrong usage.
`;

function main(args: readonly string[]): number {
  let options: { only?: string | undefined; every: number; json: boolean };
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        every: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) {
      process.stdout.write(HELP);
      return 0;
    }
    options = { only: values.only, every: wholeNumber(values.every), json: values.json };
  } catch (error) {
    return refuse((error as Error).message);
  }
  const { only, every, json } = options;
  const models = MODELS.filter(({ chart }) => only === undefined || chart === only);
  if (models.length === 0) {
    return refuse(
      `--only ${only}: there is no such chart; there are ${MODELS.map(({ chart }) => chart).join(', ')}`,
    );
  }
  return report(models, every, json);
}

function report(models: typeof MODELS, every: number, json: boolean): number {
  const judged = verdicts(models, {
    every,
    before: (chart, i, of) => progress(`${chart}: ${i + 1} of ${of}`),
  });
  progress('');
  const idle = idleReasons(models);
  if (json) for (const one of judged) process.stdout.write(`${JSON.stringify(one)}\n`);
  else process.stdout.write(`${mutantsTable(judged)}\n`);
  for (const text of idle) process.stderr.write(`${text}\n`);
  return judged.every(({ fault }) => fault === null) && idle.length === 0 ? 0 : 1;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`--every ${text}: a whole number from 1 is needed`);
  return number;
}

function refuse(text: string): number {
  process.stderr.write(`${text}\nTry: npm run mutants:charts -- --help\n`);
  return 2;
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

process.exitCode = main(process.argv.slice(2));
