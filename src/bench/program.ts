import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../cli/usage.ts';
import type { Program } from './node-process.ts';

const SCRIPT = /\.[cm]?js$/;

/**
 * The program that `--bin` names. A JavaScript file is run by this same Node; anything else must be executable.
 * @throws UsageError when there is no such file, or it cannot be run
 */
export function programOf(bin: string, args: readonly string[]): Program {
  const file = resolve(bin);
  const name = basename(file);
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new UsageError(`--bin is "${bin}", and there is no such file`, '--bin takes the path of a program');
  }
  if (SCRIPT.test(file)) return { name, file: process.execPath, args: [file, ...args] };
  try {
    accessSync(file, constants.X_OK);
  } catch {
    throw new UsageError(`--bin is "${bin}", which is not executable`, `try: chmod +x ${bin}`);
  }
  return { name, file, args };
}

/**
 * Our own node: the bundle that this code is part of, or the one that was built from it.
 * @throws UsageError when it was not built yet
 */
export function ownProgram(args: readonly string[], here = fileURLToPath(import.meta.url)): Program {
  const bundle = SCRIPT.test(here) ? here : join(packageRoot(here), 'dist', 'actorum.js');
  if (!existsSync(bundle)) throw new UsageError('the node is not built yet', 'try: npm run build');
  return { name: 'actorum', file: process.execPath, args: [bundle, 'node', ...args] };
}

function packageRoot(file: string): string {
  for (let directory = dirname(file); directory !== dirname(directory); directory = dirname(directory)) {
    if (existsSync(join(directory, 'package.json'))) return directory;
  }
  return dirname(file);
}
