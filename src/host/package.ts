import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package that a file belongs to; the file's own folder when there is none. */
export function packageRoot(file: string): string {
  for (let directory = dirname(file); directory !== dirname(directory); directory = dirname(directory)) {
    if (existsSync(join(directory, 'package.json'))) return directory;
  }
  return dirname(file);
}

/** The version of this package; `unknown` for a file that was copied away from its package. */
export function packageVersion(here = fileURLToPath(import.meta.url)): string {
  const file = join(packageRoot(here), 'package.json');
  if (!existsSync(file)) return 'unknown';
  const text = readFileSync(file, 'utf8');
  return String((JSON.parse(text) as { version: unknown }).version);
}
