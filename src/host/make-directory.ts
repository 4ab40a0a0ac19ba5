import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a directory and those that it lies in; one that is there already is in order. Node's own way to do so never
 * ends where the file system says that nothing can be made (in /proc, say).
 */
export function makeDirectory(directory: string): void {
  const path = resolve(directory);
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isThere = () => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    if (
      code === 'ENOENT' &&
      dirname(path) !== path &&
      statSync(dirname(path), { throwIfNoEntry: false }) === undefined
    ) {
      makeDirectory(dirname(path));
      mkdirSync(path);
    } else if (!isThere()) throw error;
  }
}
