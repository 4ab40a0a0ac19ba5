import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../src/cli/usage.ts';

/** What every measurement has in common: options, repetitions, and a row for each thing measured. */
type Options = { readonly repetitions: number; readonly seed?: number; readonly json: boolean };
type Row = object;

/** A script that measures the same things several times over, and prints the medians. */
export type Script<O extends Options, R extends Row> = {
  /** As it is called: `bench:node`. */
  readonly name: string;
  readonly help: string;
  /** @throws UsageError when the command line is wrong */
  readonly readOptions: (argv: readonly string[]) => O | 'help';
  /** Measures everything once. `dir` takes what is needed meanwhile: bundles, the nodes' stderr. */
  readonly repeat: (options: O, dir: string, seed: number) => Promise<R[]>;
  readonly mediansOf: (repetitions: readonly (readonly R[])[]) => R[];
  readonly tableOf: (rows: readonly R[]) => string;
  /** What was measured, in a few words that stand before the number of repetitions. */
  readonly subject: (options: O) => string;
};

/** Runs a script on this process's arguments: the medians as a Markdown table, or all of it as JSON. */
export function runScript<O extends Options, R extends Row>(script: Script<O, R>): void {
  perform(script, process.argv.slice(2)).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${script.name}: ${error.message}; ${error.hint}\n`);
    process.exitCode = 2;
  });
}

/** Tells a terminal what is being measured, in one line that the next takes the place of. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

async function perform<O extends Options, R extends Row>(
  { name, help, readOptions, repeat, mediansOf, tableOf, subject }: Script<O, R>,
  argv: readonly string[],
): Promise<void> {
  const options = readOptions(argv);
  if (options === 'help') {
    process.stdout.write(help);
    return;
  }
  const dir = mkdtempSync(join(tmpdir(), `${name.replace(':', '-')}-`));
  try {
    const repetitions: R[][] = [];
    for (let number = 0; number < options.repetitions; number += 1) {
      repetitions.push(await repeat(options, dir, (options.seed ?? 0) + number));
    }
    progress('');
    const rows = mediansOf(repetitions);
    const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`;
    if (options.json) {
      process.stdout.write(`${JSON.stringify({ machine, options, rows }, null, 2)}\n`);
      return;
    }
    const seed = options.seed === undefined ? '' : `; seed ${options.seed}`;
    const about = `${subject(options)}; medians of ${options.repetitions}${seed}; ${machine}`;
    process.stdout.write(`${about}\n\n${tableOf(rows)}\n`);
    if (rows.some((row) => 'nodesCpuUs' in row && row.nodesCpuUs === null)) {
      process.stdout.write('\nThe CPU time of the nodes is left out: this system has no /proc.\n');
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
