import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../../machines/index.ts';
import { oneOf, parseOptionsAndNames, partOfPackage, UsageError } from '../cli/usage.ts';
import { FORMATS } from './formats/index.ts';
import { modelOf } from './model.ts';

const FORMAT_LINES = FORMATS.map(({ name, purpose }) => `                  ${name.padEnd(9)} ${purpose}`);

const NAME_WIDTH = Math.max(...catalogue.map(({ name }) => name.length)) + 2;

export const CHARTS_HELP = `Usage: actorum charts [NAME...] [options]

Shows the statecharts that the protocols are made of, drawn from the charts that run.

Charts (all of them when none is named):
${catalogue.map(({ name, purpose }) => `  ${name.padEnd(NAME_WIDTH)}${purpose}`).join('\n')}

Options:
  --format FORMAT how to show them (default ${FORMATS[0]?.name}):
${FORMAT_LINES.join('\n')}
  --out DIR       write a file for each chart into DIR, instead of everything to stdout
  -h, --help      this text

Examples:
  actorum charts raft
  actorum charts raft --format json
  actorum charts raft --format svg --out .
  actorum charts --format html --out .
  actorum charts --format pages --out docs/charts
`;

/** Shows charts of the catalogue, on stdout or as files. Resolves with the exit code. */
export async function chartsCommand(args: readonly string[]): Promise<number> {
  const { values, names } = parseOptionsAndNames('charts', args, {
    format: { type: 'string', default: FORMATS[0]?.name ?? '' },
    out: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) {
    process.stdout.write(CHARTS_HELP);
    return 0;
  }
  const formats = FORMATS.map(({ name }) => name);
  const format = FORMATS.find(({ name }) => name === oneOf('--format', values.format, formats));
  const charts = chosen(names).map(modelOf);
  const files = (await partOfPackage(async () => format?.files(charts))) ?? [];
  if (values.out === undefined) process.stdout.write(files.map(({ text }) => text).join('\n'));
  else write(values.out, files);
  return 0;
}

/** The charts that were named, in the order of the catalogue. */
function chosen(names: readonly string[]) {
  const known = catalogue.map(({ name }) => name as string);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`there is no chart "${unknown}"`, `the charts are ${known.join(', ')}`);
  }
  return catalogue.filter(({ name }) => names.length === 0 || names.includes(name));
}

function write(folder: string, files: readonly { readonly name: string; readonly text: string }[]): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const { name, text } of files) {
      const path = join(folder, name);
      writeFileSync(path, text);
      process.stdout.write(`${path}\n`);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `--out is "${folder}", which cannot be written to: ${reason}`,
      'name another folder',
    );
  }
}
