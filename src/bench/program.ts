import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../cli/usage.ts';
import { packageRoot } from '../host/package.ts';
import type { Program } from './node-process.ts';

const SCRIPT = /\.[cm]?js$/;

/**
 * The program that `--bin` names, started as Maelstrom starts it: as it is. A JavaScript file that is not executable
 * is run by this same Node.
 * @throws UsageError when there is no such file, or it cannot be run
 */
export function programOf(bin: string, args: readonly string[]): Program {
  const file = resolve(bin);
  const name = basename(file);
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new UsageError(`--bin is "${bin}", and there is no such file`, '--bin takes the path of a program');
  }
  if (isExecutable(file)) return { name, file, args };
  if (SCRIPT.test(file)) return { name, file: process.execPath, args: [file, ...args] };
  throw new UsageError(`--bin is "${bin}", which is not executable`, `try: chmod +x ${bin}`);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Our own node: the bundle that this code is part of, or the one that was built from it.
 * @throws UsageError when it was not built yet
 */
export function ownProgram(args: readonly string[], here = fileURLToPath(import.meta.url)): Program {
  const bundle = SCRIPT.test(here) ? here : join(packageRoot(here), 'dist', 'actorum.js');
  if (!existsSync(bundle)) throw new UsageError('the node is not built yet', 'try: npm run build');
  return { ...programOf(bundle, ['node', ...args]), name: 'actorum' };
}
