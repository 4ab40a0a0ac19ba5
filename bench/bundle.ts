import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Measured code runs as users run it: bundled as `npm run build` bundles it, with the flags of the program. */
const NODE_FLAGS = ['--max-semi-space-size=64'];
const ALIAS = { rxjs: './node_modules/rxjs/dist/esm/index.js' };
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles a script of this folder.
 * @param dir where the bundle goes; whoever is given it removes it
 * @returns the bundle's path
 */
export async function bundleOf(script: string, dir: string): Promise<string> {
  const outfile = join(dir, `${script.replace(/\W/g, '-')}.mjs`);
  await build({
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, 'bench', script)],
    outfile,
    alias: ALIAS,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
  });
  return outfile;
}

/**
 * Runs a bundle in a process of its own (see `child.ts`).
 * @param task what it is to do; it finds this as JSON in its one argument
 * @returns what it wrote to stdout, read as JSON
 * @throws Error when it fails; what it has to say about that goes to stderr
 */
export async function runBundle<T>(bundle: string, task: unknown): Promise<T> {
  const child = spawn(process.execPath, [...NODE_FLAGS, bundle, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (code !== 0) throw new Error(`${bundle} ended with exit code ${code}`);
  return JSON.parse(output) as T;
}
