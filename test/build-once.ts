import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUNDLE = 'dist/actorum.js';
/** What the bundle is made of. The lockfile stands for the packages in it. */
const INGREDIENTS = [
  'machines',
  'src',
  'docs/charts',
  'scripts/build.mjs',
  'scripts/pages.mjs',
  'package.json',
  'package-lock.json',
];

/**
 * Runs before all tests (`globalSetup` of vitest): the tests of whole processes start the bundle that users run,
 * so it is built first, once, unless it is newer than everything that it is made of.
 */
export default function buildOnce(): void {
  const builtMs = modifiedMs(BUNDLE);
  const changed = INGREDIENTS.flatMap(filesOf).filter((file) => modifiedMs(file) >= builtMs);
  if (changed.length === 0) return;
  const { status, error } = spawnSync(process.execPath, ['scripts/build.mjs', '--no-types'], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0)
    throw new Error(`the bundle could not be built (${error?.message ?? `exit ${status}`}): npm run build`);
}

/** The files under a path, and the folders themselves: a deleted file changes only its folder. */
function filesOf(path: string): string[] {
  if (!statSync(join(ROOT, path)).isDirectory()) return [path];
  return [
    path,
    ...readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' }).map((name) => join(path, name)),
  ];
}

/** When a file was last written; the beginning of time for one that is not there. */
function modifiedMs(path: string): number {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
}
