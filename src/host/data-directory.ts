import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StorageError } from '../storage/storage-error.ts';
import { makeDirectory } from './make-directory.ts';
import { isAlive, ownMark, type ProcessMark } from './process-mark.ts';

/**
 * A node's directory, which one process uses at a time. Node has none of the kernel's locks, so a process leaves its
 * mark: `holder.N` names it, and the one with the greatest N has the directory for as long as that process lives. A
 * process that is killed leaves a mark that holds nothing.
 */

/** What a node's directory is made of; anything else does not belong there. */
const OURS = /^(?:data\.mdb|lock\.mdb|journal\.[01]|holder\.\d+(?:\.new)?)$/;
const HOLDER = /^holder\.(\d+)$/;
const MAX_ATTEMPTS = 100;

/**
 * Makes a directory, if it is not there, and takes it for this process.
 *
 * @returns what gives it back; the end of the process does, too
 * @throws StorageError when another process has it, or it is no directory, cannot be written, or has files in it that
 * are not a node's
 */
export function holdDirectory(directory: string): () => void {
  return explaining(directory, () => {
    makeDirectory(directory);
    // Made in full before it is seen: a mark that says nothing would hold the directory for ever.
    const own = join(directory, `holder.${process.pid}.new`);
    writeFileSync(own, JSON.stringify(ownMark()));
    try {
      return take(directory, own);
    } finally {
      rmSync(own, { force: true });
    }
  });
}

/** The process that has a directory now; null for none. @throws StorageError when it is no directory of a node's */
export function holderOf(directory: string): number | null {
  return explaining(directory, () => {
    const { mark } = latestHolder(directory);
    return mark !== null && isAlive(mark) ? mark.pid : null;
  });
}

function take(directory: string, own: string): () => void {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const { number, mark } = latestHolder(directory);
    if (mark !== null && isAlive(mark)) throw inUse(directory, mark.pid);
    const path = join(directory, `holder.${number + 1}`);
    try {
      // Of several who try at once the file system lets one succeed.
      linkSync(own, path);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue;
      throw error;
    }
    // Whoever looked long ago may have found a place below the one that has the directory by now.
    if (latestHolder(directory).number > number + 1) {
      rmSync(path, { force: true });
      continue;
    }
    // The mark before stays: whoever is looking right now must find that there is a later one.
    removeHolders(directory, number - 1);
    return () => rmSync(path, { force: true });
  }
  throw new StorageError('locked', `${directory} changes hands all the time`, 'start one process at a time');
}

function inUse(directory: string, pid: number): StorageError {
  return new StorageError(
    'locked',
    `${directory} is in use by process ${pid}`,
    'give each node a directory of its own, or wait until that process has ended',
  );
}

function latestHolder(directory: string): { readonly number: number; readonly mark: ProcessMark | null } {
  let number = 0;
  for (const name of namesIn(directory)) number = Math.max(number, Number(HOLDER.exec(name)?.[1] ?? 0));
  if (number === 0) return { number, mark: null };
  try {
    const text = readFileSync(join(directory, `holder.${number}`), 'utf8');
    return { number, mark: JSON.parse(text) as ProcessMark };
  } catch (error) {
    // It was given back just now: another process may have begun to count anew, so this one looks again.
    if (codeOf(error) === 'ENOENT') return latestHolder(directory);
    // It is no mark that a process made, and so nobody's.
    if (error instanceof SyntaxError) return { number, mark: null };
    throw error;
  }
}

function namesIn(directory: string): readonly string[] {
  const names = readdirSync(directory);
  const foreign = names.find((name) => !OURS.test(name));
  if (foreign === undefined) return names;
  throw new StorageError(
    'unusable',
    `${directory} holds "${foreign}", which is none of a node's files`,
    'name a directory that is empty, or that a node has made',
  );
}

function removeHolders(directory: string, through: number): void {
  for (const name of readdirSync(directory)) {
    if (Number(HOLDER.exec(name)?.[1] ?? Number.POSITIVE_INFINITY) <= through) {
      rmSync(join(directory, name), { force: true });
    }
  }
}

const PERMISSION = ['this user may not use it', 'change its permissions or its owner'] as const;
const NO_DIRECTORY = ['it, or what it lies in, is not a directory', 'name one'] as const;
const REASONS: { readonly [code: string]: readonly [what: string, advice: string] } = {
  ENOENT: ['there is no such directory', 'name one that is there'],
  ENOTDIR: NO_DIRECTORY,
  EEXIST: NO_DIRECTORY,
  EACCES: PERMISSION,
  EPERM: PERMISSION,
  EROFS: ['it lies on a file system that cannot be written', 'name another'],
  ENOSPC: ['no room is left on its device', 'make some'],
  EDQUOT: ['the quota of this user is used up', 'make room'],
};

function explaining<T>(directory: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    const reason = REASONS[codeOf(error) ?? ''];
    if (reason === undefined) throw error;
    const [what, advice] = reason;
    throw new StorageError('unusable', `${directory} cannot be used: ${what} (${codeOf(error)})`, advice);
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
