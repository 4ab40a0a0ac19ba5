import { parseArgs } from 'node:util';
import fc from 'fast-check';
import type { Mode } from '../test/accelerate/differential.ts';
import { runTrial, trials } from '../test/accelerate/trial.ts';

/** Compares accelerated machines with stock ones for as long as one likes: what the test suite does, but more of it. */

const MODES: readonly Mode[] = ['direct', 'scope', 'actor'];
/** So many machines have one seed, so that a failure is replayed soon. */
const BATCH = 1000;

const HELP = `Usage: npm run fuzz:accelerate -- [--machines N] [--seed S]

Makes random machines, runs each over random events, accelerated and by stock XState, and compares all that can be seen.
A difference is shrunk and printed, with the command that repeats it.

  --machines N   how many machines (default 100000)
  --seed S       where to begin; batches of ${BATCH} machines have the seeds S, S+1, ... (default: drawn, and printed)
  -h, --help     this text

Exit code: 0 no difference, 1 a difference, 2 wrong usage.

Example:
  npm run fuzz:accelerate -- --machines 1000000 --seed 1
`;

function main(args: readonly string[]): number {
  let machines: number;
  let seed: number;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        machines: { type: 'string', default: '100000' },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    machines = wholeNumber('--machines', values.machines, 1);
    seed = wholeNumber('--seed', values.seed, 0);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nTry: npm run fuzz:accelerate -- --help\n`);
    return 2;
  }
  return fuzz(machines, seed);
}

function fuzz(machines: number, seed: number): number {
  process.stdout.write(`seed ${seed}\n`);
  let steps = 0;
  for (let done = 0; done < machines; done += BATCH) {
    const batchSeed = seed + done / BATCH;
    const numRuns = Math.min(BATCH, machines - done);
    const result = fc.check(
      fc.property(trials, fc.constantFrom(...MODES), (trial, mode) => {
        steps += runTrial(trial, mode);
      }),
      { seed: batchSeed, numRuns },
    );
    if (result.failed) {
      process.stdout.write(`${fc.defaultReportMessage(result)}\n`);
      process.stdout.write(`replay: npm run fuzz:accelerate -- --machines ${numRuns} --seed ${batchSeed}\n`);
      return 1;
    }
    process.stdout.write(`${done + numRuns} machines, ${steps} steps, no difference\n`);
  }
  return 0;
}

function wholeNumber(option: string, text: string, min: number): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= min) return number;
  throw new Error(`${option} is "${text}", it must be a whole number from ${min}`);
}

process.exitCode = main(process.argv.slice(2));
