import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../cli/usage.ts';
import { makeDirectory } from '../host/make-directory.ts';

/** What the nodes of a run may keep on disk, and for how long. */
export type DataOptions = {
  /** Under it the run makes a directory of its own; undefined: under the run's directory in the store. */
  readonly dir: string | undefined;
  /** It stays whatever the run was found to be. */
  readonly keep: boolean;
};

/** Where the nodes of one run have their directories: fresh ones, so that no run begins with another's state. */
export class DataHome {
  readonly directory: string;
  readonly #keep: boolean;

  /**
   * @param usual where it is when the options do not say
   * @throws UsageError when no directory can be made there
   */
  constructor({ dir, keep }: DataOptions, usual: string) {
    this.#keep = keep;
    if (dir === undefined) {
      mkdirSync(usual);
      this.directory = usual;
      return;
    }
    try {
      makeDirectory(dir);
      this.directory = mkdtempSync(join(dir, 'bench-'));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new UsageError(`--data-dir is "${dir}", and no directory can be made there`, why);
    }
  }

  /** For the nodes of one part of the run. */
  part(name: string): string {
    const directory = join(this.directory, name);
    mkdirSync(directory);
    return directory;
  }

  /**
   * The run is over: what the nodes have left is removed, unless somebody will want to look at it.
   * @returns whether it is still there
   */
  close(verdict: 'ok' | 'illegal' | 'unknown'): boolean {
    if (this.#keep || verdict === 'illegal') return true;
    rmSync(this.directory, { recursive: true, force: true });
    return false;
  }
}
