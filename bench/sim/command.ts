import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { spellWeather } from '../../src/sim/choices.ts';
import { WEATHERS } from './task.ts';

/** The command `actorum sim` as users run it: the built bundle with the flags of its first line, start-up and all. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUNDLE = fileURLToPath(new URL('../../dist/actorum.js', import.meta.url));

/** Builds the bundle of the sources as they are. @throws Error when they cannot be built */
export function buildBundle(): void {
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs', '--no-types'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`the bundle could not be built: scripts/build.mjs exited with ${status}`);
}

/** Its arguments, for so many seeds from `seed` upwards, of so many virtual seconds each. */
export function simArguments(seed: number, runs: number, seconds: number): string[] {
  const load = ['--nodes', '5', '--ops', '20', '--concurrency', '5', '--keys', '5'];
  const seeds = ['--seed', `${seed}`, '--runs', `${runs}`, '--seconds', `${seconds}`];
  return ['sim', ...seeds, ...load, ...spellWeather(WEATHERS.faults).split(' ')];
}

export type CommandFigures = {
  /** Simulated seconds in a second of time. */
  readonly perSecond: number;
  /** From the start of the process to its end. */
  readonly seconds: number;
};

/**
 * Runs it once.
 * @throws Error when a property does not hold, or it fails in another way: then it measures nothing
 */
export async function measureCommand(args: readonly string[], jobs: number): Promise<CommandFigures> {
  const startMs = performance.now();
  const child = spawn(BUNDLE, [...args, '--jobs', `${jobs}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  const seconds = (performance.now() - startMs) / 1000;
  const virtual = /, (\d+) virtual seconds: every property held/.exec(output)?.[1];
  if (code !== 0 || virtual === undefined) {
    throw new Error(`actorum ${args.join(' ')} ended with exit code ${code}: ${output.slice(-2000)}`);
  }
  return { perSecond: Number(virtual) / seconds, seconds };
}
